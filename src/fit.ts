import type { Result } from "./diagnostics/diagnostic.ts";
import type { Dataset } from "./data/dataset.ts";
import { fitFields, type ExpectedField } from "./data/fit.ts";
import type { Base } from "./ir/model.ts";
import type { Program } from "./program.ts";
import { evaluate, type Dim } from "./shape/dim.ts";

const ranges: Partial<Record<Base, readonly [number, number]>> = {
  pos: [0, Number.POSITIVE_INFINITY],
  unit: [0, 1],
  simplex: [0, 1],
};

/** Sizes of the dimensions that the data binds, or which fields are missing or do not fit (E06xx). */
export const fitData = (
  { model }: Pick<Program, "model">,
  dataset: Dataset,
): Result<Readonly<Record<string, number>>> => {
  const known = new Map(
    Object.entries(model.dims).flatMap(([name, size]) => (size === null ? [] : [[name, size]])),
  );
  const sizeOrName = (dim: Dim): number | string => evaluate(dim, known) ?? dim;
  const expected = model.data.map(({ name, per, type }): ExpectedField => {
    const range = ranges[type.base];
    return {
      name,
      per,
      shape: type.axes.map(sizeOrName),
      ...(range === undefined ? {} : { range }),
    };
  });
  return fitFields(dataset, expected);
};
