/**
 * Reverse mode, one rule a primitive: from the cotangent of the value to those of its operands.
 *
 * Rules ignore broadcasting: they may answer with any shape that broadcasts to the value's, and the driver
 * (gradient.ts) sums or broadcasts that to the operand's. `scan` and `project` are the driver's own.
 */
import { invariant } from "../diagnostics/invariant.ts";
import * as build from "./build.ts";
import type { Node, NodeOf, OpName } from "./op.ts";
import { entryOf } from "./table.ts";

const { cumprod, div, equal, greater, mul, neg, reshape, select, sub, sum, transpose } = build;

/** The primitives that the driver handles without a rule. */
export type WithoutVjp = "scan" | "project";

/** Cotangents of the operands; `undefined` where an operand gets none. */
type Rule<K extends OpName> = (node: NodeOf<K>, cotangent: Node) => readonly (Node | undefined)[];

/** Says that a primitive passes no cotangent on, and why. */
interface NotDifferentiable {
  readonly notDifferentiable: string;
}

/** Says that nothing may be differentiated through the primitive, and why. */
interface Refused {
  readonly refused: string;
}

const notDifferentiable = (reason: string): NotDifferentiable => ({ notDifferentiable: reason });

const last = (x: Node): number => x.shape.length - 1;

/** Some axes moved to the end and merged into one there, and back. */
const mergeAxes = (
  { shape }: Node,
  axes: readonly number[],
): { readonly merge: (x: Node) => Node; readonly restore: (x: Node) => Node } => {
  const merged = axes.toSorted((a, b) => a - b);
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...merged];
  const sizes = (x: readonly number[], of: readonly number[]): number[] =>
    of.map((axis) => x[axis] ?? 1);
  return {
    merge: (x) => {
      const size = sizes(x.shape, merged).reduce((product, n) => product * n, 1);
      return reshape(transpose(x, order), [...sizes(x.shape, kept), size]);
    },
    restore: (x) => transpose(reshape(x, sizes(shape, order)), invert(order)),
  };
};

const invert = (permutation: readonly number[]): number[] =>
  permutation.map((_, axis) => permutation.indexOf(axis));

/**
 * The cotangent of x for y = cumprod(x), without a division, since a factor may be 0: row k of an N × N matrix
 * holds the products of the factors between k and i, hence O(N²). The factors before k are an exclusive cumprod.
 */
const cumulativeProductCotangent = (node: NodeOf<"cumprod">, cotangent: Node): Node => {
  const { axis, exclusive, reverse } = node.attrs;
  const [x] = node.operands;
  const rank = x.shape.length;
  const { merge, restore } = mergeAxes(x, [axis]);
  const row = (v: Node): Node => reshape(v, v.shape.toSpliced(rank - 1, 0, 1)); // [..., 1, N]
  const factors = merge(x); // [..., N]
  const n = factors.shape[rank - 1] ?? 1;
  const square = [...Array.from({ length: rank - 1 }, () => 1), n, n];
  const k = build.iota(square, rank - 1, "float");
  const i = build.iota(square, rank, "float");
  const beyond = reverse ? greater(k, i) : greater(i, k);
  const reached = exclusive ? beyond : sub(1, reverse ? greater(i, k) : greater(k, i));
  const between = cumprod(select(beyond, row(factors), 1), rank, { exclusive, reverse });
  const weighted = select(reached, mul(between, row(merge(cotangent))), 0); // [..., k, i]
  const before = cumprod(factors, rank - 1, { exclusive: true, reverse });
  return restore(mul(before, reshape(sum(weighted, [rank]), factors.shape)));
};

/** The cotangent for a slope 1 / x: a cotangent of 0 stays 0 where the slope is infinite. */
const dividedBy = (g: Node, x: Node): Node => select(equal(g, 0), 0, div(g, x));

/** A cotangent of 0 stays 0 where the slope is infinite. */
const times = (g: Node, slope: Node): Node => select(equal(g, 0), 0, mul(g, slope));

