/** At least one differentiation problem for every primitive. */
import * as g from "../../src/graph/build.ts";
import type { Node, OpName, Shape } from "../../src/graph/op.ts";
import { type Cases, exactly, type Given, positive, some } from "./case.ts";
import { scanCases } from "./scan-cases.ts";

const unary = (f: (x: Node) => Node, given: Given = some(2, 3)): Cases => [
  { inputs: { x: given }, build: f },
];

const binary = (f: (a: Node, b: Node) => Node, given: (...shape: Shape) => Given = some): Cases => [
  { inputs: { a: given(2, 3), b: given(2, 3) }, build: f },
  { about: "broadcast", inputs: { a: given(2, 1, 3), b: given(1, 4, 3) }, build: f },
  { about: "rank 0", inputs: { a: given(2, 3), b: given() }, build: f },
  { about: "of itself", inputs: { a: given(2, 3) }, build: (a) => f(a, a) },
];

const comparison = (f: (a: Node, b: Node) => Node): Cases => [
  { inputs: { a: some(2, 3), b: some(2, 3) }, build: f },
];

const cumulative = (f: (x: Node, axis: number, how: g.Cumulative) => Node): Cases => [
  { inputs: { x: some(4) }, build: (x) => f(x, 0, {}) },
  ...[false, true].flatMap((exclusive) =>
    [false, true].flatMap((reverse) => [
      {
        about: `exclusive ${exclusive}, reverse ${reverse}`,
        inputs: { x: some(2, 4, 3) },
        build: (x: Node) => f(x, 1, { exclusive, reverse }),
      },
      {
        about: `exclusive ${exclusive}, reverse ${reverse}, with zeros`,
        inputs: { x: exactly([2, 4], 0.5, 0, -2, 0, 0, 0, 3, 0.7) },
        build: (x: Node) => f(x, 1, { exclusive, reverse }),
      },
    ]),
  ),
];

const indices = (shape: Shape, axis: number, modulo: number): Node => {
  // 0, 2, 4, … modulo: repeats, and is out of order.
  const doubled = g.mul(g.iota(shape, axis, "float"), 2);
  const wraps = g.cast(g.div(doubled, modulo), "int");
  return g.cast(g.sub(doubled, g.mul(g.cast(wraps, "float"), modulo)), "int");
};

