/**
 * Primitives by kind. Their shapes, batching, printing, evaluation at constants and lowering follow from the kind, so that a new
 * primitive of a kind is an entry here, and what is its own: its derivative and how each backend computes it.
 */
import * as gamma from "./gamma.ts";

/** Of "floats" only, or of "any" numbers, ints giving ints. */
type Takes = "floats" | "any";

interface Unary {
  readonly takes: Takes;
  readonly of: (x: number) => number;
}

interface Binary {
  readonly takes: Takes;
  readonly of: (a: number, b: number) => number;
}

export type UnaryName =
  | "neg"
  | "exp"
  | "log"
  | "sqrt"
  | "square"
  | "reciprocal"
  | "abs"
  | "sign"
  | "sin"
  | "cos"
  | "tanh"
  | "sigmoid"
  | "softplus"
  | "relu"
  | "lgamma"
  | "digamma"
  | "trigamma";

/** Elementwise, of one operand. */
export const unary: Readonly<Record<UnaryName, Unary>> = {
  neg: { takes: "any", of: (x) => -x },
  exp: { takes: "floats", of: Math.exp },
  log: { takes: "floats", of: Math.log },
  sqrt: { takes: "floats", of: Math.sqrt },
  square: { takes: "any", of: (x) => x * x },
  reciprocal: { takes: "floats", of: (x) => 1 / x },
  abs: { takes: "any", of: Math.abs },
  sign: { takes: "any", of: Math.sign },
  sin: { takes: "floats", of: Math.sin },
  cos: { takes: "floats", of: Math.cos },
  tanh: { takes: "floats", of: Math.tanh },
  sigmoid: { takes: "floats", of: (x) => 1 / (1 + Math.exp(-x)) },
  softplus: {
    takes: "floats",
    of: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  },
  relu: { takes: "any", of: (x) => Math.max(x, 0) },
  /** log Γ(x) for x > 0; inf at 0, NaN below. */
  lgamma: { takes: "floats", of: gamma.lgamma },
  /** The derivative of lgamma. */
  digamma: { takes: "floats", of: gamma.digamma },
  /** The derivative of digamma, for gradients; it has none itself. */
  trigamma: { takes: "floats", of: gamma.trigamma },
};

export type BinaryName = "add" | "sub" | "mul" | "div" | "pow" | "max" | "min";

/** Elementwise, of two operands of one type, which the result has too. */
export const binary: Readonly<Record<BinaryName, Binary>> = {
  add: { takes: "any", of: (a, b) => a + b },
  sub: { takes: "any", of: (a, b) => a - b },
  mul: { takes: "any", of: (a, b) => a * b },
  div: { takes: "floats", of: (a, b) => a / b },
  /** a ^ b for a > 0 (0 ^ b is allowed; its cotangent for a is 0 there). */
  pow: { takes: "floats", of: (a, b) => a ** b },
  max: { takes: "any", of: Math.max },
  min: { takes: "any", of: Math.min },
};

export type ComparisonName = "greater" | "equal";

/** Elementwise, of two operands of one type: float 1 where it holds, else 0; no cotangent. */
export const comparison: Readonly<Record<ComparisonName, Binary>> = {
  /** a > b. */
  greater: { takes: "any", of: (a, b) => (a > b ? 1 : 0) },
  /** a = b. */
  equal: { takes: "any", of: (a, b) => (a === b ? 1 : 0) },
};

export type ReductionName = "sum" | "prod" | "amax";

/** Over axes, which keep size 1: by which binary operation elements are put together. */
export const reduction: Readonly<Record<ReductionName, "add" | "mul" | "max">> = {
  sum: "add",
  prod: "mul",
  /** The cotangent goes to the first maximal element. */
  amax: "max",
};

export type CumulationName = "cumsum" | "cumprod";

/** Along an axis, each element with those before it: by which binary operation. */
export const cumulation: Readonly<Record<CumulationName, "add" | "mul">> = {
  cumsum: "add",
  cumprod: "mul",
};

/** The names of a kind, in the order of its table. */
const namesOf = <Name extends string>(kind: Readonly<Record<Name, unknown>>): readonly Name[] =>
  Object.keys(kind) as Name[];

export const unaryNames: readonly UnaryName[] = namesOf(unary);
export const binaryNames: readonly BinaryName[] = namesOf(binary);
export const comparisonNames: readonly ComparisonName[] = namesOf(comparison);
export const reductionNames: readonly ReductionName[] = namesOf(reduction);
export const cumulationNames: readonly CumulationName[] = namesOf(cumulation);
