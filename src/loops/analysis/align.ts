/** Two statements brought to the same axes. */
import type { Access } from "../program.ts";
import { commonSizes, type Reindexing, splitInto } from "./reindex.ts";

/** What alignment needs of a statement: its axes, and an access that is the same elements in both. */
export interface AlignedStatement {
  readonly sizes: readonly number[];
  readonly link: Access;
}

/**
 * Reindexings after which both links are the same access; `base` keeps the order of its axes, so that what is
 * reduced stays last. Undefined if there are none. Axes of size 1 go.
 */
export const align = (
  base: AlignedStatement,
  other: AlignedStatement,
): { readonly base: Reindexing; readonly other: Reindexing } | undefined => {
  const { link } = base;
  if (link.dynamic !== undefined || other.link.dynamic !== undefined) return undefined;
  if (link.base !== other.link.base) return undefined;
  if (link.steps.some((step, i) => step !== other.link.steps[i])) return undefined;
  return alignInOrder(base, other, places(base), places(other)) ?? alignByStride(base, other);
};

const places = ({ sizes }: AlignedStatement): readonly number[] => [...sizes.keys()];

/** Axes correspond by the order of their strides in the link. */
const alignByStride = (
  base: AlignedStatement,
  other: AlignedStatement,
): ReturnType<typeof align> => {
  const orderOf = ({ sizes, link }: AlignedStatement): readonly number[] | undefined => {
    const varying = places({ sizes, link }).filter((axis) => (sizes[axis] ?? 1) > 1);
    if (varying.some((axis) => link.strides[axis] === 0)) return undefined;
    return varying.toSorted(
      (a, b) => Math.abs(link.strides[b] ?? 0) - Math.abs(link.strides[a] ?? 0),
    );
  };
  const baseOrder = orderOf(base);
  const otherOrder = orderOf(other);
  if (baseOrder === undefined || otherOrder === undefined) return undefined;
  return alignInOrder(base, other, baseOrder, otherOrder);
};

const alignInOrder = (
  base: AlignedStatement,
  other: AlignedStatement,
  baseOrder: readonly number[],
  otherOrder: readonly number[],
): ReturnType<typeof align> => {
  const sizes = commonSizes(
    baseOrder.map((axis) => base.sizes[axis] ?? 1),
    otherOrder.map((axis) => other.sizes[axis] ?? 1),
  );
  if (sizes === undefined) return undefined;
  const baseParts = splitInto(base.sizes, baseOrder, sizes);
  const otherParts = splitInto(other.sizes, otherOrder, sizes);
  const strideOf = (link: Access, part: Reindexing["parts"][number] | undefined): number =>
    part === undefined ? 0 : (link.strides[part.axis] ?? 0) * part.times;
  const same = sizes.every(
    (_, i) => strideOf(base.link, baseParts[i]) === strideOf(other.link, otherParts[i]),
  );
  if (!same) return undefined;
  // Back to the order of the base; parts of an axis are in order already.
  const order = [...sizes.keys()].sort(
    (x, y) => (baseParts[x]?.axis ?? 0) - (baseParts[y]?.axis ?? 0) || x - y,
  );
  const arrange = (parts: Reindexing["parts"]): Reindexing => ({
    sizes: order.map((i) => sizes[i] ?? 1),
    parts: order.flatMap((i) => parts[i] ?? []),
  });
  return { base: arrange(baseParts), other: arrange(otherParts) };
};

/** The reindexing of `other` to exactly the product's axes; undefined if one of these would have to be split. */
export const overAxesOf = (
  { axes }: { readonly axes: readonly number[] },
  link: Access,
  other: AlignedStatement,
): Reindexing | undefined => {
  const aligned = align({ sizes: axes, link }, other);
  if (aligned === undefined) return undefined;
  if (axes.filter((size) => size > 1).length !== aligned.base.sizes.length) return undefined;
  let next = 0;
  const none = { axis: -1, times: 0 };
  return {
    sizes: axes,
    parts: axes.map((size) => (size > 1 ? (aligned.other.parts[next++] ?? none) : none)),
  };
};
