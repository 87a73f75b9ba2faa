/** Tensors of native TensorFlow. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Dtype } from "../../graph/op.ts";
import type { HostArray } from "../backend.ts";
import type { Binding } from "./binding.ts";
import type { Tensors } from "../tfjs/device.ts";

/** A tensor of TensorFlow, with its owners counted. */
export interface Native {
  readonly id: number;
  owners: number;
}

/** Also takes over tensors that TensorFlow made, by their ids. */
export interface NativeTensors extends Tensors<Native> {
  readonly own: (id: number) => Native;
}

export const nativeTensors = (name: string, binding: Binding): NativeTensors => {
  const alive = new Set<Native>();
  const own = (id: number): Native => {
    const tensor = { id, owners: 1 };
    alive.add(tensor);
    return tensor;
  };
  return {
    name,
    own,
    upload: (array, dtype) => own(createTensor(binding, array, dtype)),
    read: ({ id }) => binding.tensorDataSync(id),
    retain: (tensor) => {
      tensor.owners += 1;
    },
    release: (tensor) => {
      tensor.owners -= 1;
      if (tensor.owners > 0) return;
      invariant(alive.delete(tensor), "a tensor is released twice");
      binding.deleteTensor(tensor.id);
    },
    count: () => alive.size,
    dispose: () => undefined,
  };
};

/** The id of a new tensor, the caller's. */
export const createTensor = (binding: Binding, { shape, data }: HostArray, dtype: Dtype): number =>
  dtype === "float"
    ? binding.createTensor(shape, binding.TF_FLOAT, Float32Array.from(data))
    : binding.createTensor(shape, binding.TF_INT32, Int32Array.from(data));
