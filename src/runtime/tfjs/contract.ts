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
  Array.from(a).forEach((letter, axis) => sizes.set(letter, x.shape[axis] ?? 1));
  Array.from(b).forEach((letter, axis) => sizes.set(letter, y.shape[axis] ?? 1));
  const summed = Array.from(a).some((letter) => !node.attrs.out.includes(letter));
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

/** The letters of both operands by their part in the product, in one of the orders worth a try. */
interface Layout {
  readonly left: string;
  readonly right: string;
  readonly batch: string;
  readonly rows: string;
  readonly summed: string;
  readonly columns: string;
}

const layouts = (left: string, right: string, out: string): readonly Layout[] => {
  // The same letters in the order that each of some sources gives them.
  const orders = (sources: readonly string[], keep: (letter: string) => boolean): string[] => [
    ...new Set(sources.map((source) => Array.from(source).filter(keep).join(""))),
  ];
  const shared = (letter: string): boolean => left.includes(letter) && right.includes(letter);
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
  const shapeOf = (letters: string): Shape =>
    Array.from(letters).map((letter) => sizes.get(letter) ?? 1);
  const count = (letters: string): number => elements(shapeOf(letters));
  // Axes of size 1 have no order.
  const proper = (letters: string): string =>
    Array.from(letters)
      .filter((letter) => sizes.get(letter) !== 1)
      .join("");
  const permutation = (from: string, to: string): readonly number[] | undefined =>
    proper(from) === proper(to) ? undefined : Array.from(to).map((letter) => from.indexOf(letter));
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
  const cost = (permuted: readonly number[] | undefined, letters: string): number =>
    permuted === undefined ? 0 : count(letters);
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
