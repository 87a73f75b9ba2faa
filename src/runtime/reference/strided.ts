/** Dense row-major arrays seen through strides. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Dtype, Shape } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";

/** Elements of a float value, or of an int one. */
export type Data = Float64Array | Int32Array;

/** A dense value. */
export interface DenseValue {
  readonly shape: Shape;
  readonly data: Data;
}

/** Zeros. */
export const allocate = (dtype: Dtype, length: number): Data =>
  dtype === "float" ? new Float64Array(length) : new Int32Array(length);

/** One element; reading outside is a bug. */
export const item = (data: Data, index: number): number => {
  const value = data[index];
  invariant(value !== undefined, "element outside of an array");
  return value;
};

/** How far apart neighbours along each axis lie. */
export const stridesOf = (shape: Shape): readonly number[] => {
  const strides: number[] = [];
  let stride = 1;
  for (const n of shape.toReversed()) {
    strides.unshift(stride);
    stride *= n;
  }
  return strides;
};

/** Calls back with the offset of each element of `shape`, in row-major order. */
export const eachOffset = (
  shape: Shape,
  strides: readonly number[],
  start: number,
  visit: (offset: number, index: number) => void,
): void => {
  const last = shape.length - 1;
  if (last < 0) {
    visit(start, 0);
    return;
  }
  let index = 0;
  const walk = (axis: number, first: number): void => {
    const stride = strides[axis] ?? 0;
    const n = shape[axis] ?? 0;
    for (let i = 0, offset = first; i < n; i += 1, offset += stride) {
      if (axis < last) {
        walk(axis + 1, offset);
      } else {
        visit(offset, index);
        index += 1;
      }
    }
  };
  walk(0, start);
};

/** A dense copy of what the strides see. */
export const read = (data: Data, shape: Shape, strides: readonly number[], start = 0): Data => {
  const result = allocate(data instanceof Float64Array ? "float" : "int", elements(shape));
  eachOffset(shape, strides, start, (offset, index) => {
    result[index] = data[offset] ?? Number.NaN;
  });
  return result;
};

/** Broadcasts axes of size 1. */
export const broadcastTo = ({ shape, data }: DenseValue, to: Shape): Data => {
  if (data.length === elements(to)) return data;
  const strides = stridesOf(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
  return read(data, to, strides);
};

/** The axes in another order. */
export const permute = ({ shape, data }: DenseValue, order: readonly number[]): Data => {
  if (order.every((from, to) => from === to)) return data;
  const strides = stridesOf(shape);
  return read(
    data,
    order.map((axis) => shape[axis] ?? 1),
    order.map((axis) => strides[axis] ?? 0),
  );
};
