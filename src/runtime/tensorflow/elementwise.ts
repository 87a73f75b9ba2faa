/** The primitives that are one operation of TensorFlow for each element, and the name of its result. */
import type { ComparisonName } from "../../graph/kinds.ts";
import type { ElementwiseName } from "../../graph/scalar.ts";

/** Those that are not composed. */
export type OneOperation = Exclude<
  ElementwiseName,
  ComparisonName | "cast" | "select" | "lgamma" | "digamma" | "trigamma"
>;

export type ElementwiseOperation =
  | "Abs"
  | "AddV2"
  | "Cos"
  | "Exp"
  | "Identity"
  | "Log"
  | "Maximum"
  | "Minimum"
  | "Mul"
  | "Neg"
  | "Pow"
  | "RealDiv"
  | "Reciprocal"
  | "Relu"
  | "Sigmoid"
  | "Sign"
  | "Softplus"
  | "Sin"
  | "Sqrt"
  | "Square"
  | "Sub"
  | "Tanh";

export const elementwise: Readonly<
  Record<OneOperation, { readonly operation: ElementwiseOperation; readonly result: string }>
> = {
  neg: { operation: "Neg", result: "y" },
  exp: { operation: "Exp", result: "y" },
  log: { operation: "Log", result: "y" },
  sqrt: { operation: "Sqrt", result: "y" },
  square: { operation: "Square", result: "y" },
  reciprocal: { operation: "Reciprocal", result: "y" },
  abs: { operation: "Abs", result: "y" },
  sign: { operation: "Sign", result: "y" },
  sin: { operation: "Sin", result: "y" },
  cos: { operation: "Cos", result: "y" },
  tanh: { operation: "Tanh", result: "y" },
  sigmoid: { operation: "Sigmoid", result: "y" },
  softplus: { operation: "Softplus", result: "activations" },
  relu: { operation: "Relu", result: "activations" },
  stop: { operation: "Identity", result: "output" },
  add: { operation: "AddV2", result: "z" },
  sub: { operation: "Sub", result: "z" },
  mul: { operation: "Mul", result: "z" },
  div: { operation: "RealDiv", result: "z" },
  pow: { operation: "Pow", result: "z" },
  max: { operation: "Maximum", result: "z" },
  min: { operation: "Minimum", result: "z" },
};

export const elementwiseNames: readonly OneOperation[] = Object.keys(elementwise) as OneOperation[];

/** By the operation, its results' names. */
export const elementwiseResults: Readonly<Record<ElementwiseOperation, readonly string[]>> =
  Object.fromEntries(
    Object.values(elementwise).map(({ operation, result }): [string, readonly string[]] => [
      operation,
      [result],
    ]),
  ) as Readonly<Record<ElementwiseOperation, readonly string[]>>;
