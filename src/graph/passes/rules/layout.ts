/** Rules of the primitives that only move, copy or drop elements. */
import * as build from "../../build.ts";
import type { Node, NodeOf } from "../../op.ts";
import {
  axisGroups,
  keepsOrder,
  broadcastTo,
  broadcastAfter,
  unbroadcast,
  valueOf,
} from "../../analysis/axes.ts";
import type { Rule, Rules } from "./rule.ts";

const { add, broadcast, concat, constant, pad, reshape, slice, transpose } = build;

/** Whatever is done to equal elements leaves equal elements. */
const ofConstant = (node: Node): Node | undefined => {
  const value = valueOf(node.operands[0]);
  return value === undefined ? undefined : constant(value, node.shape, node.dtype);
};

const reshapeRules: readonly Rule<"reshape">[] = [
  ofConstant,
  ({ operands: [x], shape }) => (x.op === "reshape" ? reshape(x.operands[0], shape) : undefined),
  /** A reshaped copy is a copy of the reshaped value, where whole groups of axes were broadcast or none. */
  ({ operands: [x], shape }) => {
    if (x.op !== "broadcast") return undefined;
    const [y] = x.operands;
    const source: number[] = shape.map(() => 1);
    const groups = axisGroups(x.shape, shape);
    if (groups === undefined) return undefined;
    for (const { from, to } of groups) {
      const long = from.filter((axis) => x.shape[axis] !== 1);
      const copied = long.filter((axis) => y.shape[axis] === 1);
      if (copied.length === long.length) continue;
      if (copied.length > 0) return undefined;
      for (const axis of to) source[axis] = shape[axis] ?? 1;
    }
    return broadcast(reshape(y, source), shape);
  },
];

/** A contraction gives its axes in any order. */
const ofContraction: Rule<"transpose"> = ({ operands: [x], attrs: { permutation } }) => {
  if (x.op !== "contract") return undefined;
  const { a, b, out } = x.attrs;
  const order = permutation.map((axis) => out[axis]).join("");
  return build.contract(x.operands[0], x.operands[1], `${a},${b}->${order}`);
};

const transposeRules: readonly Rule<"transpose">[] = [
  ofConstant,
  ({ operands: [x], attrs: { permutation }, shape }) =>
    keepsOrder(x.shape, permutation) ? reshape(x, shape) : undefined,
  ({ operands: [x], attrs: { permutation } }) => {
    if (x.op !== "transpose") return undefined;
    const inner = x.attrs.permutation;
    return transpose(
      x.operands[0],
      permutation.map((axis) => inner[axis] ?? axis),
    );
  },
  ({ operands: [x], attrs: { permutation }, shape }) =>
    x.op === "broadcast" ? broadcast(transpose(x.operands[0], permutation), shape) : undefined,
  ofContraction,
];

const broadcastRules: readonly Rule<"broadcast">[] = [
  ofConstant,
  ({ operands: [x], shape }) =>
    x.op === "broadcast" ? broadcast(x.operands[0], shape) : undefined,
];

/** What is left of a range [begin, begin + size) of an axis, seen from a piece that starts at `start`. */
const overlap = (
  begin: number,
  size: number,
  start: number,
  length: number,
): { readonly begin: number; readonly size: number } => {
  const from = Math.max(begin, start);
  const to = Math.min(begin + size, start + length);
  return { begin: from - start, size: Math.max(to - from, 0) };
};

