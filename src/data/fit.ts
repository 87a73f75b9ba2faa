/** Data against a model's declarations, before anything runs. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { printShape } from "./array.ts";
import type { Dataset, FieldShape } from "./dataset.ts";
import { extraField, missingField, valuesOutOfRange, wrongField } from "./errors.ts";

/** A declared field: `data x[t]: unit[X]`. */
export interface ExpectedField {
  readonly name: string;
  readonly per: FieldShape["per"];
  /** Without batch and time; a name where the data binds the dimension. */
  readonly shape: readonly (number | string)[];
  /** Values that the type allows, where it bounds them. */
  readonly range?: readonly [number, number];
}

const perText: Readonly<Record<FieldShape["per"], string>> = {
  step: "a value a step",
  sequence: "a value a sequence",
  shared: "one value for the batch",
};

const describe = ({ per, shape }: Pick<ExpectedField, "per" | "shape">): string =>
  `${shape.length === 0 ? "a number" : printShape(shape)}, ${perText[per]}`;

/** Sizes of the dimensions that data binds, by name; warnings name fields that the model ignores. */
export const fitFields = (
  dataset: Dataset,
  expected: readonly ExpectedField[],
): Result<Readonly<Record<string, number>>> => {
  const found = new Map(dataset.fields.map((field) => [field.name, field]));
  const bound = new Map<string, { readonly size: number; readonly by: string }>();
  const wrong: Diagnostic[] = [];
  for (const declared of expected) {
    const field = found.get(declared.name);
    if (field === undefined) {
      wrong.push(missingField(declared.name, describe(declared), [...found.keys()]));
    } else {
      wrong.push(...misfit(declared, field, bound));
    }
  }
  if (wrong.length > 0) return failure(...wrong);
  const names = new Set(expected.map(({ name }) => name));
  return success(
    Object.fromEntries([...bound].map(([dim, { size }]) => [dim, size])),
    dataset.fields
      .filter(({ name }) => !names.has(name))
      .map((field) => extraField(field.name, describe(field))),
  );
};

/** Why a field does not fit; binds dimensions as it goes. */
const misfit = (
  declared: ExpectedField,
  field: FieldShape,
  bound: Map<string, { readonly size: number; readonly by: string }>,
): readonly Diagnostic[] => {
  const { name, per, shape, range } = declared;
  const mismatch = (notes: readonly string[] = [], help: readonly string[] = []): Diagnostic =>
    wrongField(name, describe(declared), describe(field), { notes, help });
  if (field.per !== per || field.shape.length !== shape.length) return [mismatch()];
  for (const [axis, dim] of shape.entries()) {
    const size = field.shape[axis] ?? 0;
    if (typeof dim === "number") {
      if (dim !== size) return [mismatch([`axis ${axis} is ${size}, not ${dim}`])];
      continue;
    }
    const earlier = bound.get(dim);
    if (earlier === undefined) bound.set(dim, { size, by: name });
    else if (earlier.size !== size) {
      return [mismatch([`\`${dim}\` is ${earlier.size} because of \`${earlier.by}\``])];
    }
  }
  const values = field.range;
  if (range === undefined || values === undefined) return [];
  if (values[0] >= range[0] && values[1] <= range[1]) return [];
  const scaled = range[1] === 1 && values[0] >= 0 && values[1] <= 255;
  return [
    valuesOutOfRange(
      name,
      `[${range[0]}, ${range[1]}]`,
      values,
      scaled ? ["divide the values by 255"] : [],
    ),
  ];
};
