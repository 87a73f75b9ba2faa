/** The elementwise primitives, by what they do to numbers. */
import type { Node, NodeOf, OpName } from "./op.ts";
import { entryOf } from "./table.ts";

type OnNumbers<K extends OpName> = (xs: readonly number[], node: NodeOf<K>) => number;

const unary =
  (f: (x: number) => number) =>
  ([x = NaN]: readonly number[]): number =>
    f(x);

const binary =
  (f: (a: number, b: number) => number) =>
  ([a = NaN, b = NaN]: readonly number[]): number =>
    f(a, b);

/** Total: `undefined` for the primitives that are not elementwise. */
const onNumbers: { readonly [K in OpName]: OnNumbers<K> | undefined } = {
  input: undefined,
  constant: undefined,
  iota: undefined,

  neg: unary((x) => -x),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  square: unary((x) => x * x),
  reciprocal: unary((x) => 1 / x),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  tanh: unary(Math.tanh),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  softplus: unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  relu: unary((x) => Math.max(x, 0)),
  stop: unary((x) => x),
  cast: ([x = NaN], { attrs }) => (attrs.dtype === "int" ? Math.trunc(x) : x),
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  pow: binary((a, b) => a ** b),
  max: binary(Math.max),
  min: binary(Math.min),
  greater: binary((a, b) => (a > b ? 1 : 0)),
  equal: binary((a, b) => (a === b ? 1 : 0)),
  select: ([condition = NaN, a = NaN, b = NaN]) => (condition !== 0 ? a : b),

  sum: undefined,
  prod: undefined,
  amax: undefined,
  softmax: undefined,
  logSoftmax: undefined,
  logsumexp: undefined,
  cumsum: undefined,
  cumprod: undefined,
  argsort: undefined,
  argmax: undefined,
  onehot: undefined,
  gather: undefined,
  scatterAdd: undefined,
  windows: undefined,
  overlapAdd: undefined,
  reshape: undefined,
  transpose: undefined,
  broadcast: undefined,
  concat: undefined,
  slice: undefined,
  pad: undefined,
  reverse: undefined,
  contract: undefined,
  scan: undefined,
  project: undefined,
};

/** The value of an elementwise primitive of numbers; `undefined` if it is not elementwise. */
export const evaluateScalar = (node: Node, xs: readonly number[]): number | undefined =>
  entryOf(onNumbers, node.op)?.(xs, node);