/** The total table. */
const reverseRules: {
  readonly [K in Exclude<OpName, WithoutVjp>]: Rule<K> | NotDifferentiable | Refused;
} = {
  input: notDifferentiable("leaf"),
  constant: notDifferentiable("leaf"),
  iota: notDifferentiable("leaf"),

  neg: (_, g) => [neg(g)],
  exp: (y, g) => [mul(g, y)],
  // Infinite at 0, like the derivatives themselves.
  log: ({ operands: [x] }, g) => [dividedBy(g, x)],
  sqrt: (y, g) => [dividedBy(mul(g, 0.5), y)],
  square: ({ operands: [x] }, g) => [mul(g, mul(x, 2))],
  reciprocal: (y, g) => [neg(mul(g, build.square(y)))],
  abs: ({ operands: [x] }, g) => [mul(g, build.sign(x))],
  sign: notDifferentiable("piecewise constant"),
  sin: ({ operands: [x] }, g) => [mul(g, build.cos(x))],
  cos: ({ operands: [x] }, g) => [neg(mul(g, build.sin(x)))],
  tanh: (y, g) => [mul(g, sub(1, build.square(y)))],
  sigmoid: (y, g) => [mul(g, mul(y, sub(1, y)))],
  softplus: ({ operands: [x] }, g) => [mul(g, build.sigmoid(x))],
  relu: ({ operands: [x] }, g) => [select(greater(x, 0), g, 0)],
  lgamma: ({ operands: [x] }, g) => [times(g, build.digamma(x))],
  digamma: ({ operands: [x] }, g) => [times(g, build.trigamma(x))],
  // No value of a model is made by it (`ir/value.ts`): it comes from one differentiation, and there is no second one.
  trigamma: { refused: "trigamma comes from a gradient, and gradients of gradients stop there" },
  stop: notDifferentiable("stopped"),
  cast: notDifferentiable("from or to int"),
  add: (_, g) => [g, g],
  sub: (_, g) => [g, neg(g)],
  mul: ({ operands: [a, b] }, g) => [mul(g, b), mul(g, a)],
  div: (y, g) => {
    const [, b] = y.operands;
    const quotient = div(g, b);
    return [quotient, neg(mul(quotient, y))];
  },
  pow: (y, g) => {
    const [a, b] = y.operands;
    const positive = greater(a, 0);
    const base = select(positive, a, 1);
    const slope = mul(b, build.pow(base, sub(b, 1)));
    return [mul(g, select(positive, slope, 0)), mul(g, mul(y, build.log(base)))];
  },
  // Ties go to the first operand.
  max: ({ operands: [a, b] }, g) => [select(greater(b, a), 0, g), select(greater(b, a), g, 0)],
  min: ({ operands: [a, b] }, g) => [select(greater(a, b), 0, g), select(greater(a, b), g, 0)],
  greater: notDifferentiable("comparison"),
  equal: notDifferentiable("comparison"),
  select: ({ operands: [c] }, g) => [undefined, select(c, g, 0), select(c, 0, g)],

  sum: (_, g) => [g],
  prod: ({ operands: [x], attrs: { axes } }, g) => {
    const { merge, restore } = mergeAxes(x, axes);
    const factors = merge(x);
    const before = cumprod(factors, last(factors), { exclusive: true });
    const after = cumprod(factors, last(factors), { exclusive: true, reverse: true });
    return [restore(mul(merge(g), mul(before, after)))];
  },
  amax: ({ operands: [x], attrs: { axes } }, g) => {
    const { merge, restore } = mergeAxes(x, axes);
    const values = merge(x);
    const first = build.onehot(build.argmax(values), values.shape[last(values)] ?? 1);
    return [restore(select(first, merge(g), 0))];
  },
  softmax: (y, g) => {
    const weighted = mul(g, y);
    return [sub(weighted, mul(y, sum(weighted, [last(y)])))];
  },
  logSoftmax: ({ operands: [x] }, g) => [sub(g, mul(build.softmax(x), sum(g, [last(x)])))],
  // Not exp(x − y): y is rounded at its own magnitude, and log weights are large.
  logsumexp: ({ operands: [x] }, g) => [mul(g, build.softmax(x))],
  cumsum: ({ attrs: { axis, exclusive, reverse } }, g) => [
    build.cumsum(g, axis, { exclusive, reverse: !reverse }),
  ],
  cumprod: (y, g) => [cumulativeProductCotangent(y, g)],
  argsort: notDifferentiable("indices"),
  argmax: notDifferentiable("indices"),

  onehot: notDifferentiable("of indices"),
  gather: ({ operands: [x, indices], attrs: { batch } }, g) => [
    build.scatterAdd(g, indices, batch, x.shape[batch] ?? 0),
    undefined,
  ],
  scatterAdd: ({ operands: [, indices], attrs: { batch } }, g) => [
    build.gather(g, indices, batch),
    undefined,
  ],

  reshape: ({ operands: [x] }, g) => [reshape(g, x.shape)],
  transpose: ({ attrs: { permutation } }, g) => [transpose(g, invert(permutation))],
  broadcast: (_, g) => [g],
  concat: ({ operands, attrs: { axis } }, g) => {
    let start = 0;
    return operands.map(({ shape }) => {
      const begin = shape.map((_, other) => (other === axis ? start : 0));
      start += shape[axis] ?? 0;
      return build.slice(g, begin, shape);
    });
  },
  slice: ({ operands: [x], attrs: { begin, size } }, g) => [
    build.pad(
      g,
      begin,
      x.shape.map((n, axis) => n - (begin[axis] ?? 0) - (size[axis] ?? 0)),
    ),
  ],
  pad: ({ operands: [x], attrs: { before } }, g) => [build.slice(g, before, x.shape)],
  reverse: ({ attrs: { axis } }, g) => [build.reverse(g, axis)],
  windows: ({ operands: [x], attrs: { axis, stride } }, g) => [
    build.overlapAdd(g, axis, x.shape[axis] ?? 0, stride),
  ],
  overlapAdd: ({ operands: [x], attrs: { axis, stride } }, g) => [
    build.windows(g, axis, x.shape[axis + 1] ?? 0, stride),
  ],

  contract: ({ operands: [x, y], attrs: { a, b, out } }, g) => [
    build.contract(g, y, `${out},${b}->${a}`),
    build.contract(x, g, `${a},${out}->${b}`),
  ],
};

/** Whether cotangents pass through the primitive at all. */
export const isDifferentiable = (op: OpName): boolean =>
  op === "scan" || op === "project" || !("notDifferentiable" in reverseRules[op]);

/** Applies a node's rule. */
export const cotangentsOfOperands = (
  node: NodeOf<Exclude<OpName, WithoutVjp>>,
  cotangent: Node,
): readonly (Node | undefined)[] => {
  const rule = entryOf(reverseRules, node.op);
  invariant(
    typeof rule === "function",
    "refused" in rule ? rule.refused : `${node.op} is not differentiable`,
  );
  return rule(node, cotangent);
};
