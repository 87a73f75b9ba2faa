/**
 * Contractions. Each subscript is a batch, a row (in `a` and the result), a column (in `b` and the result) or summed over; which
 * column is dense decides whether it becomes tiles of a product, a copy in another layout first, or sums by rows.
 */
import type { NodeOf } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import type { Product } from "../program.ts";
import { accessOf, createBody, type Along } from "./body.ts";
import { densely, emitCopy, emitMap, emitNest } from "./nests.ts";
import { allocateView, seenFrom, valueOf, type LoopScope } from "./scope.ts";
import { numberView, transposed, type View } from "./view.ts";

/** A view with a subscript for each axis. */
interface Subscripted {
  readonly view: View;
  readonly subscripts: readonly string[];
}

export const contract = (node: NodeOf<"contract">, scope: LoopScope): View => {
  const { shape, dtype, attrs } = node;
  if (elements(shape) === 0) return numberView(0, shape, dtype);
  const a: Subscripted = { view: operand(node, scope, 0), subscripts: Array.from(attrs.a) };
  const b: Subscripted = { view: operand(node, scope, 1), subscripts: Array.from(attrs.b) };
  const sizes = new Map([...sizesOf(a), ...sizesOf(b)]);
  const size = (subscript: string): number => sizes.get(subscript) ?? 1;
  const real = (subscripts: readonly string[]): readonly string[] =>
    subscripts.filter((subscript) => size(subscript) > 1);
  const out = real(Array.from(attrs.out));
  const inner = real(a.subscripts).filter((subscript) => !out.includes(subscript));

  if (elements(inner.map(size)) === 0) {
    return emitMap(scope, node, node, [numberView(0, shape, dtype)], (_, [zero = 0]) => zero);
  }
  const to: Subscripted = {
    view: allocateView(scope, node.op, shape, dtype),
    subscripts: Array.from(attrs.out),
  };
  const problem: Problem = { node, scope, a, b, to, out, inner, size };
  if (inner.length === 0 || !emitProduct(problem)) emitRows(problem);
  return to.view;
};

/** A product of numbers is rare enough to be copied first. */
const operand = (node: NodeOf<"contract">, scope: LoopScope, index: 0 | 1): View => {
  const view = valueOf(scope, node.operands[index]);
  return view.source.kind === "buffer" ? view : densely(scope, node, view);
};

const sizesOf = ({ view, subscripts }: Subscripted): readonly (readonly [string, number])[] =>
  subscripts.map((subscript, axis) => [subscript, view.shape[axis] ?? 1] as const);

interface Problem {
  readonly node: NodeOf<"contract">;
  readonly scope: LoopScope;
  readonly a: Subscripted;
  readonly b: Subscripted;
  readonly to: Subscripted;
  /** Subscripts of the result and those that are summed over, without those of size 1. */
  readonly out: readonly string[];
  readonly inner: readonly string[];
  readonly size: (subscript: string) => number;
}

const strideOf = ({ view, subscripts }: Subscripted, subscript: string): number => {
  const axis = subscripts.indexOf(subscript);
  return axis < 0 ? 0 : (view.strides[axis] ?? 0);
};

const along = ({ subscripts }: Subscripted, axes: readonly string[]): Along =>
  axes.map((subscript) => {
    const axis = subscripts.indexOf(subscript);
    return axis < 0 ? undefined : axis;
  });

/** Which factor gives the columns, dense or made so. */
interface Columns {
  readonly subscript: string;
  /** The factor with the columns, and the other. */
  readonly of: Subscripted;
  readonly other: Subscripted;
}

/** Fewer columns than this are not worth a tile. */
const FEW = 4;

const emitProduct = (problem: Problem): boolean => {
  const columns = denseColumns(problem) ?? copiedColumns(problem);
  if (columns === undefined) return false;
  const { node, scope, to, out, inner, size } = problem;
  const rows = out.filter(
    (subscript) =>
      columns.other.subscripts.includes(subscript) && !columns.of.subscripts.includes(subscript),
  );
  const row = rows.toSorted((x, y) => size(y) - size(x))[0];
  const axes = [...out.filter((subscript) => subscript !== columns.subscript), columns.subscript];
  const body = createBody();
  body.store(to.view, along(to, axes), body.product());
  const product: Product = {
    kind: "product",
    axes: axes.map(size),
    row: row === undefined ? undefined : axes.indexOf(row),
    column: axes.length - 1,
    terms: [
      {
        inner: inner.map(size),
        a: accessOf(columns.other.view, along(columns.other, [...axes, ...inner])),
        b: accessOf(columns.of.view, along(columns.of, [...axes, ...inner])),
      },
    ],
    body: body.instructions,
    ...(node.origin === undefined ? {} : { origin: node.origin }),
  };
  scope.statements.push(product);
  return true;
};

