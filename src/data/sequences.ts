/** Datasets from files of named fields and from arrays of the library's user. */
import {
  checkArguments,
  fraction,
  oneOf,
  perhaps,
  wholeFrom,
  wrongArgument,
  type Rule,
} from "../diagnostics/argument.ts";
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { count, flag, optional, part, text } from "./arguments.ts";
import type { DataContext } from "./context.ts";
import type { Dataset, FieldShape } from "./dataset.ts";
import { malformedFile, wrongField } from "./errors.ts";
import { fieldOfArray, readFields } from "./fields.ts";
import { locate } from "./files.ts";
import { source, type Source } from "./source.ts";
import { shareOut } from "./split.ts";
import { assemble, storedDataset, type PerOf } from "./stored.ts";

const fileArguments = {
  file: text(),
  /** The part of the sequences, from the end, that tests, where the file has no splits of its own. */
  test: part,
  /** The part of the other sequences, from their end, that chooses among states. */
  validation: part,
  /** Names with commas between. */
  shared: text(""),
  /** Whether the first line of a table names its columns, where that is not plain. */
  header: optional(flag(false)),
} as const;

const namesIn = (list: string): readonly string[] =>
  list.split(",").flatMap((name) => (name.trim() === "" ? [] : name.trim()));

interface FileValues {
  readonly file: string;
  readonly test: number | null;
  readonly validation: number | null;
  readonly shared: string;
  readonly header: boolean | null;
}

const openFile = (
  { file, test, validation, shared, header }: FileValues,
  context: DataContext,
  title: string,
  others: PerOf,
  length: number | null,
): Result<Dataset> => {
  const path = locate(file, context);
  if (!path.ok) return path;
  const common = namesIn(shared);
  const read = readFields(path.value, {
    perOf: (name) => (common.includes(name) ? "shared" : others(name)),
    header,
    ...(context.fields === undefined ? {} : { fields: context.fields }),
  });
  if (!read.ok) return read;
  const splits = shareOut(read.value, { test, validation }, length);
  if (!splits.ok) return splits;
  if (splits.value.train.fields.length === 0) {
    return failure(malformedFile(path.value, "it has no fields"));
  }
  const { ignored } = read.value;
  const about = { file: path.value, ...(ignored === undefined ? {} : { ignored }) };
  return success(storedDataset(title, splits.value, about), [...read.warnings, ...splits.warnings]);
};

/**
 * Sequences from a file (.npz, .npy, .json, .csv): fields have one value a step, those named in `per_sequence` one a
 * sequence, those in `shared` one in all. `length` cuts longer sequences into pieces.
 */
export const sequences: Source = source(
  "sequences",
  { ...fileArguments, per_sequence: text(""), length: optional(count(undefined)) },
  (values, context, title) => {
    const once = namesIn(values.per_sequence);
    const perOf: PerOf = (name) => (once.includes(name) ? "sequence" : "step");
    return openFile(values, context, title, perOf, values.length);
  },
);

/** Rows from a file, for models without time: every field has one value a row. */
export const table: Source = source("table", fileArguments, (values, context, title) =>
  openFile(values, context, title, () => "sequence", null),
);

/** An array of a library user: [sequences, steps, …], [sequences, …] or […] as `per` says. */
export interface ArrayField {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly per: FieldShape["per"];
}

/** How arrays become a dataset. */
export interface ArrayOptions {
  readonly name?: string;
  /** Steps of each sequence where they are padded. */
  readonly lengths?: readonly number[];
  /** The part of the sequences, from the end, that tests; 0.1 unless told. */
  readonly test?: number;
  /** The part of the others, from their end, that chooses among states; none unless told. */
  readonly validation?: number;
  /** Height and width of a field's flattened images, for reports. */
  readonly images?: Readonly<Record<string, readonly [number, number]>>;
}

/** A dataset of arrays in memory, which it does not copy and which must not change. */
export const arraysDataset = (
  arrays: Readonly<Record<string, ArrayField>>,
  options: ArrayOptions = {},
): Result<Dataset> => {
  const unusable = wrongArrays(arrays, options);
  if (unusable.length > 0) return failure(...unusable);
  const fields = Object.entries(arrays).map(([name, array]) => {
    const size = array.shape.reduce((a, b) => a * b, 1);
    if (size !== array.data.length) {
      const expected = `${size} numbers for its shape [${array.shape.join(", ")}]`;
      return wrongField(name, expected, `${array.data.length}`);
    }
    const field = fieldOfArray(name, array.per, array, options.lengths);
    return typeof field === "string" ? wrongField(name, `one value a ${array.per}`, field) : field;
  });
  const wrong = fields.flatMap((field) => ("code" in field ? [field] : []));
  if (wrong.length > 0) return failure(...wrong);
  const all = assemble(fields.flatMap((field) => ("code" in field ? [] : [field])));
  if (!all.ok) return all;
  const fractions = { test: options.test ?? null, validation: options.validation ?? null };
  const splits = shareOut({ kind: "whole", all: all.value }, fractions, null);
  if (!splits.ok) return splits;
  const images = new Map(Object.entries(options.images ?? {}));
  return success(
    storedDataset(options.name ?? "arrays", splits.value, { images }),
    splits.warnings,
  );
};

const wrongArrays = (
  arrays: Readonly<Record<string, ArrayField>>,
  { test, validation, lengths }: ArrayOptions,
): readonly Diagnostic[] => [
  ...(Object.keys(arrays).length === 0
    ? [wrongArgument("arraysDataset", "arrays", "at least one field", "{}")]
    : []),
  ...Object.entries(arrays).flatMap(([name, { shape, data, per }]) =>
    checkArguments("arraysDataset", {
      [`${name}.shape`]: [shape, sizes],
      [`${name}.data`]: [data, floats],
      [`${name}.per`]: [per, oneOf("step", "sequence", "shared")],
    }),
  ),
  ...checkArguments("arraysDataset", {
    test: [test, perhaps(fraction)],
    validation: [validation, perhaps(fraction)],
    lengths: [lengths, perhaps(sizes)],
  }),
];

const sizes: Rule = {
  expected: "a list of whole numbers >= 0",
  holds: (value) => Array.isArray(value) && value.every(wholeFrom(0).holds),
};

const floats: Rule = {
  expected: "a Float32Array",
  holds: (value) => value instanceof Float32Array || value instanceof Uint8Array,
};
