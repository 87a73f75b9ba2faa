/** Every operation of the model IR on small operands, and what it means in plain numbers. */
import { digamma, lgamma } from "../../../src/graph/gamma.ts";
import type { Dtype, Shape } from "../../../src/graph/op.ts";
import type { ValueOp, ValueOps } from "../../../src/ir/value.ts";
import { size } from "../../../src/shape/dim.ts";

export interface Operand {
  readonly shape: Shape;
  readonly dtype?: Dtype;
  /** Positive numbers in (0, 1). */
  readonly positive?: boolean;
  /** An order of the last axis, or an index below this. */
  readonly order?: boolean;
  readonly below?: number;
  /** No leading axes: a parameter of a network. */
  readonly plain?: boolean;
}

export interface Case<Attrs> {
  readonly operands: readonly Operand[];
  readonly attrs: Attrs;
  readonly result: Shape;
  /** The result for the operands of one particle and sequence. */
  readonly meaning: (...operands: readonly (readonly number[])[]) => readonly number[];
}

/** Operations that compute nothing. */
export type Leaf = "parameter" | "data" | "site" | "carry" | "constant" | "fill" | "range";

const none = {};
const vector = { shape: [3] };
const positive = { shape: [3], positive: true };
const matrix = { shape: [2, 3] };
const at = (xs: readonly number[] | undefined, i: number): number => xs?.[i] ?? Number.NaN;
const total = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0);

const one = (f: (x: number) => number, operand: Operand = vector): Case<typeof none> => ({
  operands: [operand],
  attrs: none,
  result: [3],
  meaning: (x = []) => x.map(f),
});

const two = (
  f: (a: number, b: number) => number,
  operand: Operand = vector,
): Case<typeof none> => ({
  operands: [operand, operand],
  attrs: none,
  result: [3],
  meaning: (a = [], b = []) => a.map((x, i) => f(x, at(b, i))),
});

const variance = (x: readonly number[]): number =>
  total(x.map((v) => (v - total(x) / x.length) ** 2)) / x.length;

