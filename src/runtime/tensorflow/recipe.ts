/** Primitives as operations of TensorFlow: data, which are either called one by one or written down as a graph. */
import type { Dtype, Shape } from "../../graph/op.ts";
import type { ElementwiseOperation } from "./elementwise.ts";

/** TensorFlow's name of what is called. */
export type OperationName =
  | ElementwiseOperation
  | "ArgMax"
  | "BatchMatMulV2"
  | "BroadcastTo"
  | "Cast"
  | "ConcatV2"
  | "Cumprod"
  | "Cumsum"
  | "Digamma"
  | "Equal"
  | "GatherV2"
  | "Greater"
  | "Lgamma"
  | "Max"
  | "NotEqual"
  | "OneHot"
  | "Pack"
  | "Pad"
  | "Prod"
  | "Reshape"
  | "ReverseV2"
  | "Select"
  | "SelectV2"
  | "Slice"
  | "Softmax"
  | "Sum"
  | "TopKV2"
  | "Transpose"
  | "Unpack"
  | "UnsortedSegmentSum"
  | "Zeta";

/** The place of a value: the operands first, then what each step makes. */
export type Ref = number;

export type AttributeValue =
  | { readonly kind: "type"; readonly value: Dtype | "bool" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int"; readonly value: number };

export type RecipeStep =
  | {
      readonly kind: "constant";
      readonly dtype: Dtype;
      readonly shape: Shape;
      readonly data: readonly number[];
    }
  | {
      readonly kind: "operation";
      readonly name: OperationName;
      readonly attributes: Readonly<Record<string, AttributeValue>>;
      readonly inputs: readonly Ref[];
      /** How many results it has; the last one counts. */
      readonly results: number;
    };

/** The last step makes the result. */
export interface Recipe {
  readonly steps: readonly RecipeStep[];
}

export const type = (value: Dtype | "bool"): AttributeValue => ({ kind: "type", value });
export const bool = (value: boolean): AttributeValue => ({ kind: "bool", value });
export const int = (value: number): AttributeValue => ({ kind: "int", value });

/** Appends steps. */
export interface Writer {
  readonly call: (
    name: OperationName,
    inputs: readonly Ref[],
    attributes: Readonly<Record<string, AttributeValue>>,
    results?: number,
  ) => Ref;
  /** A vector of integers. */
  readonly ints: (...data: readonly number[]) => Ref;
  readonly constant: (dtype: Dtype, shape: Shape, data: readonly number[]) => Ref;
}

/** The steps that `write` appends, given as many operands. */
export const recipe = (operands: number, write: (writer: Writer) => void): Recipe => {
  const steps: RecipeStep[] = [];
  const append = (step: RecipeStep): Ref => operands + steps.push(step) - 1;
  const constant: Writer["constant"] = (dtype, shape, data) =>
    append({ kind: "constant", dtype, shape, data });
  write({
    call: (name, inputs, attributes, results = 1) =>
      append({ kind: "operation", name, inputs, attributes, results }),
    ints: (...data) => constant("int", [data.length], data),
    constant,
  });
  return { steps };
};
