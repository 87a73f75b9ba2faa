/** A TensorFlow.js backend whose tensors can be read and written in place: the plain and the wasm one. */
import type { KernelConfig, KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";
import { InternalError } from "../../diagnostics/invariant.ts";
import type { Dtype, Shape } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import type { Device, TensorKernel, KernelTable } from "./device.ts";
import type { Elements } from "./strided.ts";
import { entryOf } from "../../graph/table.ts";

/** Kernels are called on it directly: no engine, no tape, no global backend. */
export interface TensorMemory {
  readonly name: string;
  /** Of TensorFlow.js, bound to this backend. */
  readonly kernel: (name: string) => BoundKernel | undefined;
  /** A tensor whose elements are not set yet. */
  readonly make: (shape: Shape, dtype: Dtype) => TensorInfo;
  /** The elements in place, good until the next tensor is made. */
  readonly view: (tensor: TensorInfo) => Elements;
  readonly retain: (tensor: TensorInfo) => void;
  readonly release: (tensor: TensorInfo) => void;
  readonly count: () => number;
}

type Attributes = NonNullable<Parameters<KernelFunc>[0]["attrs"]>;
export type BoundKernel = (
  inputs: Readonly<Record<string, TensorInfo>>,
  attrs?: Attributes,
) => TensorInfo;

/** TensorFlow.js's name of an element type. */
export const tfjsDtype = (dtype: Dtype): "float32" | "int32" =>
  dtype === "float" ? "float32" : "int32";

/** A kernel of one result, if it is registered: TensorFlow.js's types promise too much. */
export const bind = (
  config: KernelConfig | undefined,
  backend: object,
): BoundKernel | undefined => {
  if (config === undefined) return undefined;
  const { kernelFunc } = config;
  return (inputs, attrs) => {
    const result = kernelFunc(
      attrs === undefined ? { inputs, backend } : { inputs, backend, attrs },
    );
    if (Array.isArray(result)) throw new InternalError("a kernel of several results");
    return result;
  };
};

/** The same elements under another shape. The owner stays the same one. */
export const reshaped = (tensor: TensorInfo, shape: Shape): TensorInfo => ({
  dataId: tensor.dataId,
  // TensorFlow.js never writes to a tensor's shape; its types just do not say so.
  shape: shape as number[],
  dtype: tensor.dtype,
});

/** The interpreter's view of it. */
export const deviceOf = (
  memory: TensorMemory,
  kernels: KernelTable<TensorInfo>,
): Device<TensorInfo> => ({
  name: memory.name,
  // The interpreter gives a kernel as many operands as its node has.
  lower: (node) => entryOf(kernels, node.op)(node) as TensorKernel<TensorInfo> | undefined,
  upload: ({ shape, data }, dtype) => {
    const tensor = memory.make(shape, dtype);
    memory.view(tensor).set(data);
    return tensor;
  },
  read: (tensor) => memory.view(tensor).slice(),
  retain: memory.retain,
  release: memory.release,
  stack: (length, shape, dtype) => {
    const size = elements(shape);
    return (tensors) => {
      const out = memory.make([length, ...shape], dtype);
      const target = memory.view(out);
      tensors.forEach((tensor, i) => {
        target.set(memory.view(tensor), i * size);
      });
      return out;
    };
  },
  unstack: (length, shape, dtype) => {
    const size = elements(shape);
    return (tensor) =>
      Array.from({ length }, (_, i) => {
        const out = memory.make(shape, dtype);
        const target = memory.view(out);
        target.set(memory.view(tensor).subarray(i * size, (i + 1) * size));
        return out;
      });
  },
  count: memory.count,
  dispose: () => undefined,
});
