/** Images brought to a smaller square. */

/** "mean" of the covered area, exact where the sizes do not divide; "max" of all pixels that it touches. */
export type Pooling = "mean" | "max";

/** For each output row: the covered input rows and how much of each. */
const coverage = (from: number, to: number): readonly (readonly (readonly [number, number])[])[] =>
  Array.from({ length: to }, (_, i) => {
    const low = (i * from) / to;
    const high = ((i + 1) * from) / to;
    const rows: [number, number][] = [];
    for (let row = Math.floor(low); row < high - 1e-9; row += 1) {
      rows.push([row, Math.min(high, row + 1) - Math.max(low, row)]);
    }
    return rows;
  });

/** A function from a [height, width] image, at `at` of an array, to `size` x `size` values in `out` at `to`. */
export const pooler = (
  [height, width]: readonly [number, number],
  size: number,
  pooling: Pooling,
): ((image: ArrayLike<number>, at: number, out: Float32Array, to: number) => void) => {
  const rows = coverage(height, size);
  const columns = coverage(width, size);
  const area = (height / size) * (width / size);
  return (image, at, out, to) => {
    let next = to;
    for (const row of rows) {
      for (const column of columns) {
        let sum = 0;
        let largest = -Infinity;
        for (const [y, down] of row) {
          for (const [x, across] of column) {
            const value = image[at + y * width + x] ?? 0;
            sum += value * down * across;
            if (value > largest) largest = value;
          }
        }
        out[next] = pooling === "mean" ? sum / area : largest;
        next += 1;
      }
    }
  };
};
