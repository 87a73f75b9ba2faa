/** What a graph of the problem takes besides parameters, as host arrays. */
import { invariant } from "../diagnostics/invariant.ts";
import type { Batch, Dataset, Split } from "../data/dataset.ts";
import { added } from "../graph/added.ts";
import type { Dtype, NodeOf } from "../graph/op.ts";
import type { Backend, Buffer, HostArray } from "../runtime/backend.ts";
import { holdFrames, holdNoise } from "./hold.ts";
import { dataDraw, drawNoise } from "./noise.ts";
import type { TrainingOptions } from "./options.ts";
import type { BatchSizes, NoiseInput } from "../inference/graphs.ts";

export type Feed = ReadonlyMap<string, HostArray>;

/** The sizes of training batches. */
export const trainingSizes = (
  dataset: Dataset,
  { batch, particles }: Pick<TrainingOptions, "batch" | "particles">,
  dims: BatchSizes["dims"],
): BatchSizes => ({
  batch,
  particles,
  ...(dataset.steps === undefined ? {} : { steps: dataset.steps }),
  ragged: dataset.ragged,
  dims,
});

/** A number for an input of shape []. */
export const scalar = (value: number): HostArray => ({ shape: [], data: Float64Array.of(value) });

/** [B, T]: 1 for steps that exist. */
const maskOf = (lengths: Int32Array | undefined, batch: number, steps: number): HostArray => {
  const data = new Float32Array(batch * steps);
  for (let b = 0; b < batch; b += 1) {
    data.fill(1, b * steps, b * steps + (lengths?.[b] ?? steps));
  }
  return { shape: [batch, steps], data };
};

/**
 * The data inputs of a batch, fields by step with the last frame of each sequence held in its padding; the input that says
 * which steps exist is made from their lengths.
 */
export const feedBatch = (
  inputs: readonly NodeOf<"input">[],
  { fields, lengths }: Batch,
  { batch, steps = 1 }: Pick<BatchSizes, "batch" | "steps">,
  perStep: ReadonlySet<string>,
): Feed =>
  new Map(
    inputs.map(({ attrs: { name } }) => {
      if (name === added.mask) return [name, maskOf(lengths, batch, steps)];
      const field = fields.get(name);
      invariant(field !== undefined, `the batch has no field ${name}`);
      const held = lengths !== undefined && perStep.has(name);
      return [name, held ? holdFrames(field, lengths) : field];
    }),
  );

/** Names of the fields with a value per step. */
export const stepFields = (
  fields: readonly { readonly name: string; readonly per: string }[],
): ReadonlySet<string> =>
  new Set(fields.filter(({ per }) => per === "step").map(({ name }) => name));

/** The noise of a batch, that of the last step of each sequence held in its padding. */
export const feedNoise = (
  specs: readonly NoiseInput[],
  at: { readonly seed: number; readonly purpose: string; readonly step: number },
  { lengths }: Batch,
): Feed => {
  const noise = drawNoise(specs, at.seed, at.purpose, at.step);
  if (lengths === undefined) return noise;
  const once = new Set(specs.filter(({ per }) => per === "sequence").map(({ name }) => name));
  return new Map(
    [...noise].map(([name, array]) => [name, once.has(name) ? array : holdNoise(array, lengths)]),
  );
};

/** How many of the first `rows` sequences have each step, [T]; absent without time. */
export const presentSteps = (
  { lengths }: Batch,
  { steps }: BatchSizes,
  rows: number,
): readonly number[] | undefined => {
  if (steps === undefined) return undefined;
  if (lengths === undefined) return Array.from({ length: steps }, () => rows);
  const counted = lengths.subarray(0, rows);
  return Array.from({ length: steps }, (_, t) => counted.filter((length) => length > t).length);
};

/** A batch with its noise. */
export interface FedBatch {
  readonly feed: Feed;
  readonly batch: Batch;
}

/** Batch number `index` of a split, a function of the seed and the index. */
export const feedStep = (
  graph: { readonly data: readonly NodeOf<"input">[]; readonly noise: readonly NoiseInput[] },
  dataset: Dataset,
  sizes: BatchSizes,
  at: { readonly seed: number; readonly split: Split; readonly index: number },
): FedBatch => {
  const { seed, split, index } = at;
  const batch = dataset.batch(split, index, sizes.batch, dataDraw(seed, split, index));
  const data = feedBatch(graph.data, batch, sizes, stepFields(dataset.fields));
  const noise = feedNoise(graph.noise, { seed, purpose: split, step: index }, batch);
  return { batch, feed: new Map([...data, ...noise]) };
};

const asDtype = ({ shape, data }: HostArray, dtype: Dtype): HostArray =>
  dtype === "int" && !(data instanceof Int32Array)
    ? { shape, data: Int32Array.from(data) }
    : { shape, data };

/** Uploads what the graph takes; names that it does not take are left out. */
export const upload = (
  backend: Backend,
  inputs: readonly NodeOf<"input">[],
  feed: Feed,
): ReadonlyMap<string, Buffer> => {
  const fed = new Map<string, Buffer>();
  for (const { attrs, dtype } of inputs) {
    const array = feed.get(attrs.name);
    if (array !== undefined) fed.set(attrs.name, backend.upload(asDtype(array, dtype), dtype));
  }
  return fed;
};

/** Uploads parameters, which are all numbers with fractions. */
export const uploadAll = (backend: Backend, feed: Feed): ReadonlyMap<string, Buffer> =>
  new Map([...feed].map(([name, array]) => [name, backend.upload(array)]));

export const disposeAll = (buffers: Iterable<Buffer>): void => {
  for (const buffer of buffers) buffer.dispose();
};
