/** How a statement is walked through: its loops, which of them are unrolled, and the axis that fills vectors. */
import type { LoopBound, Lanes } from "../code.ts";

/** A piece of a loop's range. */
export interface LoopRange {
  readonly from: LoopBound;
  readonly to: LoopBound;
  readonly step: number;
  readonly overlap?: true;
  /** Where the copies of an unrolled body are, counted from the loop's variable. */
  readonly copies: readonly number[];
  /** How many of the first lanes an earlier region has reduced already. */
  readonly skip?: number;
}

/** A loop over an axis; of several over one axis, the indices add up. */
export interface LoopPlan {
  readonly axis: number;
  readonly regions: readonly LoopRange[];
}

export interface NestPlan {
  /** Outermost first. */
  readonly loops: readonly LoopPlan[];
  /** How many loops are outside of the accumulators of reductions and running sums. */
  readonly outside: number;
  readonly vector: { readonly axis: number; readonly lanes: Lanes } | undefined;
  /** Whether values are computed as far outside as they can be; else all in the innermost loop. */
  readonly hoist: boolean;
}

/** The part of an axis that one thread has. */
export interface Extent {
  readonly from: LoopBound;
  readonly to: LoopBound;
  /** Elements of the smallest and the largest part. */
  readonly least: number;
  readonly most: number;
}

/** All of an axis, or a thread's part. */
export const extentOf = (size: number, isPartitioned: boolean, threads: number): Extent =>
  isPartitioned && threads > 1
    ? {
        from: { part: "from", size },
        to: { part: "to", size },
        least: Math.floor(size / threads),
        most: Math.ceil(size / threads),
      }
    : { from: 0, to: size, least: size, most: size };

/** The widest vectors that so many elements fill. */
export const lanesFor = (elements: number, widest: Lanes): Lanes =>
  ([16, 8, 4] as const).find((lanes) => lanes <= widest && lanes <= elements) ?? 1;

/** One element after the other. */
export const singly = (axis: number, { from, to }: Extent): LoopPlan => ({
  axis,
  regions: [{ from, to, step: 1, copies: [0] }],
});

/** `count` copies, `distance` apart. */
export const copiesOf = (count: number, distance: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => i * distance);

/** Steps that may run over elements twice to end where the range does. */
export const overlapping = (
  axis: number,
  { from, to }: Extent,
  step: number,
  copies: readonly number[],
): LoopPlan => ({ axis, regions: [{ from, to, step, overlap: true, copies }] });
