/** Arrays as files hold them, before anything is known about what their axes mean. */

/** Bytes where the values are whole numbers from 0 to 255: a quarter of the memory. */
export type Numbers = Float32Array | Uint8Array;

/** A dense array, row-major. */
export interface DenseArray {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

/** Number of elements; 1 for a scalar. */
export const volume = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** `[28, 28]` as `[28, 28]`, a scalar as `[]`. */
export const printShape = (shape: readonly (number | string)[]): string => `[${shape.join(", ")}]`;
