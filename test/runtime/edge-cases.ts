/** What the differentiation problems do not reach: integers, extremes, ties, long rows, unusual layouts, state without history. */
import * as g from "../../src/graph/build.ts";
import type { Node, Shape } from "../../src/graph/op.ts";
import { carryCases } from "../graph/carry-cases.ts";
import { type Case, exactly, positive, some } from "../graph/case.ts";

const inf = Number.POSITIVE_INFINITY;
const int = (x: Node): Node => g.cast(x, "int");
const float = (x: Node): Node => g.cast(x, "float");
/** Whole numbers 0, 1, … as they come, below `bound`. */
const whole = (shape: Shape, bound: number): Node => {
  const count = g.reshape(
    g.iota([shape.reduce((product, n) => product * n, 1)], 0, "float"),
    shape,
  );
  const scaled = g.mul(count, 7 / bound);
  return g.mul(g.sub(scaled, float(int(scaled))), bound - 0.01);
};

const extremes = exactly([1, 12], -inf, -200, -90, -8, -1e-4, -0, 0, 1e-6, 0.3, 20, 100, inf);
const ofExtremes = (name: string, f: (x: Node) => Node): Case => ({
  about: `${name} of extremes`,
  inputs: { x: extremes },
  build: (x) => f(x),
});

const integers: Case["inputs"] = {
  a: exactly([2, 3], -3, 0, 2, 5, -1, 7),
  b: exactly([2, 3], 2, 0, -2, 5, 4, 1),
};
const ofIntegers = (name: string, f: (a: Node, b: Node) => Node): Case => ({
  about: `${name} of integers`,
  inputs: integers,
  build: (a, b) => float(f(int(a), int(b))),
});

const product = (about: string, spec: string, a: Shape, b: Shape): Case => ({
  about: `contraction ${spec} ${about}`,
  inputs: { a: some(...a), b: some(...b) },
  build: (x, y) => g.contract(x, y, spec),
});