const sliceRules: readonly Rule<"slice">[] = [
  ofConstant,
  ({ operands: [x], attrs: { begin, size } }) => {
    if (x.op !== "slice") return undefined;
    const inner = x.attrs.begin;
    return slice(
      x.operands[0],
      begin.map((from, axis) => from + (inner[axis] ?? 0)),
      size,
    );
  },
  ({ operands: [x], attrs: { begin, size } }) => {
    if (x.op !== "broadcast") return undefined;
    const [y] = x.operands;
    const copied = y.shape.map((n, axis) => n === 1 && x.shape[axis] !== 1);
    const from = begin.map((n, axis) => (copied[axis] === true ? 0 : n));
    const count = size.map((n, axis) => (copied[axis] === true ? Math.min(n, 1) : n));
    return broadcastTo(slice(y, from, count), size);
  },
  /** Of a concatenation: only the pieces in the range. */
  ({ operands: [x], attrs: { begin, size } }) => {
    if (x.op !== "concat") return undefined;
    const { axis } = x.attrs;
    const pieces: Node[] = [];
    let start = 0;
    for (const piece of x.operands) {
      const length = piece.shape[axis] ?? 0;
      const range = overlap(begin[axis] ?? 0, size[axis] ?? 0, start, length);
      start += length;
      if (range.size === 0) continue;
      pieces.push(slice(piece, begin.with(axis, range.begin), size.with(axis, range.size)));
    }
    return pieces.length === 0 || pieces.length === x.operands.length
      ? undefined
      : concat(pieces, axis);
  },
  /** Of a padded value: within the value or within the zeros. */
  ({ operands: [x], attrs: { begin, size } }) => {
    if (x.op !== "pad") return undefined;
    const [y] = x.operands;
    const ranges = begin.map((from, axis) =>
      overlap(from, size[axis] ?? 0, x.attrs.before[axis] ?? 0, y.shape[axis] ?? 0),
    );
    if (ranges.some((range) => range.size === 0)) return constant(0, size, x.dtype);
    if (ranges.some((range, axis) => range.size !== size[axis])) return undefined;
    return slice(
      y,
      ranges.map((range) => range.begin),
      size,
    );
  },
];

/** Pieces that follow one another in one value. */
const joined = (first: Node, second: Node, axis: number): Node | undefined => {
  const length = (first.shape[axis] ?? 0) + (second.shape[axis] ?? 0);
  if (first.op === "constant" && second.op === "constant") {
    return Object.is(first.attrs.value, second.attrs.value)
      ? constant(first.attrs.value, first.shape.with(axis, length), first.dtype)
      : undefined;
  }
  if (first.op !== "slice" || second.op !== "slice") return undefined;
  const [x] = first.operands;
  const { begin, size } = first.attrs;
  const next = begin.with(axis, (begin[axis] ?? 0) + (size[axis] ?? 0));
  const follows =
    x === second.operands[0] && second.attrs.begin.every((from, i) => from === next[i]);
  return follows ? slice(x, begin, size.with(axis, length)) : undefined;
};

const joinPieces: readonly Rule<"concat">[] = [
  ({ operands, attrs: { axis } }) => {
    const flat = operands
      .flatMap((x) => (x.op === "concat" && x.attrs.axis === axis ? x.operands : [x]))
      .filter((x, _, all) => x.shape[axis] !== 0 || all.length === 1);
    const merged: Node[] = [];
    for (const x of flat) {
      const previous = merged.at(-1);
      const both = previous === undefined ? undefined : joined(previous, x, axis);
      if (both === undefined) merged.push(x);
      else merged[merged.length - 1] = both;
    }
    return merged.length < operands.length || flat.length > operands.length
      ? concat(merged.length === 0 ? operands.slice(0, 1) : merged, axis)
      : undefined;
  },
  /** Zeros at an end are padding. */
  ({ operands, attrs: { axis }, shape }) => {
    const start = valueOf(operands[0]) === 0 ? 1 : 0;
    const end = operands.length - (valueOf(operands.at(-1)) === 0 ? 1 : 0);
    if (end - start === operands.length || end <= start) return undefined;
    const sizeOf = (x: Node | undefined): number => x?.shape[axis] ?? 0;
    const zeros = shape.map(() => 0);
    return pad(
      concat(operands.slice(start, end), axis),
      zeros.with(axis, start === 0 ? 0 : sizeOf(operands[0])),
      zeros.with(axis, end === operands.length ? 0 : sizeOf(operands.at(-1))),
    );
  },
];

