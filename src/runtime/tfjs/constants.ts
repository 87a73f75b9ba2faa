/** The constants of an executable: uploaded once, shared by the graph and its loop bodies. */
import { distinctly } from "../../diagnostics/json.ts";
import type { NodeOf, Shape } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import type { Device } from "./device.ts";

type Constant = NodeOf<"constant" | "iota">;

export interface Constants<T> {
  /** The tensor of a constant; it stays this table's. */
  readonly get: (node: Constant) => T;
  readonly dispose: () => void;
}

export const constantsOf = <T>(device: Device<T>): Constants<T> => {
  const tensors = new Map<string, T>();
  return {
    get: (node) => {
      const key = keyOf(node);
      const known = tensors.get(key);
      if (known !== undefined) return known;
      const tensor = device.upload(arrayOf(node), node.dtype);
      tensors.set(key, tensor);
      return tensor;
    },
    dispose: () => {
      for (const tensor of tensors.values()) device.release(tensor);
      tensors.clear();
    },
  };
};

const keyOf = ({ op, attrs, dtype, shape }: Constant): string =>
  JSON.stringify([op, attrs, dtype, shape], distinctly);

/** Every element of a constant. */
export const arrayOf = (
  node: Constant,
): { readonly shape: Shape; readonly data: Float32Array | Int32Array } => {
  const { shape } = node;
  const data =
    node.dtype === "int" ? new Int32Array(elements(shape)) : new Float32Array(elements(shape));
  if (node.op === "constant") {
    data.fill(node.attrs.value);
  } else {
    const { axis } = node.attrs;
    const stride = elements(shape.slice(axis + 1));
    const size = shape[axis] ?? 1;
    for (let i = 0; i < data.length; i += 1) data[i] = Math.floor(i / stride) % size;
  }
  return { shape, data };
};