export const edgeCases: readonly Case[] = [
  ofExtremes("exp", (x) => g.exp(g.min(x, 80))),
  ofExtremes("sigmoid", g.sigmoid),
  ofExtremes("tanh", g.tanh),
  ofExtremes("softplus", g.softplus),
  ofExtremes("sin", (x) => g.sin(g.max(g.min(x, 1e5), -1e5))),
  ofExtremes("cos", (x) => g.cos(g.max(g.min(x, 1e5), -1e5))),
  ofExtremes("relu", g.relu),
  ofExtremes("sign", g.sign),
  ofExtremes("abs", g.abs),
  ofExtremes("maximum", (x) => g.max(x, 0.1)),
  ofExtremes("minimum", (x) => g.min(x, 0.1)),
  ofExtremes("greater", (x) => g.greater(x, 0)),
  ofExtremes("equal", (x) => g.equal(x, 0)),
  ofExtremes("log of absolutes", (x) => g.log(g.abs(x))),
  ofExtremes("reciprocal", (x) => g.reciprocal(g.max(x, 1e-6))),
  ofExtremes("select", (x) => g.select(g.greater(x, 0), x, -1)),
  // Four constants of one shape that look alike to JSON, two by two.
  ofExtremes("constants of both signs", (x) =>
    g.concat(
      [
        g.select(g.greater(x, 0), g.constant(inf, [1, 1]), g.constant(-inf, [1, 1])),
        g.reciprocal(g.select(g.greater(x, 0), g.constant(0, [1, 1]), g.constant(-0, [1, 1]))),
      ],
      0,
    ),
  ),
  { about: "integer as condition", inputs: integers, build: (a, b) => g.select(int(a), b, a) },
  {
    about: "condition that is neither 0 nor 1",
    inputs: { a: exactly([4], 0.5, 0, -0, -2) },
    build: (a) => g.select(a, 1, 2),
  },
  {
    about: "power of zero",
    inputs: { a: exactly([3], 0, 0, 2), b: exactly([3], 2, 0.5, -1.5) },
    build: g.pow,
  },
  {
    about: "softmax beside -inf",
    inputs: { x: exactly([2, 3], -inf, 1, 2, 0, -inf, -inf) },
    build: (x) => g.softmax(x),
  },
  {
    about: "softmax of large",
    inputs: { x: exactly([1, 3], 1000, 999, -1000) },
    build: (x) => g.softmax(x),
  },
  {
    about: "softmax of infinities",
    inputs: { x: exactly([4, 3], -inf, -inf, -inf, inf, 1, -inf, inf, -3, inf, 0, -inf, -inf) },
    build: (x) => g.softmax(x),
  },
  {
    about: "logSoftmax of infinities",
    inputs: { x: exactly([4, 3], -inf, -inf, -inf, inf, 1, -inf, inf, -3, inf, 0, -inf, 1) },
    build: (x) => g.logSoftmax(x),
  },
  {
    about: "logsumexp of infinities",
    inputs: { x: exactly([4, 3], -inf, -inf, -inf, inf, 1, -inf, inf, -3, inf, 0, -inf, 1) },
    build: (x) => g.logsumexp(x),
  },
  {
    about: "logsumexp of -inf alone",
    inputs: { x: exactly([2, 2], -inf, -inf, -inf, 3) },
    build: (x) => g.logsumexp(x),
  },
  { about: "logsumexp of a long row", inputs: { x: some(2, 300) }, build: (x) => g.logsumexp(x) },

  ofIntegers("sum", g.add),
  ofIntegers("difference", g.sub),
  ofIntegers("product", g.mul),
  ofIntegers("maximum", g.max),
  ofIntegers("minimum", g.min),
  ofIntegers("greater", g.greater),
  ofIntegers("equal", g.equal),
  ofIntegers("negation", (a) => g.neg(a)),
  ofIntegers("square", (a) => g.square(a)),
  ofIntegers("absolute", (a) => g.abs(a)),
  ofIntegers("sign", (a) => g.sign(a)),
  ofIntegers("relu", (a) => g.relu(a)),
  ofIntegers("total", (a) => g.sum(a, [0])),
  ofIntegers("row total", (a) => g.sum(a, [1])),
  ofIntegers("row product", (a) => g.prod(a, [1])),
  ofIntegers("row maximum", (a) => g.amax(a, [1])),
  ofIntegers("running sum", (a) => g.cumsum(a, 1)),
  ofIntegers("transpose", (a) => g.transpose(a, [1, 0])),
  ofIntegers("slice", (a) => g.slice(a, [0, 1], [2, 2])),
  ofIntegers("concatenation", (a, b) => g.concat([a, b], 0)),
  ofIntegers("pad", (a) => g.pad(a, [0, 1], [1, 0])),
  ofIntegers("reversal", (a) => g.reverse(a, 0)),
  ofIntegers("broadcast", (a) => g.broadcast(g.reshape(a, [2, 3, 1]), [2, 3, 4])),
  ofIntegers("gather", (a) => g.gather(a, g.constant(1, [2], "int"), 0)),
  ofIntegers("argsort", (a) => g.argsort(a)),
  {
    about: "cast to int truncates",
    inputs: { x: exactly([4], -1.7, 1.7, -0.2, 0.9) },
    build: (x) => float(int(x)),
  },

  {
    about: "argsort of ties",
    inputs: { x: exactly([2, 6], 1, 0, 1, 0, 1, 0, 3, 3, 3, 3, 3, 3) },
    build: (x) => float(g.argsort(x)),
  },
  {
    about: "argsort of infinities",
    inputs: { x: exactly([1, 5], inf, -inf, 0, inf, -inf) },
    build: (x) => float(g.argsort(x)),
  },
  {
    about: "argsort of a long row with ties",
    inputs: { x: some(2, 200) },
    build: (x) => float(g.argsort(float(int(g.mul(x, 9))))),
  },
  {
    about: "argmax of ties",
    inputs: { x: exactly([2, 4], 1, 2, 2, 0, -1, -1, -1, -1) },
    build: (x) => float(g.argmax(x)),
  },
  {
    about: "onehot outside",
    inputs: { x: exactly([4], -1, 0, 2, 3) },
    build: (x) => g.onehot(int(x), 3),
  },
  {
    about: "gather of long rows",
    inputs: { x: some(3, 5, 40) },
    build: (x) => g.gather(x, int(whole([3, 2], 5)), 1),
  },
  {
    about: "scatterAdd with two index axes",
    inputs: { x: some(2, 3, 4, 5) },
    build: (x) => g.scatterAdd(x, int(whole([2, 3, 4], 6)), 1, 6),
  },

  ...[[0], [1], [2], [3], [0, 1], [1, 2], [2, 3], [0, 2], [1, 3], [0, 3], [0, 1, 2, 3]].flatMap(
    (axes) =>
      [g.sum, g.amax].map((f): Case => ({
        about: `${f === g.sum ? "sum" : "maximum"} over ${axes.join(", ")} of four axes`,
        inputs: { x: some(3, 4, 1, 5) },
        build: (x) => f(x, axes),
      })),
  ),
  { about: "sum of many", inputs: { x: positive(300, 400) }, build: (x) => g.sum(x, [0, 1]) },

  {
    about: "transpose of five axes",
    inputs: { x: some(2, 3, 4, 5, 2) },
    build: (x) => g.transpose(x, [4, 2, 0, 3, 1]),
  },
  {
    about: "transpose past axes of size 1",
    inputs: { x: some(1, 3, 1, 2) },
    build: (x) => g.transpose(x, [2, 3, 0, 1]),
  },
  { about: "large transpose", inputs: { x: some(70, 130) }, build: (x) => g.transpose(x, [1, 0]) },
  {
    about: "slice of long rows",
    inputs: { x: some(3, 4, 60) },
    build: (x) => g.slice(x, [1, 1, 7], [2, 3, 40]),
  },
  {
    about: "pad around long rows",
    inputs: { x: some(3, 40) },
    build: (x) => g.pad(x, [1, 3], [2, 1]),
  },
  {
    about: "pad of four axes",
    inputs: { x: some(2, 2, 2, 2) },
    build: (x) => g.pad(x, [1, 0, 2, 0], [0, 1, 0, 2]),
  },
  {
    about: "reversal of a leading axis",
    inputs: { x: some(5, 40) },
    build: (x) => g.reverse(x, 0),
  },
  {
    about: "broadcast of long rows",
    inputs: { x: some(1, 40) },
    build: (x) => g.broadcast(x, [6, 40]),
  },
  {
    about: "broadcast of a column",
    inputs: { x: some(6, 1) },
    build: (x) => g.broadcast(x, [6, 40]),
  },
  {
    about: "concatenation of a leading axis",
    inputs: { a: some(2, 20), b: some(3, 20) },
    build: (a, b) => g.concat([a, b, a], 0),
  },
  {
    about: "concatenation of nothing with something",
    inputs: { a: some(2, 0), b: some(2, 3) },
    build: (a, b) => g.concat([a, b], 1),
  },
  {
    about: "broadcast in the middle",
    inputs: { a: some(3, 1, 4, 1), b: some(3, 5, 1, 2) },
    build: (a, b) => g.max(g.mul(a, b), g.sub(a, b)),
  },
  {
    about: "results that are inputs and constants",
    inputs: { a: some(2, 2) },
    build: (a) => g.reshape(g.stop(a), [4]),
  },

  product("", "bi,ij->bj", [10, 30], [30, 20]),
  product("of a transposed left", "bi,bj->ij", [10, 30], [10, 20]),
  product("of a transposed right", "bj,ij->bi", [10, 20], [30, 20]),
  product("of both transposed, out transposed", "kb,nk->bn", [5, 6], [7, 5]),
  product("in batches", "bnr,bnw->brw", [3, 4, 5], [3, 4, 6]),
  product("of two batch axes in other orders", "abij,bakj->abik", [2, 3, 4, 5], [3, 2, 6, 5]),
  product("over two subscripts", "tbi,tbj->ij", [4, 3, 5], [4, 3, 6]),
  product("elementwise", "ij,ij->ij", [3, 4], [3, 4]),
  product("elementwise, out transposed", "ij,ji->ji", [3, 4], [4, 3]),
  product("of a scalar", ",ij->ij", [], [3, 4]),
  product("outer in batches", "bi,bj->bji", [2, 3], [2, 4]),
  product("to rows", "bi,bi->b", [4, 6], [4, 6]),
  product("with interleaved free subscripts", "aic,bic->abi", [3, 4, 5], [2, 4, 5]),
  product("with a matrix in the middle", "tbi,ij->tbj", [4, 3, 5], [5, 6]),
  ...carryCases,
];
