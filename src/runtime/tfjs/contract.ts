/** Einsum of two operands as one batched matrix product between transposes and reshapes. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { NodeOf, Shape } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";

/** How an operand gets its place in the product: transposed, if elements move at all, then reshaped. */
export interface Arranged {
  readonly permutation: readonly number[] | undefined;
  /** Of rank 3. */
  readonly shape: Shape;
  /** The matrices lie transposed, for backends whose products take them so at no cost. */
  readonly adjoint: boolean;
}

/** The product of the arranged operands, reshaped to `shape`, then transposed. */
export interface Contraction {
  /** Whether elements are summed over; else the product is elementwise, of broadcast operands. */
  readonly kind: "matmul" | "elementwise";
  /** The second operand is the first factor. */
  readonly swapped: boolean;
  readonly first: Arranged;
  readonly second: Arranged;
  /** Of the product: [batch, rows, columns]. */
  readonly product: Shape;
  readonly shape: Shape;
  readonly permutation: readonly number[] | undefined;
}

/** The layout that moves the fewest elements. */
export const planContraction = (
  node: NodeOf<"contract">,
  adjointsAreFree: boolean,
): Contraction => {
  const { a, b } = node.attrs;
  const [x, y] = node.operands;
  const sizes = new Map<string, number>();
  Array.from(a).forEach((subscript, axis) => sizes.set(subscript, x.shape[axis] ?? 1));
  Array.from(b).forEach((subscript, axis) => sizes.set(subscript, y.shape[axis] ?? 1));
  const summed = Array.from(a).some((subscript) => !node.attrs.out.includes(subscript));
  const flags = adjointsAreFree && summed ? [false, true] : [false];
  const [first, ...others] = [false, true].flatMap((swapped) =>
    layouts(swapped ? b : a, swapped ? a : b, node.attrs.out).flatMap((layout) =>
      flags.flatMap((left) =>
        flags.map((right) => candidate(layout, swapped, [left, right], node.attrs.out, sizes)),
      ),
    ),
  );
  invariant(first !== undefined, "a contraction has at least one layout");
  return others.reduce((best, other) => (other.moved < best.moved ? other : best), first);
};

/** The subscripts of both operands by their part in the product, in one of the orders worth a try. */
interface Layout {
  readonly left: string;
  readonly right: string;
  readonly batch: string;
  readonly rows: string;
  readonly summed: string;
  readonly columns: string;
}

const layouts = (left: string, right: string, out: string): readonly Layout[] => {
  // The same subscripts in the order that each of some sources gives them.
  const orders = (sources: readonly string[], keep: (subscript: string) => boolean): string[] => [
    ...new Set(sources.map((source) => Array.from(source).filter(keep).join(""))),
  ];
  const shared = (subscript: string): boolean =>
    left.includes(subscript) && right.includes(subscript);
  const batches = orders([out, left, right], (l) => shared(l) && out.includes(l));
  const sums = orders([left, right], (l) => shared(l) && !out.includes(l));
  const rows = orders([out, left], (l) => left.includes(l) && !shared(l));
  const columns = orders([out, right], (l) => right.includes(l) && !shared(l));
  return batches.flatMap((batch) =>
    sums.flatMap((summed) =>
      rows.flatMap((row) =>
        columns.map((column) => ({ left, right, batch, summed, rows: row, columns: column })),
      ),
    ),
  );
};

const candidate = (
  { left, right, batch, rows, summed, columns }: Layout,
  swapped: boolean,
  [adjointLeft, adjointRight]: readonly [boolean, boolean],
  out: string,
  sizes: ReadonlyMap<string, number>,
): Contraction & { readonly moved: number } => {
  const shapeOf = (subscripts: string): Shape =>
    Array.from(subscripts).map((subscript) => sizes.get(subscript) ?? 1);
  const count = (subscripts: string): number => elements(shapeOf(subscripts));
  // Axes of size 1 have no order.
  const proper = (subscripts: string): string =>
    Array.from(subscripts)
      .filter((subscript) => sizes.get(subscript) !== 1)
      .join("");
  const permutation = (from: string, to: string): readonly number[] | undefined =>
    proper(from) === proper(to)
      ? undefined
      : Array.from(to).map((subscript) => from.indexOf(subscript));
  const arrange = (from: string, outer: string, inner: string, adjoint: boolean): Arranged => {
    const [major, minor] = adjoint ? [inner, outer] : [outer, inner];
    return {
      permutation: permutation(from, batch + major + minor),
      shape: [count(batch), count(major), count(minor)],
      adjoint,
    };
  };
  const product = batch + rows + columns;
  const first = arrange(left, rows, summed, adjointLeft);
  const second = arrange(right, summed, columns, adjointRight);
  const last = permutation(product, out);
  const cost = (permuted: readonly number[] | undefined, subscripts: string): number =>
    permuted === undefined ? 0 : count(subscripts);
  return {
    kind: summed === "" ? "elementwise" : "matmul",
    swapped,
    first,
    second,
    product: [count(batch), count(rows), count(columns)],
    shape: shapeOf(product),
    permutation: last,
    moved: cost(first.permutation, left) + cost(second.permutation, right) + cost(last, product),
  };
};
