/** Accesses of one end of a copy as accesses of the other. */
import type { Access } from "../program.ts";

/** Element `from` of one buffer is element `to` of another, for each index over `sizes`. */
export interface BufferCopy {
  readonly sizes: readonly number[];
  readonly from: Access;
  readonly to: Access;
}

/** How many values everything takes that an access varies with. */
export interface Ranges {
  readonly axes: readonly number[];
  /** Lengths of all loops around it; the first `depth` are around the copy too. */
  readonly loops: readonly number[];
  readonly depth: number;
  readonly dynamic: number;
}

/**
 * The access of `from`'s buffer as one of `to`'s: its address, relative to `from`, is split into indices of the copy.
 * Undefined if any element it reaches may be outside of what is copied.
 */
export const translate = (access: Access, ranges: Ranges, copy: BufferCopy): Access | undefined => {
  const { from, to, sizes } = copy;
  const axes = [...sizes.keys()].filter((axis) => (sizes[axis] ?? 1) > 1);
  if (from.dynamic !== undefined || to.dynamic !== undefined) return undefined;
  if (axes.some((axis) => from.strides[axis] === 0)) return undefined;
  axes.sort((a, b) => Math.abs(from.strides[b] ?? 0) - Math.abs(from.strides[a] ?? 0));
  const left: number[] = [];
  /** An address as indices of the copy, one for each of `axes`. */
  const split = (distance: number): readonly number[] => {
    let rest = distance;
    const digits = axes.map((axis) => {
      const stride = from.strides[axis] ?? 1;
      const digit = Math.trunc(rest / stride);
      rest -= digit * stride;
      return digit;
    });
    if (rest !== 0) left.push(rest);
    return digits;
  };
  const distanceOf = (digits: readonly number[]): number =>
    axes.reduce((sum, axis, i) => sum + (digits[i] ?? 0) * (to.strides[axis] ?? 0), 0);
  const first = split(access.base - from.base);
  const low = [...first];
  const high = [...first];
  /** What a stride becomes along which `size` elements lie. */
  const move = (stride: number, size: number): number => {
    if (stride === 0 || size === 1) return 0;
    const digits = split(stride);
    for (const [i, digit] of digits.entries()) {
      const reach = digit * (size - 1);
      low[i] = (low[i] ?? 0) + Math.min(0, reach);
      high[i] = (high[i] ?? 0) + Math.max(0, reach);
    }
    return distanceOf(digits);
  };
  const { dynamic } = access;
  const base = to.base + distanceOf(first);
  const strides = access.strides.map((stride, i) => move(stride, ranges.axes[i] ?? 1));
  const steps = access.steps.map((step, i) => {
    const common = i < ranges.depth;
    const drift = step - (common ? (from.steps[i] ?? 0) : 0);
    return (common ? (to.steps[i] ?? 0) : 0) + move(drift, ranges.loops[i] ?? 1);
  });
  const along = dynamic && {
    value: dynamic.value,
    stride: move(dynamic.stride, ranges.dynamic),
  };
  const inside = axes.every((axis, i) => (low[i] ?? 0) >= 0 && (high[i] ?? 0) < (sizes[axis] ?? 1));
  if (left.length > 0 || !inside) return undefined;
  return {
    buffer: to.buffer,
    base,
    strides,
    steps,
    ...(along === undefined ? {} : { dynamic: along }),
  };
};