/** Pieces that are all copied along the same axes are joined before they are copied. */
const concatOfBroadcast: Rule<"concat"> = ({ operands, attrs: { axis }, shape }) => {
  const isCopied = shape.map(
    (n, i) =>
      n !== 1 &&
      i !== axis &&
      operands.every(
        (x) => x.op === "constant" || (x.op === "broadcast" && x.operands[0].shape[i] === 1),
      ),
  );
  if (!isCopied.includes(true)) return undefined;
  const thin = operands.map((x) =>
    broadcastTo(
      unbroadcast(x),
      x.shape.map((n, i) => (isCopied[i] === true ? 1 : n)),
    ),
  );
  return broadcastTo(concat(thin, axis), shape);
};

const plus = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((n, axis) => n + (b[axis] ?? 0));

const padRules: readonly Rule<"pad">[] = [
  (node) =>
    broadcastAfter(
      node,
      node.shape.flatMap((n, axis) => (n === node.operands[0].shape[axis] ? [] : [axis])),
    ),
  ({ operands: [x], shape }) => (valueOf(x) === 0 ? constant(0, shape, x.dtype) : undefined),
  ({ operands: [x], attrs: { before, after } }) =>
    x.op === "pad"
      ? pad(x.operands[0], plus(before, x.attrs.before), plus(after, x.attrs.after))
      : undefined,
];

const sameAround = (a: readonly number[], b: readonly number[], except: number): boolean =>
  a.every((n, axis) => axis === except || n === b[axis]);

/** The sum of a value padded behind and one padded in front, the zeros of each where the other is. */
const joinedPads = (x: NodeOf<"pad">, y: NodeOf<"pad">): Node | undefined => {
  const axis = x.attrs.after.findIndex((n, i) => n !== y.attrs.after[i]);
  if (axis < 0) return undefined;
  const [first, second] =
    (x.attrs.before[axis] ?? 0) < (y.attrs.before[axis] ?? 0) ? [x, y] : [y, x];
  const [p, q] = [first.operands[0], second.operands[0]];
  const follows =
    (first.attrs.before[axis] ?? 0) + (p.shape[axis] ?? 0) === second.attrs.before[axis] &&
    sameAround(first.attrs.before, second.attrs.before, axis) &&
    sameAround(first.attrs.after, second.attrs.after, axis) &&
    sameAround(p.shape, q.shape, axis);
  return follows ? pad(concat([p, q], axis), first.attrs.before, second.attrs.after) : undefined;
};

/** How far down a sum is searched for a neighbour. */
const DEPTH = 6;

const joinInto = (sum: Node, piece: NodeOf<"pad">, depth: number): Node | undefined => {
  if (sum.op === "pad") return joinedPads(sum, piece);
  if (sum.op !== "add" || depth === 0) return undefined;
  const [a, b] = sum.operands;
  const left = joinInto(a, piece, depth - 1);
  if (left !== undefined) return add(left, b);
  const right = joinInto(b, piece, depth - 1);
  return right === undefined ? undefined : add(a, right);
};

/** Padded neighbours in a sum are one concatenation: what the reverse of slicing leaves. */
export const addOfPads: Rule<"add"> = ({ operands: [a, b] }) => {
  const joined = b.op === "pad" ? joinInto(a, b, DEPTH) : undefined;
  return joined ?? (a.op === "pad" ? joinInto(b, a, DEPTH) : undefined);
};

const reverseRules: readonly Rule<"reverse">[] = [
  ofConstant,
  ({ operands: [x], attrs: { axis } }) => {
    if (x.shape[axis] === 1) return x;
    return x.op === "reverse" && x.attrs.axis === axis ? x.operands[0] : undefined;
  },
  (node) => broadcastAfter(node, []),
];

export const layoutTable: Pick<
  Rules,
  "reshape" | "transpose" | "broadcast" | "concat" | "slice" | "pad" | "reverse"
> = {
  reshape: reshapeRules,
  transpose: transposeRules,
  broadcast: broadcastRules,
  concat: [...joinPieces, concatOfBroadcast],
  slice: sliceRules,
  pad: padRules,
  reverse: reverseRules,
};
