/** What a loop takes or leaves step by step, in the form in which it was made, and in the one in which it is wanted. */
import type { Dtype, Shape } from "../../graph/op.ts";
import { int, type as typeOf } from "./recipe.ts";
import type { Tensor } from "./graph-def.ts";
import type { GraphWriter } from "./writer.ts";

/** Of one step, and how many there are. */
interface Form {
  readonly length: number;
  readonly shape: Shape;
  readonly dtype: Dtype;
}

/** One tensor per step; all in one [length, …shape]; or one list of TensorFlow's. */
export type TensorSeries =
  | (Form & { readonly kind: "steps"; readonly tensors: readonly Tensor[] })
  | (Form & { readonly kind: "stacked"; readonly tensor: Tensor })
  | (Form & { readonly kind: "list"; readonly list: Tensor });

export const stacked = (writer: GraphWriter, series: TensorSeries): Tensor => {
  const { length, shape, dtype } = series;
  switch (series.kind) {
    case "stacked":
      return series.tensor;
    case "steps":
      return writer.node("Pack", series.tensors, {
        N: int(length),
        T: typeOf(dtype),
        axis: int(0),
      })(0);
    case "list":
      return writer.node("TensorListStack", [series.list, sizes(writer, shape)], {
        element_dtype: typeOf(dtype),
        num_elements: int(length),
      })(0);
  }
};

export const steps = (writer: GraphWriter, series: TensorSeries): readonly Tensor[] => {
  if (series.kind === "steps") return series.tensors;
  const { length, dtype } = series;
  const unpacked = writer.node("Unpack", [stacked(writer, series)], {
    num: int(length),
    T: typeOf(dtype),
    axis: int(0),
  });
  return Array.from({ length }, (_, step) => unpacked(step));
};

export const list = (writer: GraphWriter, series: TensorSeries): Tensor => {
  if (series.kind === "list") return series.list;
  const { shape, dtype } = series;
  return writer.node("TensorListFromTensor", [stacked(writer, series), sizes(writer, shape)], {
    element_dtype: typeOf(dtype),
    shape_type: typeOf("int"),
  })(0);
};

/** A list whose elements are not set yet. */
export const emptyList = (writer: GraphWriter, { length, shape, dtype }: Form): Tensor =>
  writer.node("TensorListReserve", [sizes(writer, shape), writer.ints([], [length])], {
    element_dtype: typeOf(dtype),
    shape_type: typeOf("int"),
  })(0);

export const setElement = (
  writer: GraphWriter,
  target: Tensor,
  step: Tensor,
  element: Tensor,
  dtype: Dtype,
): Tensor =>
  writer.node("TensorListSetItem", [target, step, element], { element_dtype: typeOf(dtype) })(0);

export const element = (
  writer: GraphWriter,
  source: Tensor,
  step: Tensor,
  { shape, dtype }: Pick<Form, "shape" | "dtype">,
): Tensor =>
  writer.node("TensorListGetItem", [source, step, sizes(writer, shape)], {
    element_dtype: typeOf(dtype),
  })(0);

const sizes = (writer: GraphWriter, shape: Shape): Tensor => writer.ints([shape.length], shape);
