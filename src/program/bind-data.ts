import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { Dataset } from "../data/dataset.ts";
import {
  placeOutside,
  repeatedSequences,
  sizeBelowOne,
  unboundDimension,
  withoutSteps,
} from "../data/errors.ts";
import { fitFields, type ExpectedField } from "../data/fit.ts";
import { hasTime, type Model } from "../ir/model.ts";
import { printType } from "../ir/print.ts";
import type { Value } from "../ir/value.ts";
import type { Program } from "./program.ts";
import { evaluate, type Dim } from "../shape/dim.ts";

/** Sizes of the dimensions that the data binds, or which fields are missing or do not fit (E06xx). */
export const fitData = (
  { model, config }: Pick<Program, "model" | "config">,
  dataset: Dataset,
): Result<Readonly<Record<string, number>>> => {
  const known = new Map(
    Object.entries(model.dims).flatMap(([name, size]) => (size === null ? [] : [[name, size]])),
  );
  const sizeOrName = (dim: Dim): number | string => evaluate(dim, known) ?? dim;
  const expected = model.data.map(({ name, per, type, span }): ExpectedField => ({
    name,
    per,
    shape: type.axes.map(sizeOrName),
    base: type.base,
    ...(type.of === undefined ? {} : { of: sizeOrName(type.of) }),
    type: printType(type),
    ...(span === undefined ? {} : { span }),
  }));
  const fitted = fitFields(dataset, expected, (dim, sizes) =>
    evaluate(dim as Dim, new Map([...known, ...sizes])),
  );
  if (!fitted.ok) return fitted;
  const open = Object.keys(model.dims).filter(
    (name) => model.dims[name] === null && !Object.hasOwn(fitted.value, name),
  );
  if (open.length > 0) return failure(...open.map(unboundDimension));
  const sizes = new Map([...known, ...Object.entries(fitted.value)]);
  const sizeOf = (dim: Dim): number | undefined => evaluate(dim, sizes);
  const wrong = [...sizesBelowOne(model, sizeOf), ...placesOutside(model, sizeOf)];
  if (wrong.length > 0) return failure(...wrong);
  if (dataset.steps === undefined && hasTime(model)) {
    return failure(withoutSteps());
  }
  const { batch } = config.training;
  const stored = dataset.sequences?.train ?? Infinity;
  return success(fitted.value, [
    ...fitted.warnings,
    ...(batch > stored ? [repeatedSequences(batch, stored)] : []),
  ]);
};

/** Axes that are empty at the data's sizes, such as `S - 2` where `S` is 2; each once. */
const sizesBelowOne = (
  { values }: Model,
  sizeOf: (dim: Dim) => number | undefined,
): readonly Diagnostic[] => {
  const found = new Map<Dim, Diagnostic>();
  for (const { type, span } of values) {
    for (const dim of [...type.axes, ...(type.of === undefined ? [] : [type.of])]) {
      const size = sizeOf(dim);
      if (size === undefined || size >= 1 || found.has(dim)) continue;
      found.set(dim, sizeBelowOne(dim, size, span));
    }
  }
  return [...found.values()];
};

/** Places written in the model that an axis of the data's size does not have: what computes would clamp them. */
const placesOutside = (
  { values }: Model,
  sizeOf: (dim: Dim) => number | undefined,
): readonly Diagnostic[] =>
  values.flatMap((value) => {
    const [dim, place] = placeOf(value, values);
    const size = dim === undefined ? undefined : sizeOf(dim);
    if (place === undefined || size === undefined || place < size) return [];
    return [placeOutside(place, dim ?? "", size, value.span)];
  });

/** The axis that a value selects from by a number, and the number. */
const placeOf = (value: Value, values: readonly Value[]): readonly [Dim?, number?] => {
  if ((value.op === "constant" || value.op === "fill") && value.type.base === "index") {
    return value.type.of === undefined ? [] : [value.type.of, value.attrs.value];
  }
  if (value.op !== "column") return [];
  const axis = values[value.operands[0] ?? -1]?.type.axes.at(-1);
  return axis === undefined ? [] : [axis, value.attrs.index];
};
