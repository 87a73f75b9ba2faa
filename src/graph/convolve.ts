/** Convolutions: contractions of windows. Channels come last; any number of axes is convolved. */
import { contract, overlapAdd, pad, slice, windows } from "./build.ts";
import type { Node } from "./op.ts";

/** How far windows are apart, and zeros (before, after) around the image, for each convolved axis. */
export interface Geometry {
  readonly strides: readonly number[];
  readonly padding: readonly (readonly [before: number, after: number])[];
}

/**
 * x [batch…, N…, in], kernel [size…, in, out] to [batch…, count…, out]. As everywhere in machine learning the kernel
 * is not turned around. The number of convolved axes is the kernel's.
 */
export const convolve = (x: Node, kernel: Node, { strides, padding }: Geometry): Node => {
  const { first, subscripts } = layoutOf(x, kernel);
  const around = (side: 0 | 1): number[] =>
    x.shape.map((_, axis) => padding[axis - first]?.[side] ?? 0);
  const padded = pad(x, around(0), around(1));
  // The last axis first: each window adds an axis behind its own.
  const seen = strides.reduceRight(
    (image, stride, i) => windows(image, first + i, kernel.shape[i] ?? 1, stride),
    padded,
  );
  const { batch, places, offsets, pairs } = subscripts;
  return contract(seen, kernel, `${batch}${pairs}i,${offsets}io->${batch}${places}o`);
};

/**
 * The transpose of a convolution, by which images grow: x [batch…, count…, in], kernel [size…, in, out] to
 * [batch…, N…, out] with N = (count − 1) · stride + size less the padding.
 */
export const convolveTransposed = (x: Node, kernel: Node, { strides, padding }: Geometry): Node => {
  const { first, subscripts } = layoutOf(x, kernel);
  const { batch, places, offsets, pairs } = subscripts;
  const parts = contract(x, kernel, `${batch}${places}i,${offsets}io->${batch}${pairs}o`);
  const whole = strides.reduceRight((image, stride, i) => {
    const length = ((x.shape[first + i] ?? 1) - 1) * stride + (kernel.shape[i] ?? 1);
    return overlapAdd(image, first + i * 2, length, stride);
  }, parts);
  const before = whole.shape.map((_, axis) => padding[axis - first]?.[0] ?? 0);
  const size = whole.shape.map((n, axis) => {
    const [start, end] = padding[axis - first] ?? [0, 0];
    return n - start - end;
  });
  return slice(whole, before, size);
};

/** The first convolved axis, and subscripts: of the batch, of places and offsets in windows, and those in pairs. */
const layoutOf = (x: Node, kernel: Node) => {
  const count = kernel.shape.length - 2;
  const first = x.shape.length - 1 - count;
  const places = "pqrstuvw".slice(0, count);
  const offsets = "PQRSTUVW".slice(0, count);
  const pairs = Array.from(places, (place, i) => `${place}${offsets[i] ?? ""}`).join("");
  return { first, subscripts: { batch: "abcdefgh".slice(0, first), places, offsets, pairs } };
};
