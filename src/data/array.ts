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

/** Smallest and largest value; NaN if any is, `undefined` for no values. */
export const rangeOf = (arrays: readonly Numbers[]): readonly [number, number] | undefined => {
  let low = Infinity;
  let high = -Infinity;
  for (const data of arrays) {
    for (const value of data) {
      if (Number.isNaN(value)) return [NaN, NaN];
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low > high ? undefined : [low, high];
};

/** `[28, 28]` as `[28, 28]`, a scalar as `[]`. */
export const printShape = (shape: readonly (number | string)[]): string => `[${shape.join(", ")}]`;