/** A case for each operation: leaving one out is a type error. */
export const cases: { readonly [K in Exclude<ValueOp, Leaf>]: Case<ValueOps[K]> } = {
  neg: one((x) => -x),
  exp: one(Math.exp),
  log: one(Math.log, positive),
  sqrt: one(Math.sqrt, positive),
  square: one((x) => x * x),
  abs: one(Math.abs),
  sin: one(Math.sin),
  cos: one(Math.cos),
  tanh: one(Math.tanh),
  sigmoid: one((x) => 1 / (1 + Math.exp(-x))),
  softplus: one((x) => Math.log1p(Math.exp(x))),
  relu: one((x) => Math.max(x, 0)),
  lgamma: one(lgamma, positive),
  digamma: one(digamma, positive),
  stop: one((x) => x),
  add: two((a, b) => a + b),
  sub: two((a, b) => a - b),
  mul: two((a, b) => a * b),
  div: two((a, b) => a / b, positive),
  pow: two((a, b) => a ** b, positive),
  max: two(Math.max),
  min: two(Math.min),
  greater: two((a, b) => (a > b ? 1 : 0)),
  equal: two((a, b) => (a === b ? 1 : 0)),
  where: {
    operands: [vector, vector, vector],
    attrs: none,
    result: [3],
    meaning: (c = [], a = [], b = []) => c.map((x, i) => at(x === 0 ? b : a, i)),
  },

  expand: {
    operands: [matrix],
    attrs: { at: [0, 2] },
    result: [1, 2, 1, 3],
    meaning: (x = []) => x,
  },
  transpose: {
    operands: [matrix],
    attrs: none,
    result: [3, 2],
    meaning: (x = []) => [0, 3, 1, 4, 2, 5].map((i) => at(x, i)),
  },
  concat: {
    operands: [vector, { shape: [2] }, vector],
    attrs: none,
    result: [8],
    meaning: (...xs) => xs.flat(),
  },
  flat: {
    operands: [{ shape: [2, 2, 3] }],
    attrs: { axes: 2 },
    result: [2, 6],
    meaning: (x = []) => x,
  },
  split: {
    operands: [{ shape: [6] }],
    attrs: { into: [size(2), size(3)] },
    result: [2, 3],
    meaning: (x = []) => x,
  },
  slice: {
    operands: [matrix],
    attrs: { begin: size(1), size: size(2) },
    result: [2, 2],
    meaning: (x = []) => [1, 2, 4, 5].map((i) => at(x, i)),
  },
  column: {
    operands: [matrix],
    attrs: { index: 1 },
    result: [2],
    meaning: (x = []) => [at(x, 1), at(x, 4)],
  },

  sum: {
    operands: [matrix],
    attrs: { axis: 2 },
    result: [3],
    meaning: (x = []) => [0, 1, 2].map((j) => at(x, j) + at(x, j + 3)),
  },
  mean: { operands: [vector], attrs: { axis: 1 }, result: [], meaning: (x = []) => [total(x) / 3] },
  prod: {
    operands: [vector],
    attrs: { axis: 1 },
    result: [],
    meaning: (x = []) => [x.reduce((a, b) => a * b, 1)],
  },
  amax: {
    operands: [vector],
    attrs: { axis: 1 },
    result: [],
    meaning: (x = []) => [Math.max(...x)],
  },
  norm: {
    operands: [vector],
    attrs: { axis: 1 },
    result: [],
    meaning: (x = []) => [Math.sqrt(total(x.map((v) => v * v)) + 1e-12)],
  },

  logsumexp: {
    operands: [matrix],
    attrs: { axis: 2 },
    result: [3],
    meaning: (x = []) =>
      [0, 1, 2].map((j) => Math.log(Math.exp(at(x, j)) + Math.exp(at(x, j + 3)))),
  },
  var: {
    operands: [vector],
    attrs: { axis: 1 },
    result: [],
    meaning: (x = []) => [variance(x)],
  },
  std: {
    operands: [vector],
    attrs: { axis: 1 },
    result: [],
    meaning: (x = []) => [Math.sqrt(variance(x) + 1e-12)],
  },

  softmax: {
    operands: [vector],
    attrs: none,
    result: [3],
    meaning: (x = []) => x.map((v) => Math.exp(v) / total(x.map(Math.exp))),
  },
  normalize: {
    operands: [positive],
    attrs: none,
    result: [3],
    meaning: (x = []) => x.map((v) => v / total(x)),
  },
  cumsum: {
    operands: [vector],
    attrs: { exclusive: false },
    result: [3],
    meaning: (x = []) => x.map((_, i) => total(x.slice(0, i + 1))),
  },
  cumprod: {
    operands: [vector],
    attrs: { exclusive: true },
    result: [3],
    meaning: (x = []) => x.map((_, i) => x.slice(0, i).reduce((a, b) => a * b, 1)),
  },
  argsort: {
    operands: [vector],
    attrs: none,
    result: [3],
    meaning: (x = []) => [0, 1, 2].toSorted((i, j) => at(x, i) - at(x, j)),
  },
  argmax: {
    operands: [vector],
    attrs: none,
    result: [],
    meaning: (x = []) => [x.indexOf(Math.max(...x))],
  },
  argmin: {
    operands: [vector],
    attrs: none,
    result: [],
    meaning: (x = []) => [x.indexOf(Math.min(...x))],
  },
  onehot: {
    operands: [{ shape: [], dtype: "int", below: 3 }],
    attrs: { size: size(3) },
    result: [3],
    meaning: ([index] = []) => [0, 1, 2].map((i) => (i === index ? 1 : 0)),
  },
  take: {
    operands: [vector, { shape: [3], dtype: "int", order: true }],
    attrs: none,
    result: [3],
    meaning: (x = [], order = []) => order.map((i) => at(x, i)),
  },
  untake: {
    operands: [vector, { shape: [3], dtype: "int", order: true }],
    attrs: none,
    result: [3],
    meaning: (x = [], order = []) => x.map((_, i) => at(x, order.indexOf(i))),
  },
  // wᵢ receives from its left neighbour by the weight of offset +1.
  shift: {
    operands: [{ shape: [4] }, positive],
    attrs: none,
    result: [4],
    meaning: (w = [], s = []) =>
      w.map((x, i) => at(w, (i + 1) % 4) * at(s, 0) + x * at(s, 1) + at(w, (i + 3) % 4) * at(s, 2)),
  },

  matmul: {
    operands: [matrix, { shape: [3, 2] }],
    attrs: none,
    result: [2, 2],
    meaning: (a = [], b = []) =>
      [0, 1].flatMap((m) =>
        [0, 1].map((n) => total([0, 1, 2].map((i) => at(a, 3 * m + i) * at(b, 2 * i + n)))),
      ),
  },
  vecmat: {
    operands: [{ shape: [2] }, matrix],
    attrs: none,
    result: [3],
    meaning: (a = [], b = []) =>
      [0, 1, 2].map((n) => at(a, 0) * at(b, n) + at(a, 1) * at(b, 3 + n)),
  },
  matvec: {
    operands: [matrix, vector],
    attrs: none,
    result: [2],
    meaning: (a = [], b = []) => [0, 1].map((m) => total(b.map((x, i) => at(a, 3 * m + i) * x))),
  },
  dot: {
    operands: [vector, vector],
    attrs: none,
    result: [],
    meaning: (a = [], b = []) => [total(a.map((x, i) => x * at(b, i)))],
  },
  outer: {
    operands: [{ shape: [2] }, vector],
    attrs: none,
    result: [2, 3],
    meaning: (a = [], b = []) => a.flatMap((x) => b.map((y) => x * y)),
  },
  cosine: {
    operands: [vector, matrix],
    attrs: none,
    result: [2],
    meaning: (key = [], rows = []) =>
      [rows.slice(0, 3), rows.slice(3)].map((row) => {
        const length = (x: readonly number[]): number =>
          Math.sqrt(total(x.map((v) => v * v)) + 1e-6);
        return total(key.map((x, i) => x * at(row, i))) / (length(key) * length(row) + 1e-6);
      }),
  },
  push: {
    operands: [matrix, vector],
    attrs: none,
    result: [2, 3],
    meaning: (rows = [], row = []) => [...row, ...rows.slice(0, 3)],
  },
  offDiag: {
    operands: [{ shape: [2, 2] }],
    attrs: none,
    result: [2, 2],
    meaning: (x = []) => [0, at(x, 1), at(x, 2), 0],
  },
  row: {
    operands: [{ shape: [3, 2] }, { shape: [], dtype: "int", below: 3 }],
    attrs: { rest: 1 },
    result: [2],
    meaning: (rows = [], [index = 0] = []) => rows.slice(2 * index, 2 * index + 2),
  },

  linear: {
    operands: [
      { shape: [2] },
      { shape: [1] },
      { shape: [3, 2], plain: true },
      { shape: [2], plain: true },
    ],
    attrs: { parts: 2 },
    result: [2],
    meaning: (a = [], b = [], weight = [], bias = []) =>
      bias.map((start, o) => start + total([...a, ...b].map((x, i) => x * at(weight, 2 * i + o)))),
  },
};
