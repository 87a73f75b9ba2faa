/** Data against a model's declarations, before anything runs. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import { printShape, volume } from "./array.ts";
import { splitsOf, type Dataset, type FieldShape, type Split } from "./dataset.ts";
import {
  extraField,
  missingField,
  notFinite,
  unboundDimension,
  valueOutOfRange,
  wrongBatch,
  wrongField,
} from "./errors.ts";
import { firstOffence, type Base, type ValueOrder, type ValueType } from "./ranges.ts";

/** A declared field: `data x[t]: unit[X]`. */
export interface ExpectedField {
  readonly name: string;
  readonly per: FieldShape["per"];
  /** Without batch and time; a name, or a polynomial of names, where the data binds the dimension. */
  readonly shape: readonly (number | string)[];
  readonly base: Base;
  /** How many things an index selects from. */
  readonly of?: number | string;
  /** The type as the model writes it: "index[V]". */
  readonly type: string;
  /** Where the model declares it. */
  readonly span?: Span;
}

/** The value of a dimension where those of some names are known. */
type Evaluate = (dim: string, sizes: ReadonlyMap<string, number>) => number | undefined;

const perText: Readonly<Record<FieldShape["per"], string>> = {
  step: "a value per step",
  sequence: "a value per sequence",
  shared: "one value for the batch",
};

const describe = ({ per, shape }: Pick<ExpectedField, "per" | "shape">): string =>
  `${shape.length === 0 ? "a number" : printShape(shape)}, ${perText[per]}`;

/**
 * Sizes of the dimensions that data binds, by name; warnings name fields that the model ignores. Every value of every split is
 * looked at, as far as values are stored, and a first batch of those that are made up.
 */
export const fitFields = (
  dataset: Dataset,
  expected: readonly ExpectedField[],
  evaluate: Evaluate = (name, sizes) => sizes.get(name),
): Result<Readonly<Record<string, number>>> => {
  const found = new Map(dataset.fields.map((field) => [field.name, field]));
  const bound = new Map<string, { readonly size: number; readonly by: string }>();
  const wrong: Diagnostic[] = [];
  for (const declared of expected) {
    const field = found.get(declared.name);
    const reasons = dataset.ignored?.get(declared.name) ?? [];
    if (field === undefined && reasons.length > 0) {
      wrong.push(...reasons.map((reason) => atDeclaration(reason, declared)));
    } else if (field === undefined) {
      const known = [...found.keys(), ...(dataset.ignored?.keys() ?? [])];
      wrong.push(atDeclaration(missingField(declared.name, describe(declared), known), declared));
    } else {
      wrong.push(...misfit(declared, field, bound).map((one) => atDeclaration(one, declared)));
    }
  }
  if (wrong.length > 0) return failure(...wrong);
  const sizes = new Map([...bound].map(([dim, { size }]) => [dim, size]));
  const known = (size: number | string): number | undefined =>
    typeof size === "number" ? size : evaluate(size, sizes);
  const bad = expected.flatMap((declared) =>
    misvalued(dataset, declared, known).map((one) => atDeclaration(one, declared)),
  );
  if (bad.length > 0) return failure(...bad);
  const names = new Set(expected.map(({ name }) => name));
  return success(Object.fromEntries(sizes), [
    ...dataset.fields
      .filter(({ name }) => !names.has(name))
      .map((field) => extraField(field.name, [`\`${field.name}\` holds ${describe(field)}`])),
    ...[...(dataset.ignored ?? [])].map(([name, reasons]) =>
      extraField(
        name,
        reasons.map(({ message }) => message),
      ),
    ),
  ]);
};

/** What is wrong with a field, at its declaration. */
const atDeclaration = (diagnostic: Diagnostic, { span }: ExpectedField): Diagnostic =>
  diagnostic.primary !== undefined || span === undefined
    ? diagnostic
    : { ...diagnostic, primary: { span, text: "declared here" } };

/** Why a field does not fit; binds dimensions as it goes. */
const misfit = (
  declared: ExpectedField,
  field: FieldShape,
  bound: Map<string, { readonly size: number; readonly by: string }>,
): readonly Diagnostic[] => {
  const { name, per, shape } = declared;
  const mismatch = (notes: readonly string[] = [], help: readonly string[] = []): Diagnostic =>
    wrongField(name, describe(declared), describe(field), { notes, help });
  if (field.per !== per || field.shape.length !== shape.length) return [mismatch()];
  for (const [axis, dim] of shape.entries()) {
    const size = field.shape[axis] ?? 0;
    if (typeof dim === "number") {
      if (dim !== size) return [mismatch([`axis ${axis} is ${size}, not ${dim}`])];
      continue;
    }
    // A polynomial is known when its names are.
    if (!/^[\p{L}\p{M}\p{N}_]+$/u.test(dim)) continue;
    const earlier = bound.get(dim);
    if (earlier === undefined) bound.set(dim, { size, by: name });
    else if (earlier.size !== size) {
      return [mismatch([`\`${dim}\` is ${earlier.size} because of \`${earlier.by}\``])];
    }
  }
  return [];
};

