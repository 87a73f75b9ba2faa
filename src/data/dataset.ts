/** A named array of one batch, row-major. */
export interface BatchField {
  /** [B, T, …] for a field with one value a step, [B, …] for one a sequence, […] for one a batch. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Batch {
  readonly fields: ReadonlyMap<string, BatchField>;
  /** Steps of each sequence, [B]; absent when all have the full length. Beyond it the fields hold zeros. */
  readonly lengths?: Int32Array;
}

/** What a batch holds of one field, without the batch axis. */
export interface FieldShape {
  readonly name: string;
  readonly per: "step" | "sequence" | "shared";
  /** Without B and T. */
  readonly shape: readonly number[];
  /** Smallest and largest value in either split, where known without drawing. */
  readonly range?: readonly [number, number];
}

/** A stretch of frames to tell apart in reports, such as the recall interval. Ends are exclusive. */
export interface Region {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export type Split = "train" | "test";

/** Whole numbers 0 … bound-1, drawn in order; the source of all randomness of a batch. */
export type Draw = (bound: number) => number;

/**
 * Where batches come from. A batch depends on nothing but its arguments, so a run resumes from a step number: `draw`
 * is seeded by the caller for this batch.
 */
export interface Dataset {
  /** As written in the `train` block, for reports. */
  readonly name: string;
  /** What the data are and what was done to them, for reports: "MNIST (IDX), 14 x 14 by mean, binarised at 0.5". */
  readonly description?: string;
  readonly fields: readonly FieldShape[];
  /** Sequences that each split stores; absent where batches are made up of fresh draws. */
  readonly sequences?: Readonly<Record<Split, number>>;
  /** Steps of the longest sequence; absent where no field has a time axis. */
  readonly steps?: number;
  /** Whether `lengths` may come with a batch. */
  readonly ragged: boolean;
  readonly regions: readonly Region[];
  /** Height and width of the field's flattened images, where it holds images. */
  readonly images: ReadonlyMap<string, readonly [number, number]>;
  /**
   * `index` counts batches of a split from 0. A training batch of stored sequences is drawn, a test batch takes
   * them in order from `index * size` and starts over at the end.
   */
  batch(split: Split, index: number, size: number, draw: Draw): Batch;
}
