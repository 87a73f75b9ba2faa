import { success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { Batch } from "../data/dataset.ts";
import { drawSamples, type DrawRequest } from "../program/draw.ts";
import { DEFAULT_PARTICLES } from "../program/prefix.ts";
import type { Program } from "../program/program.ts";
import type { HostArray } from "../runtime/backend.ts";
import { dataDraw } from "../training/noise.ts";
import {
  addressUseOf,
  continuationsOf,
  indexWeightsOf,
  readWeightsOf,
  reconstructionsOf,
  type Drawn,
  type BatchLayout,
} from "./figures.ts";
import type { Stage } from "./stage.ts";
import { slotsOf, type Pictures } from "./report.ts";

export type Parameters = ReadonlyMap<string, HostArray>;

/** Test sequences that pictures and read weights are made of. */
export const SHOWN = 32;

/** What to draw from a trained program. */
interface Wish extends Pick<
  DrawRequest,
  "target" | "samples" | "prefix" | "prefixWeights" | "particles" | "steps" | "seed"
> {
  readonly sequences: number;
}

/** Draws of a target given a test batch; the batch gives sizes also to what needs no data. */
export const draw = (
  stage: Stage,
  parameters: Parameters,
  wish: Wish,
): Result<{ readonly drawn: Drawn; readonly batch: Batch }> => {
  const { program, dataset, backend, dims } = stage;
  const { sequences, steps = dataset.steps, ...rest } = wish;
  const { seed } = program.config.training;
  const batch = dataset.batch("test", 0, sequences, dataDraw(seed, "test", 0));
  const drawn = drawSamples(program, backend, {
    ...rest,
    parameters,
    batch,
    batchSize: sequences,
    dims,
    ...(steps === undefined ? {} : { steps }),
  });
  return drawn.ok ? success({ drawn: drawn.value, batch }, drawn.warnings) : drawn;
};

/** The first frame to be predicted: where recall begins, else the middle. */
export const defaultPrefix = ({ dataset }: Stage): number | undefined => {
  if (dataset.steps === undefined) return undefined;
  const recall = dataset.regions.find(({ kind }) => kind === "recalled");
  return recall?.from ?? Math.ceil(dataset.steps / 2);
};

/** The pictures of a report. What a model cannot show is absent; a failure to draw is a warning, not an end. */
export const takePictures = (
  stage: Stage,
  parameters: Parameters,
): { readonly pictures: Pictures; readonly warnings: readonly Diagnostic[] } => {
  const seed = stage.program.config.training.seed;
  const common = { sequences: SHOWN, samples: 1, seed };
  const seen = draw(stage, parameters, { ...common, target: "reconstruct" });
  if (!seen.ok) return { pictures: { reads: [], addresses: [] }, warnings: seen.diagnostics };
  const { drawn, batch } = seen.value;
  const { reads, addresses } = addressPictures(stage, drawn);
  const image = imageField(stage);
  const prefix = defaultPrefix(stage);
  const original = image === undefined ? undefined : batch.fields.get(image.name);
  const means = image === undefined ? undefined : drawn.get(`${image.name}.mean`);
  if (image === undefined || original === undefined || means === undefined) {
    return { pictures: { reads, addresses }, warnings: [] };
  }
  const layout = layoutOf(stage, image.size, SHOWN, batch.lengths);
  const reconstructions = reconstructionsOf(original, means, layout);
  if (prefix === undefined) {
    return { pictures: { reads, addresses, reconstructions }, warnings: [] };
  }
  const particles = DEFAULT_PARTICLES;
  const ahead = draw(stage, parameters, {
    ...common,
    target: "predict",
    samples: 2,
    prefix,
    prefixWeights: "importance",
    particles,
  });
  const predicted = ahead.ok ? ahead.value.drawn.get(`${image.name}.mean`) : undefined;
  return {
    pictures: {
      reads,
      addresses,
      reconstructions,
      ...(predicted === undefined
        ? {}
        : {
            continuations: {
              ...continuationsOf(original, predicted, { prefix, layout }),
              particles,
            },
          }),
    },
    warnings: ahead.ok ? [] : ahead.diagnostics,
  };
};

/** The observed field that holds images, and their size. */
export const imageField = ({
  program,
  dataset,
}: Stage): { readonly name: string; readonly size: readonly [number, number] } | undefined => {
  const site = program.info.sites.find(
    ({ name, role }) => role === "observed" && dataset.images.has(name),
  );
  const size = site === undefined ? undefined : dataset.images.get(site.name);
  return site === undefined || size === undefined ? undefined : { name: site.name, size };
};

/** How the arrays of a batch of this many sequences lie. */
export const layoutOf = (
  { dataset }: Stage,
  size: readonly [number, number],
  batch: number,
  lengths: Int32Array | undefined,
): BatchLayout => ({
  batch,
  regions: dataset.regions,
  size,
  ...(dataset.steps === undefined ? {} : { steps: dataset.steps }),
  ...(lengths === undefined ? {} : { lengths }),
});

/** Addresses over time from watches and from discrete sites; of a site without time, how often each slot was chosen. */
const addressPictures = (
  { program, dataset, dims }: Stage,
  drawn: Drawn,
): Pick<Pictures, "reads" | "addresses"> => {
  const { model, info } = program;
  const { regions } = dataset;
  const weights = readings(model).flatMap((name) => {
    const array = drawn.get(name);
    const temporal = dataset.steps !== undefined && array?.shape[2] === dataset.steps;
    return temporal && array.shape.length > 3 ? [readWeightsOf(name, array, regions)] : [];
  });
  const sizes = { ...knownDims(info.dims), ...dims };
  const discrete = info.sites.flatMap(({ name, role }) => {
    const slots = slotsOf(program, name, sizes);
    const array = drawn.get(name);
    return role === "latent" && slots !== undefined && array !== undefined
      ? [{ name, slots, array }]
      : [];
  });
  return {
    reads: [
      ...weights,
      ...discrete
        .filter(({ array }) => array.shape.length === 3)
        .map(({ name, slots, array }) => indexWeightsOf(name, array, { slots, regions })),
    ],
    addresses: discrete
      .filter(({ array }) => array.shape.length === 2)
      .map(({ name, slots, array }) => addressUseOf(name, array, slots)),
  };
};

/**
 * Watches that are weights with which a memory was read. Where it is known what a memory's `read` was given, that is
 * it, and not its other addresses, which may be those of writing.
 */
const readings = ({ watches, values }: Program["model"]): readonly string[] => {
  const weights = watches.filter(
    ({ kind, value }) => kind === "address" && values[value]?.type.base !== "index",
  );
  const memoryOf = (name: string): string => name.split(".")[0] ?? name;
  const isRead = (name: string): boolean => name.includes(".read.");
  const known = new Set(
    weights.filter(({ name }) => isRead(name)).map(({ name }) => memoryOf(name)),
  );
  return weights
    .map(({ name }) => name)
    .filter((name) => isRead(name) || !known.has(memoryOf(name)));
};

/** The dimensions that have a value without data. */
export const knownDims = (
  dims: Readonly<Record<string, number | null>>,
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(dims).flatMap(([name, size]) => (size === null ? [] : [[name, size]])),
  );
