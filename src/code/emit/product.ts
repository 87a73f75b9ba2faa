/** One kernel of a matrix product: tiles of sums in registers. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Product } from "../../loops/program.ts";
import type { Lanes, Statement, Target, Variable } from "../code.ts";
import { analyse } from "./analysis.ts";
import { finishTile } from "./epilogue.ts";
import { freshNames } from "./names.ts";
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
import { sumTerms } from "./sums.ts";
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
    walk({ analysis, plan, fresh, times }, (ids, scope) => {
      const sums = sumTerms(product, scope);
      finishTile(product, sums, ids, scope);
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
