/** TensorFlow's graphs, as far as they are used here: GraphDef, NodeDef and FunctionDef of its protocol buffers. */
import type { Dtype, Shape } from "../../graph/op.ts";
import { elementwiseResults } from "./elementwise.ts";
import type { AttributeValue, OperationName } from "./recipe.ts";

/** What an operation may be of that no primitive needs. */
export type GraphOperation =
  | OperationName
  | "Const"
  | "Less"
  | "Placeholder"
  | "StatelessWhile"
  | "TensorListFromTensor"
  | "TensorListGetItem"
  | "TensorListReserve"
  | "TensorListSetItem"
  | "TensorListStack";

/** A list of tensors is one value. */
export type DataType = Dtype | "bool" | "list";

export type Attribute =
  | AttributeValue
  | { readonly kind: "types"; readonly value: readonly DataType[] }
  | { readonly kind: "type"; readonly value: DataType }
  | { readonly kind: "shape"; readonly value: Shape }
  | { readonly kind: "function"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: TensorValue };

/** Elements row-major, or one number that is all of them. */
export interface TensorValue {
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly data: Float32Array | Int32Array | number;
}

export type NodeAttributes = Readonly<Record<string, Attribute>>;

/** A value: how a node of the same graph or function names it. */
export type Tensor = string;

export interface NodeDef {
  readonly name: string;
  readonly operation: GraphOperation;
  readonly inputs: readonly Tensor[];
  readonly attributes: NodeAttributes;
}

export interface FunctionDef {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly type: DataType }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly type: DataType;
    readonly value: Tensor;
  }[];
  readonly nodes: readonly NodeDef[];
}

export interface GraphDef {
  readonly nodes: readonly NodeDef[];
  readonly functions: readonly FunctionDef[];
}

/** TensorFlow's names of results; the last one may stand for several. */
export const resultNames: Readonly<Record<GraphOperation, readonly string[]>> = {
  ...elementwiseResults,
  ArgMax: ["output"],
  BatchMatMulV2: ["output"],
  BroadcastTo: ["output"],
  Cast: ["y"],
  ConcatV2: ["output"],
  Const: ["output"],
  Cumprod: ["out"],
  Cumsum: ["out"],
  Digamma: ["y"],
  Equal: ["z"],
  GatherV2: ["output"],
  Greater: ["z"],
  Less: ["z"],
  Lgamma: ["y"],
  Max: ["output"],
  NotEqual: ["z"],
  OneHot: ["output"],
  Pack: ["output"],
  Pad: ["output"],
  Placeholder: ["output"],
  Prod: ["output"],
  Reshape: ["output"],
  ReverseV2: ["output"],
  Select: ["output"],
  SelectV2: ["output"],
  Slice: ["output"],
  Softmax: ["softmax"],
  StatelessWhile: ["output"],
  Sum: ["output"],
  TensorListFromTensor: ["output_handle"],
  TensorListGetItem: ["item"],
  TensorListReserve: ["handle"],
  TensorListSetItem: ["output_handle"],
  TensorListStack: ["tensor"],
  TopKV2: ["values", "indices"],
  Transpose: ["y"],
  Unpack: ["output"],
  UnsortedSegmentSum: ["output"],
  Zeta: ["z"],
};
