/** Datasets from files of named fields and from arrays of the library's user. */
import {
  checkArguments,
  fraction,
  oneOf,
  perhaps,
  wholeFrom,
  wrongArgument,
  type ArgumentRule,
} from "../diagnostics/argument.ts";
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { count, flag, optional, part, text } from "./arguments.ts";
import type { DataContext } from "./context.ts";
import type { Dataset, FieldShape } from "./dataset.ts";
import { badArgument, malformedFile, wrongField } from "./errors.ts";
import { fieldOfArray, readFields } from "./fields.ts";
import { locate } from "./files.ts";
import { source, type Source } from "./source.ts";
import { splitSequences } from "./split.ts";
import { assemble, storedDataset, type PerOf, type StoredFile } from "./stored.ts";

const fileArguments = {
  file: text("the file, beside the model or in the data directory"),
  test: part("the part of the sequences, from their end, that tests; a tenth where it is left out"),
  validation: part("the part of the other sequences, from their end, that validates"),
  shared: text("fields of which one value serves all sequences, with commas between", ""),
  header: optional(
    flag("whether the first line of a table names its columns, where that is not plain", false),
  ),
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

/** How a source understands its file. */
interface Understood {
  readonly task: string;
  readonly title: string;
  /** What a field is that no argument names. */
  readonly otherwise: FieldShape["per"];
  readonly perSequence: readonly string[];
  readonly length: number | null;
}

const openFile = (
  { file, test, validation, shared, header }: FileValues,
  context: DataContext,
  { task, title, otherwise, perSequence, length }: Understood,
): Result<Dataset> => {
  const path = locate(file, context);
  if (!path.ok) return path;
  const common = namesIn(shared);
  const perOf: PerOf = (name) =>
    common.includes(name) ? "shared" : perSequence.includes(name) ? "sequence" : otherwise;
  const read = readFields(path.value, {
    perOf,
    header,
    ...(context.fields === undefined ? {} : { fields: context.fields }),
  });
  if (!read.ok) return read;
  const misnamed = checkNames(task, read.value, { shared: common, per_sequence: perSequence });
  if (misnamed.length > 0) return failure(...misnamed);
  const splits = splitSequences(read.value, { test, validation }, length);
  if (!splits.ok) return splits;
  if (splits.value.train.fields.length === 0) {
    return failure(malformedFile(path.value, "it has no fields"));
  }
  const { ignored } = read.value;
  const about = { file: path.value, ...(ignored === undefined ? {} : { ignored }) };
  return success(storedDataset(title, splits.value, about), [...read.warnings, ...splits.warnings]);
};

/** Names in arguments that the file has no field for, and those that two arguments claim. */
const checkNames = (
  task: string,
  file: StoredFile,
  given: Readonly<Record<"shared" | "per_sequence", readonly string[]>>,
): readonly Diagnostic[] => {
  const { fields } = file.kind === "whole" ? file.all : file.splits.train;
  const known = [...fields.map(({ name }) => name), ...(file.ignored?.keys() ?? [])];
  const unknown = Object.entries(given).flatMap(([argument, names]) =>
    names
      .filter((name) => !known.includes(name))
      .map((name) => badArgument(task, argument, `fields of the file: ${known.join(", ")}`, name)),
  );
  const twice = given.per_sequence.filter((name) => given.shared.includes(name));
  return [
    ...unknown,
    ...twice.map((name) =>
      badArgument(task, "per_sequence", "other fields than `shared` names", name),
    ),
  ];
};

/**
 * Sequences from a file (.npz, .npy, .json, .csv): fields have one value per step, those named in `per_sequence` one per
 * sequence, those in `shared` one in all. `length` cuts longer sequences into pieces.
 */
export const sequences: Source = source(
  "sequences",
  {
    meaning: "Sequences from a file.",
    gives: "the fields of the file, each with a value per step unless an argument says otherwise",
    example: 'sequences(file = "walks.csv", length = 50)',
  },
  {
    ...fileArguments,
    per_sequence: text("fields that have one value per sequence, with commas between", ""),
    length: optional(
      count("cuts longer sequences into pieces of at most so many steps", undefined),
    ),
  },
  (values, context, title) =>
    openFile(values, context, {
      task: "sequences",
      title,
      otherwise: "step",
      perSequence: namesIn(values.per_sequence),
      length: values.length,
    }),
);

/** Rows from a file, for models without time: every field has one value per row. */
export const table: Source = source(
  "table",
  {
    meaning: "Rows from a file, for models without time.",
    gives: "the fields of the file, each with a value per row",
    example: 'table(file = "rows.csv", test = 0.2)',
  },
  fileArguments,
  (values, context, title) =>
    openFile(values, context, {
      task: "table",
      title,
      otherwise: "sequence",
      perSequence: [],
      length: null,
    }),
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
  const splits = splitSequences({ kind: "whole", all: all.value }, fractions, null);
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

const sizes: ArgumentRule = {
  expected: "a list of whole numbers >= 0",
  holds: (value) =>
    Array.isArray(value) && Array.from(value as unknown[]).every(wholeFrom(0).holds),
};

const floats: ArgumentRule = {
  expected: "a Float32Array",
  holds: (value) => value instanceof Float32Array || value instanceof Uint8Array,
};
