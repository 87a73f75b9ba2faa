/** One loop for every layout primitive: a copy between arrays that are walked with strides. */
import type { Shape } from "../../graph/op.ts";
import { stridesOf } from "../../graph/shapes.ts";

/** Elements of a tensor, in place. */
export type Elements = Float32Array | Int32Array;

/** A walk through row-major memory: where it starts, and how far one step along each axis leads. */
export interface Walk {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Through the whole array, in order. */
export const inOrder = (shape: Shape): Walk => ({ offset: 0, strides: stridesOf(shape) });

/** Shorter runs than this are copied element by element. */
const longRun = 16;

/** Copies `shape` elements from one walk to the other; whatever can be known beforehand is computed here. */
export const stridedCopy = (
  shape: Shape,
  from: Walk,
  to: Walk,
): ((target: Elements, source: Elements) => void) => {
  const { runs, size, fromStride, toStride, sources, targets } = runsOf(shape, from, to);
  if (size >= longRun && toStride === 1 && fromStride === 1) {
    return (target, source) => {
      for (let run = 0; run < runs; run += 1) {
        const start = sources[run] ?? 0;
        target.set(source.subarray(start, start + size), targets[run]);
      }
    };
  }
  if (size >= longRun && toStride === 1 && fromStride === 0) {
    return (target, source) => {
      for (let run = 0; run < runs; run += 1) {
        const start = targets[run] ?? 0;
        target.fill(source[sources[run] ?? 0] ?? 0, start, start + size);
      }
    };
  }
  return (target, source) => {
    for (let run = 0; run < runs; run += 1) {
      let read = sources[run] ?? 0;
      let write = targets[run] ?? 0;
      for (let i = 0; i < size; i += 1) {
        target[write] = source[read] ?? 0;
        read += fromStride;
        write += toStride;
      }
    }
  };
};

/** Adds `shape` elements of one walk to those of the other, which may come to a place more than once. */
export const stridedSum = (
  shape: Shape,
  from: Walk,
  to: Walk,
): ((target: Elements, source: Elements) => void) => {
  const { runs, size, fromStride, toStride, sources, targets } = runsOf(shape, from, to);
  return (target, source) => {
    for (let run = 0; run < runs; run += 1) {
      let read = sources[run] ?? 0;
      let write = targets[run] ?? 0;
      for (let i = 0; i < size; i += 1) {
        target[write] = (target[write] ?? 0) + (source[read] ?? 0);
        read += fromStride;
        write += toStride;
      }
    }
  };
};

/** Both walks as runs of `size` elements at even distances; where each run starts. */
interface Runs {
  readonly runs: number;
  readonly size: number;
  readonly fromStride: number;
  readonly toStride: number;
  readonly sources: Int32Array;
  readonly targets: Int32Array;
}

const runsOf = (shape: Shape, from: Walk, to: Walk): Runs => {
  const axes = merge(shape, from, to);
  const { size, fromStride, toStride } = axes.pop() ?? { size: 1, fromStride: 1, toStride: 1 };
  const runs = shape.includes(0) ? 0 : axes.reduce((count, axis) => count * axis.size, 1);
  const sources = new Int32Array(runs);
  const targets = new Int32Array(runs);
  for (let run = 0; run < runs; run += 1) {
    let source = from.offset;
    let target = to.offset;
    let rest = run;
    for (let i = axes.length - 1; i >= 0; i -= 1) {
      const axis = axes[i];
      if (axis === undefined) continue;
      source += (rest % axis.size) * axis.fromStride;
      target += (rest % axis.size) * axis.toStride;
      rest = Math.floor(rest / axis.size);
    }
    sources[run] = source;
    targets[run] = target;
  }
  return { runs, size, fromStride, toStride, sources, targets };
};

interface Axis {
  size: number;
  fromStride: number;
  toStride: number;
}

/** The axes without those of size 1, neighbours joined where both walks go through them as through one. */
const merge = (shape: Shape, from: Walk, to: Walk): Axis[] => {
  const axes: Axis[] = [];
  shape.forEach((size, i) => {
    if (size === 1) return;
    const fromStride = from.strides[i] ?? 0;
    const toStride = to.strides[i] ?? 0;
    const outer = axes.at(-1);
    if (outer?.fromStride === size * fromStride && outer.toStride === size * toStride) {
      outer.size *= size;
      outer.fromStride = fromStride;
      outer.toStride = toStride;
    } else {
      axes.push({ size, fromStride, toStride });
    }
  });
  return axes;
};
