import { drawSamples, compile, referenceBackend, renderText } from "../../src/index.ts";

/** Arrays of a model's given data, each [T, …] or […]; a batch of one. */
export type Given = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>
>;

/**
 * Runs a model's generative reading once on the reference: every site's draw and mean and every watch, as nested
 * numbers without particle and batch axes.
 */
export const drawOnce = (
  text: string,
  given: Given,
  steps?: number,
): ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: readonly number[] }> => {
  const path = resolvePath("models/test.gtm");
  const program = compile({ path, text });
  if (!program.ok) {
    throw new Error(renderText(program.diagnostics, new Map([[path, text]]), { color: false }));
  }
  const fields = Object.entries(given).map(
    ([name, { shape, data }]) =>
      [name, { shape: [1, ...shape], data: Float32Array.from(data) }] as const,
  );
  const drawn = drawSamples(program.value, referenceBackend, {
    target: "prior",
    parameters: new Map(),
    batch: { fields: new Map(fields) },
    batchSize: 1,
    ...(steps === undefined ? {} : { steps }),
    dims: {},
    samples: 1,
    seed: 1,
  });
  if (!drawn.ok) throw new Error(drawn.diagnostics.map(({ message }) => message).join("\n"));
  return new Map(
    [...drawn.value].map(([name, { shape, data }]) => [
      name,
      { shape: shape.slice(2), data: [...data] },
    ]),
  );
};

const resolvePath = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;
