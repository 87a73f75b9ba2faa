/** The smallest model with time, its data, and requests that are right. */
import {
  arraysDataset,
  compile,
  initialState,
  referenceBackend,
  type ArrayField,
  type BoundRequest,
  type Dataset,
  type DrawRequest,
  type HostArray,
  type Program,
  type SourceFile,
} from "../../src/index.ts";
import { need } from "./need.ts";

export const source: SourceFile = {
  path: "m.gtm",
  text: `model M {
  data x[t]: real
  param m: real = 0
  x[t] ~ Normal(loc = m, scale = 1)
}
train { batch = 2  steps = 2 }
`,
};

export const program: Program = need(compile(source));

/** Four sequences of three steps. */
export const x: ArrayField = { shape: [4, 3], data: new Float32Array(12), per: "step" };

export const dataset: Dataset = need(arraysDataset({ x }));

export const parameters: ReadonlyMap<string, HostArray> = initialState(
  program.problem,
  program.config.training,
).parameters;

export const bounds: BoundRequest = {
  problem: program.problem,
  dataset,
  backend: referenceBackend,
  parameters,
  seed: 1,
  batch: 2,
  particles: 2,
  chunk: 1,
  sequences: 1,
};

export const draws: DrawRequest = {
  target: "reconstruct",
  parameters,
  batch: dataset.batch("test", 0, 2, () => 0),
  batchSize: 2,
  steps: 3,
  dims: {},
  samples: 1,
  seed: 1,
};