/** The first value of the field that its type forbids, in any split. */
const misvalued = (
  dataset: Dataset,
  declared: ExpectedField,
  known: (size: number | string) => number | undefined,
): readonly Diagnostic[] => {
  const { name, per, base, of, type } = declared;
  const unknown = [...declared.shape, ...(of === undefined ? [] : [of])].find(
    (size) => known(size) === undefined,
  );
  if (unknown !== undefined) return [unboundDimension(`${unknown}`)];
  const valued: ValueType = {
    base,
    shape: declared.shape.map((size) => known(size) ?? 0),
    ...(of === undefined ? {} : { of: known(of) ?? 0 }),
  };
  const found = dataset.fields.find((field) => field.name === name)?.shape ?? [];
  const axis = valued.shape.findIndex((size, i) => size !== found[i]);
  if (axis >= 0) {
    const note = `axis ${axis}, ${declared.shape[axis] ?? ""}, is ${valued.shape[axis] ?? ""}, not ${found[axis] ?? ""}`;
    return [wrongField(name, type, `[${found.join(", ")}]`, { notes: [note] })];
  }
  for (const split of splitsOf(dataset)) {
    const found = valuesOf(dataset, split, declared, valued.shape);
    if ("code" in found) return [found];
    const layout = { per, split: splitWords[split], ...found };
    const offence = firstOffence(found.values, valued, layout);
    if (offence === undefined) continue;
    const at = { ...offence, ...(dataset.file === undefined ? {} : { file: dataset.file }) };
    return [
      offence.finite
        ? valueOutOfRange(
            name,
            type,
            at,
            fixesFor(valued, allValues(dataset, declared, valued.shape), offence.number),
          )
        : notFinite(name, at),
    ];
  }
  return [];
};

const splitWords: Readonly<Record<Split, string>> = {
  train: "training",
  validation: "validation",
  test: "test",
};

type Found = Pick<ValueOrder, "starts"> & { readonly values: Parameters<typeof firstOffence>[0] };

/** The stored values of a field, or those of a first batch of one sequence. */
const valuesOf = (
  dataset: Dataset,
  split: Split,
  { name, per }: ExpectedField,
  shape: readonly number[],
): Found | Diagnostic => {
  const stored = dataset.stored?.(split, name);
  if (stored !== undefined) return stored;
  const { fields, lengths } = dataset.batch(split, 0, 1, () => 0);
  const field = fields.get(name);
  const steps = dataset.steps ?? 1;
  const lead = { step: [1, steps], sequence: [1], shared: [] }[per];
  const expected = [...lead, ...shape];
  const shown = printShape(expected);
  if (field === undefined) return wrongBatch(name, shown, "nothing");
  if (printShape(field.shape) !== shown) return wrongBatch(name, shown, printShape(field.shape));
  if (field.data.length !== volume(expected)) {
    return wrongBatch(name, `${volume(expected)} numbers`, `${field.data.length}`);
  }
  if (per !== "step") return { values: field.data };
  const present = lengths?.[0] ?? steps;
  return { values: field.data.subarray(0, present * volume(shape)), starts: [0, present] };
};

const maximum = (values: Found["values"]): number => {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, value);
  return largest;
};

const allValues = (
  dataset: Dataset,
  declared: ExpectedField,
  shape: readonly number[],
): readonly Found["values"][] =>
  splitsOf(dataset).flatMap((split) => {
    const found = valuesOf(dataset, split, declared, shape);
    return "code" in found ? [] : [found.values];
  });

/** What may be meant by values that do not fit. */
const fixesFor = (
  { base, of = 0 }: ValueType,
  splits: readonly Found["values"][],
  wrong: number,
): readonly string[] => {
  const all = (holds: (x: number) => boolean): boolean =>
    splits.every((values) => values.every(holds));
  if (base === "unit" && all((x) => x >= 0 && x <= 255 && Number.isInteger(x))) {
    return ["divide the values by 255"];
  }
  if (base === "pos" && wrong === 0) {
    return ["declare it `real`, or measure it in a way that is never 0"];
  }
  if (base !== "index" || !all(Number.isInteger)) return [];
  if (all((x) => x >= 1 && x <= of)) return ["subtract 1: categories count from 0"];
  const largest = Math.max(...splits.map(maximum));
  return all((x) => x >= 0)
    ? [`there are ${largest + 1} categories: make the dimension that large`]
    : [];
};