export const cases: { readonly [K in OpName]: Cases } = {
  input: unary((x) => x),
  constant: unary((x) => g.mul(x, g.constant(3, [2, 3]))),
  iota: unary((x) => g.mul(x, g.iota([2, 3], 1, "float"))),

  neg: unary(g.neg),
  exp: unary(g.exp),
  log: unary(g.log, positive(2, 3)),
  sqrt: unary(g.sqrt, positive(2, 3)),
  square: unary(g.square),
  reciprocal: unary(g.reciprocal, positive(2, 3)),
  abs: unary(g.abs),
  sign: unary(g.sign),
  sin: unary(g.sin),
  cos: unary(g.cos),
  tanh: unary(g.tanh),
  sigmoid: unary(g.sigmoid, exactly([3], -2, 0, 5)),
  softplus: unary(g.softplus, exactly([3], -2, 0, 5)),
  relu: unary(g.relu),
  lgamma: [{ inputs: { x: exactly([4], 0.3, 1.2, 2.5, 7) }, build: (x) => g.lgamma(x) }],
  digamma: [
    { inputs: { x: exactly([4], 0.3, 1.2, 2.5, 7) }, build: (x) => g.digamma(x), derivatives: 1 },
  ],
  trigamma: [{ inputs: { x: positive(2, 3) }, build: (x) => g.trigamma(x), derivatives: 0 }],
  stop: [{ inputs: { x: some(2, 3) }, build: (x) => g.stop(x), stopped: true }],
  cast: unary((x) => g.mul(x, g.cast(g.iota([2, 3], 1), "float"))),
  add: binary(g.add),
  sub: binary(g.sub),
  mul: binary(g.mul),
  div: binary(g.div, positive),
  pow: binary(g.pow, positive),
  max: [
    { inputs: { a: some(2, 3), b: some(2, 3) }, build: (a, b) => g.max(a, b) },
    { about: "broadcast", inputs: { a: some(2, 1), b: some(1, 3) }, build: (a, b) => g.max(a, b) },
  ],
  min: [
    { inputs: { a: some(2, 3), b: some(2, 3) }, build: (a, b) => g.min(a, b) },
    { about: "broadcast", inputs: { a: some(2, 1), b: some(1, 3) }, build: (a, b) => g.min(a, b) },
  ],
  greater: comparison(g.greater),
  equal: comparison(g.equal),
  select: [
    {
      inputs: { a: some(2, 3), b: some(2, 3), c: some(2, 3) },
      build: (a, b, c) => g.select(g.greater(c, 0), a, b),
    },
    {
      about: "broadcast",
      inputs: { a: some(2, 1), b: some(1, 3), c: some(2, 3) },
      build: (a, b, c) => g.select(g.greater(c, 0), a, b),
    },
    {
      about: "what is not chosen is infinite or NaN",
      inputs: { x: exactly([2, 3], 0, -1, 2, 1e4, 3, 0.5) },
      build: (x) => {
        const wild = g.add(g.mul(g.log(x), g.div(1, x)), g.mul(0.1, g.exp(x)));
        return g.choose(g.mul(g.greater(x, 0.25), g.greater(10, x)), wild, g.mul(x, 2));
      },
    },
  ],

  sum: [
    { inputs: { x: some(2, 3, 4) }, build: (x) => g.sum(x, [1]) },
    { about: "two axes", inputs: { x: some(2, 3, 4) }, build: (x) => g.sum(x, [2, 0]) },
  ],
  prod: [
    { inputs: { x: some(2, 3, 4) }, build: (x) => g.prod(x, [1]) },
    { about: "two axes", inputs: { x: some(2, 3, 2) }, build: (x) => g.prod(x, [2, 0]) },
    {
      about: "no, one and two zeros",
      inputs: { x: exactly([3, 3], 1, 2, 3, 4, 0, -5, 0, 6, 0) },
      build: (x) => g.prod(x, [1]),
    },
  ],
  amax: [
    { inputs: { x: some(2, 3, 4) }, build: (x) => g.amax(x, [1]) },
    { about: "two axes", inputs: { x: some(2, 3, 4) }, build: (x) => g.amax(x, [2, 0]) },
  ],
  softmax: unary(g.softmax),
  logSoftmax: [
    { inputs: { x: some(2, 3) }, build: (x) => g.logSoftmax(x) },
    {
      about: "large",
      inputs: { x: exactly([2, 2], 1000, 999, -1000, -1001) },
      build: (x) => g.logSoftmax(x),
    },
  ],
  logsumexp: [
    { inputs: { x: some(2, 3) }, build: (x) => g.logsumexp(x) },
    {
      about: "large",
      inputs: { x: exactly([2, 2], 1000, 999, -1000, -1001) },
      build: (x) => g.logsumexp(x),
    },
    {
      about: "-inf beside finite entries",
      inputs: { x: some(2, 3) },
      build: (x) =>
        g.logsumexp(g.select(g.equal(g.iota([1, 3], 1), 1), Number.NEGATIVE_INFINITY, x)),
    },
  ],
  cumsum: cumulative(g.cumsum),
  cumprod: cumulative(g.cumprod),
  argsort: [
    {
      inputs: { x: some(2, 5) },
      build: (x) => g.gather(x, g.argsort(x), 1),
    },
    { about: "alone", inputs: { x: some(2, 5) }, build: (x) => g.cast(g.argsort(x), "float") },
  ],
  argmax: [
    { inputs: { x: some(2, 5) }, build: (x) => g.mul(x, g.onehot(g.argmax(x), 5)) },
    { about: "alone", inputs: { x: some(2, 5) }, build: (x) => g.cast(g.argmax(x), "float") },
  ],

  onehot: unary((x) => g.mul(x, g.onehot(g.iota([2], 0), 3))),
  gather: [
    { inputs: { x: some(4, 3) }, build: (x) => g.gather(x, indices([2, 3], 1, 4)) },
    {
      about: "batched",
      inputs: { x: some(2, 3, 2) },
      build: (x) => g.gather(x, indices([2, 4], 1, 3), 1),
    },
    { about: "one each", inputs: { x: some(3, 5) }, build: (x) => g.gather(x, g.argmax(x), 1) },
  ],
  scatterAdd: [
    { inputs: { x: some(2, 3, 2) }, build: (x) => g.scatterAdd(x, indices([2, 3], 1, 4), 0, 4) },
    {
      about: "batched",
      inputs: { x: some(2, 4, 3) },
      build: (x) => g.scatterAdd(x, indices([2, 4], 1, 3), 1, 3),
    },
  ],

  reshape: unary((x) => g.reshape(x, [3, 1, 2])),
  transpose: [
    { inputs: { x: some(2, 3, 4) }, build: (x) => g.transpose(x, [1, 2, 0]) },
    { about: "swap", inputs: { x: some(2, 3) }, build: (x) => g.transpose(x, [1, 0]) },
  ],
  broadcast: [
    { inputs: { x: some(2, 1, 3) }, build: (x) => g.broadcast(x, [2, 4, 3]) },
    { about: "rank 0", inputs: { x: some() }, build: (x) => g.broadcast(x, [2, 3]) },
  ],
  concat: [{ inputs: { a: some(2, 3), b: some(2, 1) }, build: (a, b) => g.concat([a, b, a], 1) }],
  slice: unary((x) => g.slice(x, [1, 0], [1, 2])),
  pad: unary((x) => g.pad(x, [1, 0], [0, 2])),
  reverse: unary((x) => g.reverse(x, 1)),
  windows: [
    { inputs: { x: some(2, 5, 3) }, build: (x) => g.windows(x, 1, 3) },
    { about: "apart", inputs: { x: some(6) }, build: (x) => g.windows(x, 0, 2, 3) },
    { about: "a rest", inputs: { x: some(2, 6) }, build: (x) => g.windows(x, 1, 3, 2) },
  ],
  overlapAdd: [
    { inputs: { x: some(2, 3, 3, 2) }, build: (x) => g.overlapAdd(x, 1, 5) },
    { about: "apart", inputs: { x: some(2, 2) }, build: (x) => g.overlapAdd(x, 0, 7, 3) },
    { about: "a rest", inputs: { x: some(2, 2, 3) }, build: (x) => g.overlapAdd(x, 1, 6, 2) },
  ],

  contract: [
    { inputs: { a: some(2, 3), b: some(3, 4) }, build: (a, b) => g.contract(a, b, "ij,jk->ik") },
    {
      about: "out permuted",
      inputs: { a: some(2, 3), b: some(4, 3) },
      build: (a, b) => g.contract(a, b, "ij,kj->ki"),
    },
    {
      about: "batch",
      inputs: { a: some(3, 2, 2), b: some(2, 4, 2) },
      build: (a, b) => g.contract(a, b, "ibj,bkj->ikb"),
    },
    {
      about: "outer",
      inputs: { a: some(2), b: some(3) },
      build: (a, b) => g.contract(a, b, "i,j->ji"),
    },
    {
      about: "inner",
      inputs: { a: some(2, 3), b: some(3, 2) },
      build: (a, b) => g.contract(a, b, "ij,ji->"),
    },
    {
      about: "with itself",
      inputs: { a: some(2, 3) },
      build: (a) => g.contract(a, a, "ij,kj->ik"),
    },
  ],

  scan: scanCases,
  project: [
    {
      about: "two components of one scan, one twice",
      inputs: { h: some(2), x: some(3, 2) },
      build: (h, x) => {
        const [carry, step] = [g.input("h", [2]), g.input("x", [2])];
        const next = g.mul(carry, g.tanh(step));
        const tuple = g.make("scan", [h, x], {
          length: 3,
          reverse: false,
          body: {
            carries: [carry],
            constants: [],
            inputs: [step],
            nextCarries: [next],
            outputs: [g.square(next)],
          },
        });
        const final = g.reshape(g.project(tuple, 0), [1, 2]);
        const again = g.reshape(g.project(tuple, 0), [1, 2]);
        return g.mul(g.mul(final, again), g.project(tuple, 1));
      },
    },
  ],
};
