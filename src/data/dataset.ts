import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Numbers } from "./array.ts";

/** A named array of one batch, row-major. */
export interface BatchField {
  /** [B, T, …] for a field with one value per step, [B, …] for one per sequence, […] for one per batch. */
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
}

/** A range of frames to tell apart in reports, such as the recall interval. Ends are exclusive. */
export interface Region {
  readonly name: string;
  /** What a memory has to do with its frames: keep them, be asked by them, give them back. */
  readonly kind: "presented" | "cue" | "recalled";
  readonly from: number;
  readonly to: number;
}

/** `validation` chooses among states of training; `test` is looked at for its own sake only. */
export type Split = "train" | "validation" | "test";

/** One for each split; not every data set has something to choose by. */
export interface Splits<T> {
  readonly train: T;
  readonly validation?: T;
  readonly test: T;
}

/** All values that a split holds of a field, without padding. */
export interface StoredValues {
  readonly values: Numbers;
  /** First value of each sequence in steps, then the number of steps; absent without time. */
  readonly starts?: readonly number[];
}

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
  /** What else the file holds, by name, and why it is no field: nothing where nobody asked for it. */
  readonly ignored?: ReadonlyMap<string, readonly Diagnostic[]>;
  /** Sequences that each split stores; absent where batches are made up of fresh draws. */
  readonly sequences?: Splits<number>;
  /** Whether there are batches of the split `validation`. */
  readonly validation?: boolean;
  /** The file that holds the values, for messages. */
  readonly file?: string;
  /** What a split holds of a field, for checks before anything runs; absent where batches are made up. */
  readonly stored?: (split: Split, field: string) => StoredValues | undefined;
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

/** What `make` makes of each split that is there. */
export const mapSplits = <A, B>(
  splits: Splits<A>,
  make: (one: A, split: Split) => B,
): Splits<B> => ({
  train: make(splits.train, "train"),
  ...(splits.validation === undefined ? {} : { validation: make(splits.validation, "validation") }),
  test: make(splits.test, "test"),
});

/** The splits that are there, in their order. */
export const splitEntries = <T>(splits: Splits<T>): readonly (readonly [Split, T])[] => [
  ["train", splits.train],
  ...(splits.validation === undefined ? [] : [["validation", splits.validation] as const]),
  ["test", splits.test],
];

/** The splits of a data set. */
export const splitsOf = ({ validation }: Pick<Dataset, "validation">): readonly Split[] =>
  validation === true ? ["train", "validation", "test"] : ["train", "test"];
