/** Operations of the model IR that are several primitives, on values with any leading axes. */
import { invariant } from "../diagnostics/invariant.ts";
import * as g from "../graph/build.ts";
import type { Node } from "../graph/op.ts";
import { alignLeads, contractCores, reshapeTo, smallestFirst } from "./align.ts";

/** The last axis. */
export const last = (x: Node): number => x.shape.length - 1;

const lastSize = (x: Node): number => x.shape.at(-1) ?? 1;

/** A part of one axis. */
const sliceAxis = (x: Node, axis: number, begin: number, size: number): Node =>
  g.slice(
    x,
    x.shape.map((_, i) => (i === axis ? begin : 0)),
    x.shape.with(axis, size),
  );

/** A part of the last axis. */
export const sliceLast = (x: Node, begin: number, size: number): Node =>
  sliceAxis(x, last(x), begin, size);

/** Without the last axis, of size 1. */
export const dropLast = (x: Node): Node => reshapeTo(x, x.shape.slice(0, -1));

/** New axes of size 1 at these places of the result. */
export const insertAxes = (x: Node, at: readonly number[]): Node => {
  const sizes = x.shape.values();
  const shape = Array.from({ length: x.shape.length + at.length }, (_, axis) =>
    at.includes(axis) ? 1 : (sizes.next().value ?? 1),
  );
  return reshapeTo(x, shape);
};

/** Swaps the last two axes. */
export const transposed = (x: Node): Node => {
  const axes = [...x.shape.keys()];
  return g.transpose(x, [...axes.slice(0, -2), ...axes.slice(-2).reverse()]);
};

/** sqrt(Σ x² + guard) along an axis, which keeps size 1: never 0, so that its gradient is finite. */
export const lengthOf = (x: Node, axis: number, guard: number): Node =>
  g.sqrt(g.add(g.sum(g.square(x), [axis]), guard));

/** The mean along an axis, which keeps size 1. */
export const mean = (x: Node, axis: number): Node =>
  g.mul(g.sum(x, [axis]), 1 / (x.shape[axis] ?? 1));

/** Σ (x - mean)² / n along an axis, which keeps size 1. */
export const variance = (x: Node, axis: number): Node =>
  mean(g.square(g.sub(x, mean(x, axis))), axis);

/** log Σ exp along an axis, which keeps size 1. */
export const logSumExp = (x: Node, axis: number): Node => {
  const swapped = [...x.shape.keys()].with(axis, last(x)).with(last(x), axis);
  return g.transpose(g.logsumexp(g.transpose(x, swapped)), swapped);
};

const COSINE_GUARD = 1e-6;

/** ([w], [n, w]) to [n]. */
export const cosine = (key: Node, rows: Node): Node => {
  const inner = contractCores(key, rows, "i,ni->n");
  const keyLength = lengthOf(key, last(key), COSINE_GUARD);
  const rowLengths = dropLast(lengthOf(rows, last(rows), COSINE_GUARD));
  return g.div(inner, g.add(g.mul(keyLength, rowLengths), COSINE_GUARD));
};

/** log x of a power or an exponential, without computing x, which may be too small or too large for a number. */
const logOf = (x: Node): Node | undefined => {
  if (x.op === "exp") return x.operands[0];
  if (x.op === "square") return g.mul(2, g.log(g.abs(x.operands[0])));
  if (x.op !== "pow") return undefined;
  const [base, exponent] = x.operands;
  const isEven = exponent.op === "constant" && exponent.attrs.value % 2 === 0;
  // 0 ^ 0 is 1, hence a logarithm of 0 that 0 can be multiplied with.
  return g.mul(exponent, g.max(g.log(isEven ? g.abs(base) : base), LOG_ZERO));
};

/** Its exponential is 0 for any exponent above 1e-28. */
const LOG_ZERO = -1e30;

/**
 * [n] to [n]: x / Σ x, which sums to 1 for every x ≥ 0. Neither the largest nor the smallest number spoils it, for x is
 * scaled by its maximum first; powers and exponentials are not even computed. Zeros alone are made equal.
 */
