/** How the axes of a value, of its reshaped value and of its broadcast value correspond. */
import { broadcast, constant, reshape } from "../build.ts";
import type { Node, Shape } from "../op.ts";
import { sameShape } from "../shapes.ts";
import { rebuild } from "../walk.ts";

/** Axes of a reshape's operand and of its value that hold the same elements; the products of their sizes agree. */
export interface AxisGroup {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The finest correspondence of a reshape's axes, in order; nothing for empty values. */
export const axisGroups = (from: Shape, to: Shape): readonly AxisGroup[] | undefined => {
  if (from.includes(0) || to.includes(0)) return undefined;
  const groups: AxisGroup[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const startOfFrom = i;
    const startOfTo = j;
    let left = from[i] ?? 1;
    let right = to[j] ?? 1;
    if (i < from.length) i += 1;
    if (j < to.length) j += 1;
    while (left !== right) {
      if (left < right) left *= from[i++] ?? 1;
      else right *= to[j++] ?? 1;
    }
    groups.push({ from: range(startOfFrom, i), to: range(startOfTo, j) });
  }
  return groups;
};

const range = (begin: number, end: number): number[] =>
  Array.from({ length: end - begin }, (_, k) => begin + k);

/** Axes of a reshape's operand that hold what some axes of its value hold, where whole groups do. */
export const axesBefore = (
  from: Shape,
  to: Shape,
  axes: readonly number[],
): readonly number[] | undefined => {
  const before: number[] = [];
  const groups = axisGroups(from, to);
  if (groups === undefined) return undefined;
  for (const group of groups) {
    const long = group.to.filter((axis) => to[axis] !== 1);
    const chosen = long.filter((axis) => axes.includes(axis));
    if (chosen.length === 0) continue;
    if (chosen.length < long.length) return undefined;
    before.push(...group.from.filter((axis) => from[axis] !== 1));
  }
  return before;
};

const ones = (rank: number): Shape => Array.from({ length: rank }, () => 1);

/** The number in every element, if it is known. */
export const valueOf = (node: Node | undefined): number | undefined =>
  node?.op === "constant" ? node.attrs.value : undefined;

/** The same value with size 1 wherever it is only broadcast. */
export const unbroadcast = (node: Node): Node => {
  if (node.op === "broadcast") return node.operands[0];
  return node.op === "constant"
    ? constant(node.attrs.value, ones(node.shape.length), node.dtype)
    : node;
};

/** The value broadcast to a shape; constants take it without a broadcast. */
export const broadcastTo = (node: Node, shape: Shape): Node => {
  if (sameShape(node.shape, shape)) return node;
  return node.op === "constant"
    ? constant(node.attrs.value, shape, node.dtype)
    : broadcast(node, shape);
};

/** The value reshaped; constants take a shape without a reshape. */
export const reshaped = (node: Node, shape: Shape): Node =>
  node.op === "constant" ? constant(node.attrs.value, shape, node.dtype) : reshape(node, shape);

/** The value with an axis of size 1 put in front. */
export const lead = (node: Node): Node => reshaped(node, [1, ...node.shape]);

/** Whether a permutation moves nothing but axes of size 1, so that the elements keep their order. */
export const keepsOrder = (shape: Shape, permutation: readonly number[]): boolean => {
  const moved = permutation.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, i) => i === 0 || axis > (moved[i - 1] ?? -1));
};

export const invert = (permutation: readonly number[]): number[] =>
  permutation.map((_, axis) => permutation.indexOf(axis));

/**
 * f (broadcast x) is broadcast (f x) for axes other than those that f works along. The node is a primitive of one operand whose
 * other axes keep their places.
 */
export const broadcastAfter = (node: Node, worksAlong: readonly number[]): Node | undefined => {
  const [x] = node.operands;
  if (x?.op !== "broadcast") return undefined;
  const [y] = x.operands;
  const isFree = x.shape.map(
    (n, axis) => n !== 1 && y.shape[axis] === 1 && !worksAlong.includes(axis),
  );
  if (!isFree.includes(true)) return undefined;
  const thin = x.shape.map((n, axis) => (isFree[axis] === true ? 1 : n));
  return broadcastTo(rebuild(node, [broadcast(y, thin)]), node.shape);
};
