/** One kernel of a matrix product: tiles of sums in registers. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Product, Term } from "../../loops/program.ts";
import { constant, float, fma, get, load, splat } from "../build.ts";
import type { Affine, Expr, Lanes, Statement, Target, Variable } from "../code.ts";
import { f32 } from "../type.ts";
import { analyse } from "./analysis.ts";
import { axisName, freshNames } from "./names.ts";
import {
  copiesOf,
  extentOf,
  lanesFor,
  overlapping,
  singly,
  type Extent,
  type LoopPlan,
  type Plan,
} from "./plan.ts";
import { addressOf, copiesIn, keyOf, lanesIn, type Copy, type Scope } from "./scope.ts";
import { chooseTile, type Tile } from "./tile.ts";
import { walk } from "./walk.ts";

/** The statements of the product's kernel. */
export const emitProduct = (
  product: Product,
  target: Target,
  threads: number,
  times: readonly Variable[],
): readonly Statement[] => {
  const analysis = analyse(product);
  const fresh = freshNames();
  return plansOf(product, target, threads).flatMap((plan) =>
    walk({ analysis, plan, fresh, times }, (scope) => {
      sumTerms(product, scope);
    }),
  );
};

/** Panels of columns, one plan for each width. */
const plansOf = (
  { axes, row, column, shared }: Product,
  target: Target,
  threads: number,
): readonly Plan[] => {
  const extents = axes.map((size, axis) => extentOf(size, axis === shared, threads));
  const columns = sharesOf(column, extents);
  const rows = row === undefined ? undefined : sharesOf(row, extents);
  const lanes = lanesFor(columns.inner.least, target.lanes);
  const tile = chooseTile(
    {
      rows: rows?.inner.most ?? 1,
      columns: columns.inner.most,
      mostRows: Math.max(1, rows?.inner.least ?? 1),
      mostVectors: mostVectors(columns.inner, lanes),
      lanes,
    },
    target,
  );
  const others = extents.flatMap((extent, axis) =>
    axis === row || axis === column ? [] : [singly(axis, extent)],
  );
  const rowLoops =
    row === undefined || rows === undefined
      ? []
      : [...rows.outer, overlapping(row, rows.inner, tile.rows, copiesOf(tile.rows, 1))];
  return panelsOf(column, columns.inner, tile).map((panel): Plan => {
    const loops = [...others, ...columns.outer, panel, ...rowLoops];
    const vector = lanes === 1 ? undefined : { axis: column, lanes };
    return { loops, outside: loops.length, vector, hoist: false };
  });
};

/** Where shares are only known at run time, a tile must fit the least. */
const mostVectors = ({ to, least }: Extent, lanes: Lanes): number =>
  typeof to === "number" ? Math.ceil(to / lanes) : Math.max(1, Math.floor(least / lanes));

/** An axis as the start of this thread's share, if there is one, and what is to be covered from there. */
interface Shares {
  readonly outer: readonly LoopPlan[];
  readonly inner: Extent;
}

/** Equal shares have known sizes: after one step to where the thread's begins, there are no shares any more. */
const sharesOf = (axis: number, extents: readonly Extent[]): Shares => {
  const extent = extents[axis];
  invariant(extent !== undefined, `no axis ${axis}`);
  const { from, to, least, most } = extent;
  if (typeof from === "number" || least !== most) return { outer: [], inner: extent };
  return {
    outer: [{ axis, regions: [{ from, to, step: most, copies: [0] }] }],
    inner: { from: 0, to: most, least, most },
  };
};

/** Whole tiles, then one of as few vectors as cover the rest, the last of which ends with it. */
const panelsOf = (axis: number, extent: Extent, { vectors, lanes }: Tile): readonly LoopPlan[] => {
  const { from, to } = extent;
  const width = vectors * lanes;
  if (typeof from !== "number" || typeof to !== "number") {
    return [overlapping(axis, extent, width, copiesOf(vectors, lanes))];
  }
  const whole = Math.floor(to / width) * width;
  const panels: LoopPlan[] = [];
  if (whole > 0) {
    const copies = copiesOf(vectors, lanes);
    panels.push({ axis, regions: [{ from: 0, to: whole, step: width, copies }] });
  }
  if (whole < to) {
    const rest = Math.ceil((to - whole) / lanes);
    const copies = [...copiesOf(rest - 1, lanes), to - whole - lanes];
    panels.push({ axis, regions: [{ from: whole, to, step: to - whole, copies }] });
  }
  return panels;
};

/** The sums of a tile, as the values of `product`. */
const sumTerms = (product: Product, scope: Scope): void => {
  const lanes = lanesIn(scope);
  const type = f32(lanes);
  const sums = new Map<string, string>();
  for (const copy of copiesIn(scope.copies)) {
    const local = scope.fresh("sum");
    scope.out.push({ kind: "let", local, type, value: float(0, lanes), mutable: true });
    const key = keyOf(scope, 0, copy);
    sums.set(key, local);
    const value = get(local, type);
    scope.values.set(key, lanes === 1 ? { scalar: value } : { vector: value });
  }
  for (const term of product.terms) addTerm(term, product, sums, scope, 0);
};

/** The loops over the inner axes from the given one on, and what is in them. */
const addTerm = (
  term: Term,
  product: Product,
  sums: ReadonlyMap<string, string>,
  scope: Scope,
  depth: number,
): void => {
  const size = term.inner[depth];
  if (size === undefined) {
    multiply(term, product, sums, scope);
    return;
  }
  const axis = product.axes.length + depth;
  const variable = size === 1 ? undefined : scope.fresh(axisName(axis));
  const position: Affine =
    variable === undefined ? constant(0) : { constant: 0, terms: [{ variable, scale: 1 }] };
  const body = variable === undefined ? scope.out : [];
  const index = new Map([...scope.index, [axis, position] as const]);
  addTerm(term, product, sums, { ...scope, index, out: body }, depth + 1);
  if (variable !== undefined) {
    scope.out.push({ kind: "for", variable, from: 0, to: size, step: 1, body });
  }
};

/** One step: every vector of `b` and every number of `a` is loaded once. */
const multiply = (
  { a, b }: Term,
  { row, column }: Product,
  sums: ReadonlyMap<string, string>,
  scope: Scope,
): void => {
  const lanes = lanesIn(scope);
  const keep = (stem: string, of: Lanes, value: Expr): Expr => {
    const local = scope.fresh(stem);
    scope.out.push({ kind: "let", local, type: f32(of), value });
    return get(local, f32(of));
  };
  const along = (axis: number | undefined): readonly Copy[] => {
    const places = axis === undefined ? undefined : scope.copies.get(axis);
    return places === undefined || axis === undefined
      ? [new Map()]
      : places.map((_, which) => new Map([[axis, which]]));
  };
  const columns = along(column);
  const vectors = columns.map((copy) =>
    keep("b", lanes, load(addressOf(b, copy, scope), f32(lanes))),
  );
  for (const atRow of along(row)) {
    const factor = keep("a", lanes, splat(load(addressOf(a, atRow, scope), f32(1)), lanes));
    for (const [i, vector] of vectors.entries()) {
      const key = keyOf(scope, 0, new Map([...atRow, ...(columns[i] ?? [])]));
      const local = sums.get(key);
      invariant(local !== undefined, "a tile has a sum for each row and column");
      const value = fma(factor, vector, get(local, f32(lanes)));
      scope.out.push({ kind: "set", local, value });
    }
  }
};
