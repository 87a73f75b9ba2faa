/** log Σ exp of numbers that arrive one by one. */

/** Σ exp of a stream of numbers and Σ exp of their doubles, relative to the largest so far. */
export interface LogSum {
  readonly largest: number;
  readonly sum: number;
  readonly squares: number;
}

export const emptyLogSum: LogSum = { largest: -Infinity, sum: 0, squares: 0 };

/** Takes one more number in. */
export const logSumAdd = ({ largest, sum, squares }: LogSum, x: number): LogSum => {
  if (x === -Infinity) return { largest, sum, squares };
  if (x <= largest) {
    const ratio = Math.exp(x - largest);
    return { largest, sum: sum + ratio, squares: squares + ratio * ratio };
  }
  const shrink = largest === -Infinity ? 0 : Math.exp(largest - x);
  return { largest: x, sum: sum * shrink + 1, squares: squares * shrink * shrink + 1 };
};

/** log Σ exp of what was taken in. */
export const logSumValue = ({ largest, sum }: LogSum): number => largest + Math.log(sum);