/** Subscripts that only one factor has, those that are dense in it; the one that is dense in the result too is best. */
const denseColumns = (problem: Problem): Columns | undefined => {
  const { to, size } = problem;
  return columnsOf(problem)
    .filter(({ subscript, of }) => strideOf(of, subscript) === 1 && size(subscript) >= FEW)
    .toSorted((x, y) => strideOf(to, x.subscript) - strideOf(to, y.subscript))[0];
};

const columnsOf = ({ a, b, out }: Problem): readonly Columns[] =>
  out.flatMap((subscript): readonly Columns[] => {
    const [inA, inB] = [a.subscripts.includes(subscript), b.subscripts.includes(subscript)];
    if (inA && inB) return [];
    return [inB ? { subscript, of: b, other: a } : { subscript, of: a, other: b }];
  });

/**
 * A factor copied so that its columns are dense: worth it where the copy is made once outside of a loop, or serves many
 * rows.
 */
const copiedColumns = (problem: Problem): Columns | undefined => {
  const { scope, to, size, out, node } = problem;
  const columns = columnsOf(problem).find(
    ({ subscript }) => strideOf(to, subscript) === 1 && size(subscript) >= 2 * FEW,
  );
  if (columns === undefined) return undefined;
  const { of, subscript } = columns;
  const rows = elements(out.filter((other) => !of.subscripts.includes(other)).map(size));
  const home = homeOf(scope, of.view);
  if (home === scope && rows < 16) return undefined;
  const order = [...of.subscripts.filter((other) => other !== subscript), subscript];
  const permutation = order.map((other) => of.subscripts.indexOf(other));
  const wanted = transposed(of.view, permutation);
  const key = JSON.stringify([wanted.source, wanted.base, wanted.shape, wanted.strides]);
  const copy =
    home.copies.get(key) ??
    ((): View => {
      const made = allocateView(home, "transposed", wanted.shape, wanted.dtype);
      emitCopy(home, node, atHome(home, wanted), made);
      home.copies.set(key, made);
      return made;
    })();
  return { ...columns, of: { view: seenFrom(scope, copy), subscripts: order } };
};

/** The outermost scope in which the view is complete and does not change. */
const homeOf = (scope: LoopScope, view: View): LoopScope => {
  const { source } = view;
  if (source.kind !== "buffer" || source.steps.some((stride) => stride !== 0)) return scope;
  const madeIn = scope.homes.get(source.name);
  const outwards = (at: LoopScope): LoopScope =>
    at === madeIn || at.parent === undefined || at.overwritten.has(source.name)
      ? at
      : outwards(at.parent);
  return outwards(scope);
};

/** The view as its home sees it: it moves with the loops around that, and with no loop inside. */
const atHome = ({ depth }: LoopScope, view: View): View =>
  view.source.kind === "buffer"
    ? { ...view, source: { ...view.source, steps: view.source.steps.slice(0, depth) } }
    : view;

/** Without tiles: each element a sum over the summed subscripts, the ones that are dense innermost. */
const emitRows = ({ node, scope, a, b, to, out, inner, size }: Problem): void => {
  const summed = inner.toSorted(
    (x, y) => strideOf(a, y) + strideOf(b, y) - (strideOf(a, x) + strideOf(b, x)),
  );
  const axes = [...out, ...summed];
  emitNest(
    scope,
    axes.map(size),
    node,
    (body) => {
      const factors = [a, b].map((factor) => body.load(factor.view, along(factor, axes)));
      const product = body.binary("mul", factors[0] ?? 0, factors[1] ?? 0);
      if (summed.length === 0) body.store(to.view, along(to, axes), product);
      else body.reduce(to.view, along(to, axes), "add", product);
    },
    { reduced: summed.length },
  );
};
