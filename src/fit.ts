import { failure, success, type Result } from "./diagnostics/diagnostic.ts";
import type { Dataset } from "./data/dataset.ts";
import { repeatedSequences, unboundDimension } from "./data/errors.ts";
import { fitFields, type ExpectedField } from "./data/fit.ts";
import { printType } from "./ir/print.ts";
import type { Program } from "./program.ts";
import { evaluate, type Dim } from "./shape/dim.ts";

/** Sizes of the dimensions that the data binds, or which fields are missing or do not fit (E06xx). */
export const fitData = (
  { model, config }: Pick<Program, "model" | "config">,
  dataset: Dataset,
): Result<Readonly<Record<string, number>>> => {
  const known = new Map(
    Object.entries(model.dims).flatMap(([name, size]) => (size === null ? [] : [[name, size]])),
  );
  const sizeOrName = (dim: Dim): number | string => evaluate(dim, known) ?? dim;
  const expected = model.data.map(({ name, per, type }): ExpectedField => ({
    name,
    per,
    shape: type.axes.map(sizeOrName),
    base: type.base,
    ...(type.of === undefined ? {} : { of: sizeOrName(type.of) }),
    type: printType(type),
  }));
  const fitted = fitFields(dataset, expected, (dim, sizes) =>
    evaluate(dim as Dim, new Map([...known, ...sizes])),
  );
  if (!fitted.ok) return fitted;
  const open = Object.keys(model.dims).filter(
    (name) => model.dims[name] === null && !Object.hasOwn(fitted.value, name),
  );
  if (open.length > 0) return failure(...open.map(unboundDimension));
  const { batch } = config.training;
  const stored = dataset.sequences?.train ?? Infinity;
  return success(fitted.value, [
    ...fitted.warnings,
    ...(batch > stored ? [repeatedSequences(batch, stored)] : []),
  ]);
};
