/** Datasets of sequences held in memory: batches are drawn for training, taken in order for testing. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { rangeOf, volume, type Numbers } from "./array.ts";
import type { Batch, BatchField, Dataset, Draw, FieldShape, Split } from "./dataset.ts";
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

/** Says of each field whether it has one value a step, a sequence, or one in all. */
export type PerOf = (field: string) => FieldShape["per"];

/** What a file holds: one set of sequences, or one for each split. */
export type StoredFile =
  | { readonly kind: "whole"; readonly all: StoredSplit }
  | { readonly kind: "split"; readonly splits: Readonly<Record<Split, StoredSplit>> };

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
    const expected = `${steps} steps in sequence ${at}, as \`${stepwise?.name ?? ""}\` has`;
    return [wrongField(field.name, expected, `${field.lengths?.[at] ?? 0}`)];
  });
  if (wrong.length > 0) return failure(...wrong);
  const starts = stepwise?.lengths === undefined ? {} : { starts: startsOf(stepwise.lengths) };
  return success({ count, ...starts, fields });
};

const countOf = ({ lengths, values, shape }: StoredField): number =>
  lengths?.length ?? values.length / volume(shape);

/** The sequences from `from` to before `to`. */
const subset = (split: StoredSplit, from: number, to: number): StoredSplit => {
  const { starts } = split;
  const firstFrame = starts?.[from] ?? 0;
  const lastFrame = starts?.[to] ?? 0;
  return {
    count: to - from,
    ...(starts === undefined
      ? {}
      : { starts: starts.slice(from, to + 1).map((start) => start - firstFrame) }),
    fields: split.fields.map((field) => {
      if (field.per === "shared") return field;
      const size = volume(field.shape);
      const [a, b] = field.per === "step" ? [firstFrame, lastFrame] : [from, to];
      return { ...field, values: field.values.subarray(a * size, b * size) };
    }),
  };
};

/** The last `fraction` of the sequences is the test split; at least one, but a single sequence is both. */
export const splitLast = (
  all: StoredSplit,
  fraction: number,
): Readonly<Record<Split, StoredSplit>> => {
  if (all.count < 2) return { train: all, test: all };
  const held = Math.min(all.count - 1, Math.max(1, Math.round(fraction * all.count)));
  return {
    train: subset(all, 0, all.count - held),
    test: subset(all, all.count - held, all.count),
  };
};

/** Cuts longer sequences into pieces of at most `length` steps, the last one shorter. */
export const cut = (split: StoredSplit, length: number): StoredSplit => {
  const { starts } = split;
  if (starts === undefined) return split;
  const pieces: number[] = [];
  const owners: number[] = [];
  for (let i = 0; i < split.count; i += 1) {
    const end = starts[i + 1] ?? 0;
    for (let at = starts[i] ?? 0; at < end; at += length) {
      pieces.push(at);
      owners.push(i);
    }
  }
  const fields = split.fields.map((field) => {
    if (field.per !== "sequence") return field;
    const size = volume(field.shape);
    const values = new Float32Array(owners.length * size);
    owners.forEach((owner, i) => {
      values.set(field.values.subarray(owner * size, (owner + 1) * size), i * size);
    });
    return { ...field, values };
  });
  return { count: owners.length, starts: [...pieces, starts.at(-1) ?? 0], fields };
};

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

const longest = ({ starts = [0] }: StoredSplit): number =>
  Math.max(0, ...starts.slice(1).map((end, i) => end - (starts[i] ?? 0)));

const shortest = ({ starts = [0] }: StoredSplit): number =>
  Math.min(Infinity, ...starts.slice(1).map((end, i) => end - (starts[i] ?? 0)));

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

/** A dataset of two stored splits with the same fields. */
export const storedDataset = (
  name: string,
  splits: Readonly<Record<Split, StoredSplit>>,
  about: Partial<Pick<Dataset, "images" | "description">> = {},
): Dataset => {
  const { train, test } = splits;
  const temporal = train.starts !== undefined;
  const steps = Math.max(longest(train), longest(test));
  const ragged = temporal && Math.min(shortest(train), shortest(test)) < steps;
  return {
    name,
    fields: train.fields.map(({ name: field, per, shape, values }, i) => {
      const range = rangeOf([values, test.fields[i]?.values ?? values]);
      return { name: field, per, shape, ...(range === undefined ? {} : { range }) };
    }),
    sequences: { train: train.count, test: test.count },
    ...(temporal ? { steps } : {}),
    ragged,
    regions: [],
    images: new Map(),
    ...about,
    batch: (which, index, size, draw): Batch => {
      const split = splits[which];
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