export const normalized = (x: Node): Node => {
  const logarithm = logOf(x);
  if (logarithm !== undefined) return g.softmax(logarithm);
  // Of the scale the result is independent, and so is its gradient.
  const highest = g.stop(g.amax(x, [last(x)]));
  const scale = g.select(g.greater(highest, 0), highest, 1);
  const scaled = g.add(g.div(x, scale), g.equal(highest, 0));
  return g.div(scaled, g.sum(scaled, [last(x)]));
};

/** [n, n] with a zero diagonal. */
export const withoutDiagonal = (x: Node): Node => {
  const n = lastSize(x);
  const shape = [...x.shape.slice(0, -2).map(() => 1), n, n];
  const diagonal = g.equal(g.iota(shape, last(x) - 1), g.iota(shape, last(x)));
  return g.mul(x, g.sub(1, diagonal));
};

/** ([n, w], [w]) to [n, w]: the vector becomes row 0, the last row is dropped. */
export const push = (rows: Node, row: Node): Node => {
  const first = reshapeTo(row, row.shape.toSpliced(-1, 0, 1));
  const [table, top] = alignLeads([rows, first], [2, 2]);
  invariant(table !== undefined && top !== undefined, "push of nothing");
  const axis = last(table) - 1;
  return g.concat([top, sliceAxis(table, axis, 0, (table.shape[axis] ?? 1) - 1)], axis);
};

/** ([m], [n]) to [m, n]. */
export const outer = (a: Node, b: Node): Node =>
  g.mul(reshapeTo(a, [...a.shape, 1]), reshapeTo(b, b.shape.toSpliced(-1, 0, 1)));

/** The word at i goes to i + `by`, around the end. */
const rolled = (x: Node, by: number): Node => {
  const n = lastSize(x);
  const cut = ((-by % n) + n) % n;
  return cut === 0 ? x : g.concat([sliceLast(x, cut, n - cut), sliceLast(x, 0, cut)], last(x));
};

/** ([n], [3]) to [n]: w'ᵢ = Σⱼ wⱼ s(i - j), circular, for offsets -1, 0, +1 (NTM, Graves et al. 2014, eq. 8). */
export const shifted = (w: Node, weights: Node): Node =>
  [-1, 0, 1].map((by, i) => g.mul(rolled(w, by), sliceLast(weights, i, 1))).reduce(g.add);

/** x and its order with equal leading axes. */
const inOrder = (x: Node, order: Node): readonly [Node, Node] => {
  const [values, places] = alignLeads([x, order], [1, 1]);
  invariant(values !== undefined && places !== undefined, "order of nothing");
  return [values, places];
};

/** ([n], perm [n]) to [n]: x[order]. */
export const taken = (x: Node, order: Node): Node => {
  const [values, places] = inOrder(x, order);
  return g.gather(values, places, last(values));
};

/** The inverse of `taken`. */
export const untaken = (x: Node, order: Node): Node => {
  const [values, places] = inOrder(x, order);
  return g.scatterAdd(values, places, last(values), lastSize(values));
};

/** New axes of size 1 before the core ones. */
const withRank = (x: Node, rank: number, core: number): Node =>
  reshapeTo(x, [
    ...x.shape.slice(0, -core),
    ...Array.from({ length: rank - x.shape.length }, () => 1),
    ...x.shape.slice(-core),
  ]);

/**
 * (parts…, weight [Σ i, o], bias [o]) to [o]: each part is multiplied by its own rows of the weight, at its own leading
 * size, and what is smallest is added first.
 */
export const affine = (operands: readonly Node[], count: number): Node => {
  const parts = operands.slice(0, count);
  const [weight, bias] = operands.slice(count);
  invariant(weight !== undefined && bias !== undefined, "linear without weight or bias");
  let begin = 0;
  const products = parts.map((part) => {
    const size = lastSize(part);
    const rows = sliceAxis(weight, last(weight) - 1, begin, size);
    begin += size;
    return contractCores(part, withRank(rows, part.shape.length + 1, 2), "i,io->o");
  });
  const [first, ...others] = smallestFirst(products);
  invariant(first !== undefined, "linear of nothing");
  return others.reduce<Node>(g.add, g.add(first, withRank(bias, first.shape.length, 1)));
};
