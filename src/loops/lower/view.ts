/** Where the elements of a value are. Layout primitives only change this, and move nothing. */
import type { Dtype, Shape } from "../../graph/op.ts";
import { elements, stridesOf } from "../../graph/shapes.ts";
import type { BufferName } from "../program.ts";

/** An array whose element at `index` is found at base + Σ strides·index (+ Σ steps·step of the loops around). */
export interface View {
  readonly source:
    | { readonly kind: "buffer"; readonly name: BufferName; readonly steps: readonly number[] }
    /** The same in every element. */
    | { readonly kind: "number"; readonly value: number }
    /** The address itself is the element. */
    | { readonly kind: "ramp" };
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly base: number;
  /** Of axes of size 1: any. */
  readonly strides: readonly number[];
}

export const numberView = (value: number, shape: Shape, dtype: Dtype): View => ({
  source: { kind: "number", value },
  dtype,
  shape,
  base: 0,
  strides: shape.map(() => 0),
});

export const bufferView = (
  name: BufferName,
  shape: Shape,
  dtype: Dtype,
  steps: readonly number[],
): View => ({
  source: { kind: "buffer", name, steps },
  dtype,
  shape,
  base: 0,
  strides: stridesOf(shape),
});

export const rampView = (shape: Shape, axis: number, dtype: Dtype): View => ({
  source: { kind: "ramp" },
  dtype,
  shape,
  base: 0,
  strides: shape.map((_, i) => (i === axis ? 1 : 0)),
});

export const transposed = (view: View, permutation: readonly number[]): View => ({
  ...view,
  shape: permutation.map((axis) => view.shape[axis] ?? 1),
  strides: permutation.map((axis) => view.strides[axis] ?? 0),
});

export const sliced = (view: View, begin: readonly number[], size: Shape): View => ({
  ...view,
  shape: size,
  base: begin.reduce((base, from, axis) => base + from * (view.strides[axis] ?? 0), view.base),
});

/** Broadcasts axes of size 1. */
export const broadcastTo = (view: View, shape: Shape): View => ({
  ...view,
  shape,
  strides: view.strides.map((stride, axis) => (view.shape[axis] === 1 ? 0 : stride)),
});

export const reversed = (view: View, axis: number): View => ({
  ...view,
  base: view.base + ((view.shape[axis] ?? 1) - 1) * (view.strides[axis] ?? 0),
  strides: view.strides.map((stride, i) => (i === axis ? -stride : stride)),
});

/** One axis as two: windows of `size`, `stride` elements apart. */
export const windowed = (view: View, axis: number, stride: number, shape: Shape): View => {
  const step = view.strides[axis] ?? 0;
  return { ...view, shape, strides: view.strides.toSpliced(axis, 1, step * stride, step) };
};

/** The same elements in row-major order in another shape, if strides can say it. */
export const reshaped = (view: View, shape: Shape): View | undefined => {
  if (elements(shape) === 0) return { ...view, shape, strides: shape.map(() => 0) };
  const from = view.shape.flatMap((size, axis) =>
    size === 1 ? [] : { size, stride: view.strides[axis] ?? 0 },
  );
  const strides = shape.map(() => 0);
  for (const { old, made } of matchingAxes(
    from.map(({ size }) => size),
    shape,
  )) {
    const group = from.slice(...old);
    const dense = group.every(({ stride }, k) => {
      const inner = group[k + 1];
      return inner === undefined || stride === inner.stride * inner.size;
    });
    if (!dense) return undefined;
    let stride = group.at(-1)?.stride ?? 0;
    for (let axis = made[1] - 1; axis >= made[0]; axis -= 1) {
      strides[axis] = stride;
      stride *= shape[axis] ?? 1;
    }
  }
  return { ...view, shape, strides };
};

/** Ranges of axes that hold equally many elements on both sides, each as few axes as can be. */
const matchingAxes = (
  from: Shape,
  to: Shape,
): readonly {
  readonly old: readonly [number, number];
  readonly made: readonly [number, number];
}[] => {
  const groups: { old: readonly [number, number]; made: readonly [number, number] }[] = [];
  let [i, j] = [0, 0];
  while (i < from.length && j < to.length) {
    let [have, want] = [from[i] ?? 1, to[j] ?? 1];
    let [nextI, nextJ] = [i + 1, j + 1];
    while (have !== want) {
      if (want < have) want *= to[nextJ++] ?? 1;
      else have *= from[nextI++] ?? 1;
    }
    groups.push({ old: [i, nextI], made: [j, nextJ] });
    [i, j] = [nextI, nextJ];
  }
  return groups;
};

/** One step of a stacked value, inside of the loop over its first axis. */
export const atStep = (view: View): View => {
  const { source, shape, strides } = view;
  return {
    ...view,
    shape: shape.slice(1),
    strides: strides.slice(1),
    source:
      source.kind === "buffer" ? { ...source, steps: [...source.steps, strides[0] ?? 0] } : source,
  };
};

/** Whether the elements lie densely in row-major order. */
export const isDense = ({ shape, strides }: View): boolean => {
  const dense = stridesOf(shape);
  return strides.every((stride, axis) => shape[axis] === 1 || stride === dense[axis]);
};
