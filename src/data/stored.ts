/** Datasets of sequences held in memory: batches are drawn for training, taken in order for testing. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { volume, type Numbers } from "./array.ts";
import {
  mapSplits,
  splitEntries,
  type Batch,
  type BatchField,
  type Dataset,
  type Draw,
  type FieldShape,
  type Splits,
} from "./dataset.ts";
import { wrongField } from "./errors.ts";

/** One field of all sequences, without padding. */
export interface StoredField {
  readonly name: string;
  readonly per: FieldShape["per"];
  /** Of one value. */
  readonly shape: readonly number[];
  /** "step": the frames of all sequences one after the other; "sequence": one value each; "shared": one value. */
  readonly values: Numbers;
  /** Frames of each sequence; "step" only. */
  readonly lengths?: readonly number[];
}

/** Sequences, all of the same fields. */
export interface StoredSplit {
  readonly count: number;
  /** First frame of each sequence, then the number of frames; absent without a field by step. */
  readonly starts?: readonly number[];
  readonly fields: readonly StoredField[];
}

/** Says of each field whether it has one value per step, per sequence, or one in all. */
export type PerOf = (field: string) => FieldShape["per"];

/** What a file holds: one set of sequences, or one for each split. */
export type StoredFile = (
  | { readonly kind: "whole"; readonly all: StoredSplit }
  | { readonly kind: "split"; readonly splits: Splits<StoredSplit> }
) &
  Pick<Dataset, "ignored">;

const startsOf = (lengths: readonly number[]): readonly number[] => {
  const starts = [0];
  let total = 0;
  for (const length of lengths) starts.push((total += length));
  return starts;
};

/** Puts fields together, or says which differ in the number of sequences or steps. */
export const assemble = (fields: readonly StoredField[]): Result<StoredSplit> => {
  const stepwise = fields.find((field) => field.lengths !== undefined);
  const counted = stepwise ?? fields.find((field) => field.per === "sequence");
  const count = counted === undefined ? 1 : countOf(counted);
  const wrong = fields.flatMap((field) => {
    if (field.per === "shared") return [];
    if (countOf(field) !== count) {
      const expected = `${count} sequences, as \`${counted?.name ?? ""}\` has`;
      return [wrongField(field.name, expected, `${countOf(field)}`)];
    }
    const at = field.lengths?.findIndex((length, i) => length !== stepwise?.lengths?.[i]) ?? -1;
    if (at < 0) return [];
    const steps = stepwise?.lengths?.[at] ?? 0;
    const expected = `${steps} ${steps === 1 ? "step" : "steps"} in sequence ${at + 1}, as \`${stepwise?.name ?? ""}\` has`;
    return [wrongField(field.name, expected, `${field.lengths?.[at] ?? 0}`)];
  });
  if (wrong.length > 0) return failure(...wrong);
  const starts = stepwise?.lengths === undefined ? {} : { starts: startsOf(stepwise.lengths) };
  return success({ count, ...starts, fields });
};

const countOf = ({ lengths, values, shape }: StoredField): number =>
  lengths?.length ?? values.length / volume(shape);

/** `size` different numbers below `count` where there are that many, else repeated draws. */
export const drawDistinct = (count: number, size: number, draw: Draw): readonly number[] => {
  if (size > count) return Array.from({ length: size }, () => draw(count));
  // The first `size` steps of a shuffle of 0 … count-1 of which only the moved entries are held.
  const moved = new Map<number, number>();
  return Array.from({ length: size }, (_, i) => {
    const at = i + draw(count - i);
    const chosen = moved.get(at) ?? at;
    moved.set(at, moved.get(i) ?? i);
    return chosen;
  });
};

/** Steps of the longest, or by `Math.min` of the shortest sequence. */
const extreme = (
  { starts = [0] }: StoredSplit,
  choose: (a: number, b: number) => number,
  first: number,
): number =>
  starts.reduce(
    (best, start, i) => (i === 0 ? best : choose(best, start - (starts[i - 1] ?? 0))),
    first,
  );

const longest = (split: StoredSplit): number => extreme(split, Math.max, 0);

const shortest = (split: StoredSplit): number => extreme(split, Math.min, Infinity);

const gather = (
  field: StoredField,
  split: StoredSplit,
  chosen: readonly number[],
  steps: number,
): BatchField => {
  if (field.per === "shared") {
    return { shape: field.shape, data: Float32Array.from(field.values) };
  }
  const size = volume(field.shape);
  const rows = field.per === "step" ? steps : 1;
  const data = new Float32Array(chosen.length * rows * size);
  chosen.forEach((sequence, b) => {
    const [from, to] =
      field.per === "step"
        ? [split.starts?.[sequence] ?? 0, split.starts?.[sequence + 1] ?? 0]
        : [sequence, sequence + 1];
    data.set(field.values.subarray(from * size, to * size), b * rows * size);
  });
  const axes = field.per === "step" ? [chosen.length, steps] : [chosen.length];
  return { shape: [...axes, ...field.shape], data };
};

/** A dataset of stored splits with the same fields. */
export const storedDataset = (
  name: string,
  splits: Splits<StoredSplit>,
  about: Partial<Pick<Dataset, "images" | "description" | "file" | "ignored">> = {},
): Dataset => {
  const { train } = splits;
  const all = splitEntries(splits).map(([, split]) => split);
  const temporal = train.starts !== undefined;
  const steps = Math.max(...all.map(longest));
  const ragged = temporal && Math.min(...all.map(shortest)) < steps;
  return {
    name,
    fields: train.fields.map(({ name: field, per, shape }) => ({ name: field, per, shape })),
    sequences: mapSplits(splits, ({ count }) => count),
    validation: splits.validation !== undefined,
    stored: (which, name) => {
      const field = splits[which]?.fields.find((one) => one.name === name);
      const starts = field?.per === "step" ? splits[which]?.starts : undefined;
      return field && { values: field.values, ...(starts === undefined ? {} : { starts }) };
    },
    ...(temporal ? { steps } : {}),
    ragged,
    regions: [],
    images: new Map(),
    ...about,
    batch: (which, index, size, draw): Batch => {
      const split = splits[which];
      invariant(split !== undefined, `no split ${which}`);
      const chosen =
        which === "train"
          ? drawDistinct(split.count, size, draw)
          : Array.from({ length: size }, (_, b) => (index * size + b) % split.count);
      const fields = new Map(
        split.fields.map((field) => [field.name, gather(field, split, chosen, steps)]),
      );
      const starts = split.starts ?? [];
      return ragged
        ? {
            fields,
            lengths: Int32Array.from(chosen, (i) => (starts[i + 1] ?? 0) - (starts[i] ?? 0)),
          }
        : { fields };
    },
  };
};
