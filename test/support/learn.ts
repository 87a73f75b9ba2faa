import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  compile,
  evaluateBound,
  fitData,
  modelsDirectory,
  openBackend,
  openDataset,
  train,
  type BoundEstimate,
  type Region,
} from "../../src/index.ts";
import { need } from "./need.ts";

/** A trained model on unseen data. */
export interface Learned {
  readonly estimate: BoundEstimate;
  readonly regions: readonly Region[];
}

/** Trains a shipped model with a fixed seed on `tfjs:wasm`, then bounds it on the test split. */
export const learn = async (
  file: string,
  set: readonly string[],
  evaluation: { readonly particles: number; readonly sequences: number } = {
    particles: 1,
    sequences: 512,
  },
): Promise<Learned> => {
  const path = join(modelsDirectory(), file);
  const program = need(
    compile({ path, text: readFileSync(path, "utf8") }, { set: ["train.seed=1", ...set] }),
  );
  const { problem, config } = program;
  const dataset = need(
    openDataset(config.data ?? { name: "", arguments: {} }, { baseDirectory: modelsDirectory() }),
  );
  const dims = need(fitData(program, dataset));
  const { backend } = need(await openBackend("tfjs:wasm"));
  const running = train({ problem, dataset, backend, options: config.training, dims });
  let event = await running.next();
  while (event.done !== true) event = await running.next();
  const estimate = need(
    evaluateBound({
      problem,
      dataset,
      backend,
      dims,
      parameters: event.value.state.parameters,
      seed: 0,
      batch: 32,
      chunk: Math.min(evaluation.particles, 20),
      ...evaluation,
    }),
  );
  backend.dispose();
  return { estimate, regions: dataset.regions };
};

/** Mean KL of recalled frames over that of the frames before: 1 without memory, 0 for perfect recall. */
export const recallRatio = ({ estimate, regions }: Learned): number => {
  const kl = estimate.terms.get("kl.z") ?? [];
  const mean = (name: string): number => {
    const region = regions.find((one) => one.name === name);
    const values = kl.slice(region?.from, region?.to);
    return values.reduce((a, b) => a + b, 0) / values.length;
  };
  return mean("recall") / mean("pre-recall");
};
