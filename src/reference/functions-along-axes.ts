/** The functions of whole vectors and matrices. */
import type { FunctionName } from "../language/check/values/builtins.ts";
import type { FunctionText } from "./function-text.ts";
import type { FunctionOfElements } from "./functions-of-elements.ts";

/** Functions whose result depends on several elements, or on sizes. */
export type FunctionAlongAxes = Exclude<FunctionName, FunctionOfElements>;

/** Of sums and means over axes. */
const overAxes =
  "Without an axis it is over all elements; with one, over that axis, which is dropped.";

export const functionsAlongAxes: Readonly<Record<FunctionAlongAxes, FunctionText>> = {
  sum: {
    usage: ["sum(x: real[N, M]) -> real", "sum(x: real[N, M], N) -> real[M]"],
    meaning: `The sum. ${overAxes}`,
    examples: [
      { expression: "sum([1, 2, 3])", value: 6 },
      { expression: "sum(outer([1, 2, 3], [1, 10]), 3)", value: [6, 60] },
    ],
  },
  mean: {
    usage: ["mean(x: real[N, M]) -> real", "mean(x: unit[N, M], M) -> unit[N]"],
    meaning: `The arithmetic mean. ${overAxes}`,
    examples: [{ expression: "mean([1, 2, 6])", value: 3 }],
  },
  prod: {
    usage: ["prod(x: unit[N, M]) -> unit", "prod(x: real[N, M], M) -> real[N]"],
    meaning: `The product. ${overAxes}`,
    gradient: "Exact where elements are 0: nothing is divided by an element.",
    examples: [{ expression: "prod([2, 3, 4])", value: 24 }],
  },
  norm: {
    usage: ["norm(x: real[N, M]) -> pos", "norm(x: real[N, M], M) -> pos[N]"],
    meaning: `The Euclidean length √(Σ x² + 1e-12), which is 1e-6 for zeros. ${overAxes}`,
    gradient: "0 where all elements are 0.",
    examples: [{ expression: "norm([3, 4])", value: 5 }],
  },
  logsumexp: {
    usage: ["logsumexp(x: real[N, M]) -> real", "logsumexp(x: real[N, M], M) -> real[N]"],
    meaning: `log Σ exp(x): the sum of weights of which x are the logarithms, without overflow. ${overAxes}`,
    gradient: "`softmax(x)`.",
    examples: [{ expression: "logsumexp([log(2), log(3), log(5)])", value: 2.3026 }],
  },
  var: {
    usage: ["var(x: real[N, M]) -> pos", "var(x: real[N, M], M) -> pos[N]"],
    meaning: `The variance Σ (x - mean)² / n, divided by the number of elements n and not by n - 1. ${overAxes}`,
    examples: [{ expression: "var([1, 2, 6])", value: 4.6667 }],
  },
  std: {
    usage: ["std(x: real[N, M]) -> pos", "std(x: real[N, M], M) -> pos[N]"],
    meaning: `The standard deviation √(var(x) + 1e-12), which is 1e-6 where all elements are equal; \`var\` divides by n. ${overAxes}`,
    gradient: "0 where all elements are equal.",
    examples: [{ expression: "std([1, 2, 6])", value: 2.1602 }],
  },
  where: {
    usage: ["where(c: unit[N], a: real[N], b: real[N]) -> real[N]"],
    meaning:
      "a where c is not 0, else b: of the narrowest type that holds both. Axes match by name. What is not chosen may be infinite or NaN.",
    gradient:
      "Goes to what was chosen; none to c. What was not chosen gets 0 through functions of elements and sums, also where their slopes are infinite or NaN.",
    examples: [
      { expression: "where([1, 2, 3] > 2, [10, 20, 30], 0)", value: [0, 0, 30] },
      { expression: "where([0, 4] != 0, 1 / [0, 4], -1)", value: [-1, 0.25] },
      { expression: "where([1, 2, 3] <= 2, [1, 2, 3] == 2, [1, 2, 3] >= 3)", value: [0, 1, 1] },
      { expression: "where([1, 2, 3] < 2, 5, 6)", value: [5, 6, 6] },
    ],
  },
  clamp: {
    usage: [
      "clamp(x: real[N], low: real, high: real) -> real[N]",
      "clamp(x: real[N], 0, 1) -> unit[N]",
    ],
    meaning:
      "min(max(x, low), high): x, but at least low and at most high. Between literals it has their range. Axes match by name.",
    gradient: "1 from low to high, else 0.",
    examples: [{ expression: "clamp([-2, 0.5, 3], 0, 1)", value: [0, 0.5, 1] }],
  },
  sinh: {
    usage: ["sinh(x: real) -> real"],
    meaning: "The hyperbolic sine, computed as tanh(x) cosh(x). Beyond 88.7 it is infinite.",
    examples: [{ expression: "sinh([0, 1])", value: [0, 1.1752] }],
  },
  cosh: {
    usage: ["cosh(x: real) -> pos"],
    meaning: "The hyperbolic cosine ½ exp(x) + ½ exp(-x). Beyond 88.7 it is infinite.",
    examples: [{ expression: "cosh([0, 1])", value: [1, 1.5431] }],
  },
  range: {
    usage: ["range(N) -> real[N]"],
    meaning: "The numbers 0, 1, … N - 1 along an axis of this size.",
    examples: [{ expression: "range(3)", value: [0, 1, 2] }],
  },
  eye: {
    usage: ["eye(N) -> simplex[N, N]"],
    meaning: "The identity matrix: 1 on the diagonal, 0 elsewhere.",
    examples: [
      {
        expression: "eye(2)",
        value: [
          [1, 0],
          [0, 1],
        ],
      },
    ],
  },
  max: {
    usage: [
      "max(x: real[N, M]) -> real",
      "max(x: real[N, M], M) -> real[N]",
      "max(a: real[N], b: real[N]) -> real[N]",
    ],
    meaning:
      "The largest element, over all axes or over the one that is named; of two values, the larger at each place, with axes matched by name.",
    gradient: "Goes to the first of equal elements, or to the first of two equal operands.",
    examples: [
      { expression: "max([1, 5, 3])", value: 5 },
      { expression: "max([1, 5], [4, 2])", value: [4, 5] },
    ],
  },
  min: {
    usage: [
      "min(x: real[N, M]) -> real",
      "min(x: real[N, M], M) -> real[N]",
      "min(a: real[N], b: real[N]) -> real[N]",
    ],
    meaning:
      "The smallest element, over all axes or over the one that is named; of two values, the smaller at each place, with axes matched by name.",
    gradient: "Goes to the first of equal elements, or to the first of two equal operands.",
    examples: [
      { expression: "min([4, 1, 3])", value: 1 },
      { expression: "min([1, 5], [4, 2])", value: [1, 2] },
    ],
  },
  cumsum: {
    usage: ["cumsum(x: pos[N]) -> pos[N]", "cumsum(x: real[N], exclusive = yes) -> real[N]"],
    meaning:
      "Sums of the first elements: place i has the sum up to and with element i, or with `exclusive = yes` the sum before it.",
    examples: [
      { expression: "cumsum([1, 2, 3])", value: [1, 3, 6] },
      { expression: "cumsum([1, 2, 3], exclusive = yes)", value: [0, 1, 3] },
    ],
  },
  cumprod: {
    usage: ["cumprod(x: unit[N]) -> unit[N]", "cumprod(x: real[N], exclusive = yes) -> real[N]"],
    meaning:
      "Products of the first elements: place i has the product up to and with element i, or with `exclusive = yes` the product before it.",
    gradient: "Exact where elements are 0: nothing is divided by an element.",
    examples: [
      { expression: "cumprod([2, 3, 4])", value: [2, 6, 24] },
      { expression: "cumprod([2, 3, 4], exclusive = yes)", value: [1, 2, 6] },
    ],
  },
  softmax: {
    usage: ["softmax(x: real[N]) -> simplex[N]"],
    meaning:
      "exp(xᵢ) / Σⱼ exp(xⱼ): log weights to probabilities. It does not overflow; a row that holds nothing but -inf becomes equal shares.",
    examples: [{ expression: "softmax([0, log(3)])", value: [0.25, 0.75] }],
  },
  normalize: {
    usage: ["normalize(x: pos[N]) -> simplex[N]"],
    meaning:
      "xᵢ / Σⱼ xⱼ for weights x ≥ 0; zeros alone become equal shares. Of a power or an exponential, as in `normalize(w ^ g)`, only logarithms are computed, so that nothing vanishes or overflows.",
    examples: [
      { expression: "normalize([1, 3])", value: [0.25, 0.75] },
      { expression: "normalize(zeros(4))", value: [0.25, 0.25, 0.25, 0.25] },
    ],
  },
  argsort: {
    usage: ["argsort(x: real[N]) -> perm[N]"],
    meaning:
      "The order that sorts x from the smallest to the largest: first the place of the smallest element. Equal elements keep their order.",
    gradient: "None: an order is piecewise constant.",
    examples: [{ expression: "argsort([30, 10, 20])", value: [1, 2, 0] }],
  },
  argmax: {
    usage: ["argmax(x: real[N]) -> index[N]"],
    meaning: "The place of the largest element, from 0; of equal ones the first.",
    gradient: "None: a place is piecewise constant.",
    examples: [{ expression: "argmax([30, 10, 20])", value: 0 }],
  },
  argmin: {
    usage: ["argmin(x: real[N]) -> index[N]"],
    meaning: "The place of the smallest element, from 0; of equal ones the first.",
    gradient: "None: a place is piecewise constant.",
    examples: [{ expression: "argmin([30, 10, 20])", value: 1 }],
  },
  take: {
    usage: ["take(x: real[N], order: perm[N]) -> real[N]"],
    meaning: "The elements of x in this order: place i has element orderᵢ.",
    gradient: "Goes back to the places that the elements came from; none to the order.",
    examples: [{ expression: "take([5, 6, 7], argsort([30, 10, 20]))", value: [6, 7, 5] }],
  },
  untake: {
    usage: ["untake(x: real[N], order: perm[N]) -> real[N]"],
    meaning: "The inverse of `take`: element i goes to place orderᵢ.",
    gradient: "As of `take`: none to the order.",
    examples: [{ expression: "untake([6, 7, 5], argsort([30, 10, 20]))", value: [5, 6, 7] }],
  },
  shift: {
    usage: ["shift(w: simplex[N], s: simplex[3]) -> unit[N]"],
    meaning:
      "Circular convolution of a weighting with the weights of the offsets -1, 0 and +1 (Graves et al. 2014, eq. 8).",
    examples: [{ expression: "shift([1, 0, 0, 0], [0, 0, 1])", value: [0, 1, 0, 0] }],
  },
  dot: {
    usage: ["dot(a: real[N], b: real[N]) -> real"],
    meaning: "The inner product Σᵢ aᵢ bᵢ.",
    examples: [{ expression: "dot([1, 2], [3, 4])", value: 11 }],
  },
  outer: {
    usage: ["outer(a: real[N], b: real[M]) -> real[N, M]"],
    meaning: "The product of every element of a with every element of b.",
    examples: [
      {
        expression: "outer([1, 2], [3, 4])",
        value: [
          [3, 4],
          [6, 8],
        ],
      },
    ],
  },
  cosine: {
    usage: ["cosine(k: real[W], rows: real[N, W]) -> real[N]"],
    meaning:
      "The cosine similarity of a key with each row, k·m / (√(k·k + 1e-6) √(m·m + 1e-6) + 1e-6): 0 for a vector of zeros.",
    examples: [{ expression: "cosine([1, 0], outer([5, 10], [0.6, 0.8]))", value: [0.6, 0.6] }],
  },
  push: {
    usage: ["push(rows: real[N, W], v: real[W]) -> real[N, W]"],
    meaning: "The vector becomes row 0, every row moves down by one, and the last is dropped.",
    examples: [
      {
        expression: "push(outer([1, 2], [3, 4]), [5, 6])",
        value: [
          [5, 6],
          [3, 4],
        ],
      },
    ],
  },
  off_diag: {
    usage: ["off_diag(x: real[N, N]) -> real[N, N]"],
    meaning: "The square matrix with zeros on its diagonal.",
    examples: [
      {
        expression: "off_diag(ones(2, 2))",
        value: [
          [0, 1],
          [1, 0],
        ],
      },
    ],
  },
  transpose: {
    usage: ["transpose(x: real[N, M]) -> real[M, N]"],
    meaning: "The matrix with its last two axes exchanged.",
    examples: [
      {
        expression: "transpose(outer([1, 2], [3, 4]))",
        value: [
          [3, 6],
          [4, 8],
        ],
      },
    ],
  },
  flat: {
    usage: ["flat(x: real[N, M]) -> real[N * M]"],
    meaning:
      "All axes as one, row after row; a scalar becomes a vector of one element. Nets do this to their arguments by themselves.",
    examples: [{ expression: "flat(outer([1, 2], [3, 4]))", value: [3, 4, 6, 8] }],
  },
  col: {
    usage: ["col(x: real[M, N], i) -> real[M]"],
    meaning:
      "Place i of the last axis, which is dropped; i is a whole number from 0. `x[a]` selects from the first axis instead, by a value.",
    examples: [{ expression: "col([5, 6, 7], 1)", value: 6 }],
  },
  onehot: {
    usage: ["onehot(a: index[N], N) -> simplex[N]", "onehot(i, N) -> simplex[N]"],
    meaning: "1 at the place a, 0 elsewhere. The place is an index, or a whole number from 0.",
    gradient: "None: a place is piecewise constant.",
    examples: [{ expression: "onehot(1, 3)", value: [0, 1, 0] }],
  },
  ones: {
    usage: ["ones(N) -> unit[N]", "ones(N, M) -> unit[N, M]"],
    meaning: "1 everywhere, with axes of these sizes.",
    examples: [{ expression: "ones(3)", value: [1, 1, 1] }],
  },
  zeros: {
    usage: ["zeros(N) -> unit[N]", "zeros(N, M) -> unit[N, M]"],
    meaning: "0 everywhere, with axes of these sizes.",
    examples: [{ expression: "zeros(2)", value: [0, 0] }],
  },
  randn: {
    usage: ["randn(scale)"],
    meaning:
      "Normal numbers of mean 0 and this standard deviation. It stands only where a `param` gets its first value: a model draws by `~`.",
    examples: [],
  },
};
