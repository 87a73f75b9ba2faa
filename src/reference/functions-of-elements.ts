/** The functions that work on each element alone. */
import type { UnaryValue } from "../ir/value.ts";
import type { FunctionName } from "../language/check/values/builtins.ts";
import type { FunctionText } from "./function-text.ts";

/** Functions that keep the axes of what they are given. */
export type FunctionOfElements = Extract<FunctionName, UnaryValue>;

export const functionsOfElements: Readonly<Record<FunctionOfElements, FunctionText>> = {
  exp: {
    usage: ["exp(x: real) -> pos"],
    meaning: "The exponential. Above 88.7 the result is infinite in single precision.",
    examples: [{ expression: "exp([0, 1])", value: [1, 2.7183] }],
  },
  log: {
    usage: ["log(x: real) -> real"],
    meaning: "The natural logarithm: -inf at 0, NaN below.",
    gradient: "1 / x, which is infinite at 0; a cotangent of 0 stays 0 there.",
    examples: [{ expression: "log([1, 10])", value: [0, 2.3026] }],
  },
  sqrt: {
    usage: ["sqrt(x: pos) -> pos", "sqrt(x: unit) -> unit"],
    meaning: "The square root: NaN below 0.",
    gradient: "½ / √x, which is infinite at 0; a cotangent of 0 stays 0 there.",
    examples: [{ expression: "sqrt([4, 9])", value: [2, 3] }],
  },
  square: {
    usage: ["square(x: real) -> pos", "square(x: unit) -> unit"],
    meaning: "x · x. Unlike `x ^ 2` it is meant for numbers of either sign.",
    examples: [{ expression: "square([-3, 0.5])", value: [9, 0.25] }],
  },
  abs: {
    usage: ["abs(x: real) -> pos", "abs(x: unit) -> unit"],
    meaning: "The absolute value.",
    gradient: "The sign of x; 0 at 0.",
    examples: [{ expression: "abs([-2, 3])", value: [2, 3] }],
  },
  sin: {
    usage: ["sin(x: real) -> real"],
    meaning: "The sine of an angle in radians. Beyond 102943 native and wasm give NaN.",
    examples: [{ expression: "sin([0, 1])", value: [0, 0.8415] }],
  },
  cos: {
    usage: ["cos(x: real) -> real"],
    meaning: "The cosine of an angle in radians. Beyond 102943 native and wasm give NaN.",
    examples: [{ expression: "cos([0, 1])", value: [1, 0.5403] }],
  },
  tanh: {
    usage: ["tanh(x: real) -> real"],
    meaning: "The hyperbolic tangent, from -1 to 1.",
    examples: [{ expression: "tanh([0, 1])", value: [0, 0.7616] }],
  },
  sigmoid: {
    usage: ["sigmoid(x: real) -> unit"],
    meaning: "The logistic function 1 / (1 + exp(-x)): log odds to a probability.",
    examples: [{ expression: "sigmoid([0, log(3)])", value: [0.5, 0.75] }],
  },
  softplus: {
    usage: ["softplus(x: real) -> pos"],
    meaning: "log(1 + exp(x)), a smooth `relu` that is above 0.",
    examples: [{ expression: "softplus([0, 2])", value: [0.6931, 2.1269] }],
  },
  relu: {
    usage: ["relu(x: real) -> real"],
    meaning:
      "The larger of x and 0. It is exactly 0 for half of its arguments, so it is no `pos` and cannot be a scale.",
    gradient: "1 where x > 0, else 0; 0 at 0.",
    examples: [{ expression: "relu([-1, 2])", value: [0, 2] }],
  },
  lgamma: {
    usage: ["lgamma(x: pos) -> real"],
    meaning: "The logarithm of the gamma function, log (x - 1)! for whole x: inf at 0, NaN below.",
    gradient: "`digamma(x)`.",
    examples: [{ expression: "lgamma([1, 5])", value: [0, 3.1781] }],
  },
  digamma: {
    usage: ["digamma(x: pos) -> real"],
    meaning: "The derivative of `lgamma`: -inf at 0, NaN below.",
    gradient: "The trigamma function, Σ 1 / (x + n)² over n = 0, 1, …",
    examples: [{ expression: "digamma([1, 10])", value: [-0.5772, 2.2518] }],
  },
  stop: {
    usage: ["stop(x: real) -> real", "stop(x: simplex[N]) -> simplex[N]"],
    meaning:
      "x itself, of the same type. What x was computed from learns nothing through this use of it.",
    gradient: "None passes.",
    examples: [{ expression: "stop([1, 2])", value: [1, 2] }],
  },
};
