/** The training step as something to be verified. */
import { success } from "../../diagnostics/diagnostic.ts";
import type { Dataset } from "../../data/dataset.ts";
import { feedStep, scalar, type Feed } from "../feed.ts";
import type { Trial } from "../forward.ts";
import { optimizers } from "../optimizer.ts";
import type { TrainingOptions } from "../options.ts";
import type { BatchSizes } from "../../inference/graphs.ts";
import type { Problem } from "../problem.ts";
import type { TrainingState } from "../state.ts";
import { deriveStep, names } from "../step.ts";
import { decisiveNoise } from "./noise.ts";
import type { Claim } from "./verify.ts";

/** What a run trains. */
export interface TrainedProblem {
  readonly problem: Problem;
  readonly dataset: Dataset;
  readonly options: TrainingOptions;
  readonly sizes: BatchSizes;
}

/**
 * Of an optimizer's slots: an update divides by their roots, so zeros would make of rounding in a small gradient a whole
 * step of its sign.
 */
const SLOT = 0.01;
/** Neither of the values at which the weight of divergences could be left out. */
const KL_WEIGHT = 0.5;

/** Bound, terms, gradient norm, and what becomes of parameters and slots, from the parameters of a state. */
export const stepClaim = (
  trial: Trial,
  { problem, dataset, options, sizes }: TrainedProblem,
  { parameters, slots }: Pick<TrainingState, "parameters" | "slots">,
): Claim => {
  const objective = problem.objective(sizes);
  const { optimizer, seed } = options;
  const scalars: Feed = new Map([
    ...objective.scalars.map((name) => [name, scalar(KL_WEIGHT)] as const),
    ...Object.entries(optimizers[optimizer.kind].scalars(optimizer, 1)).map(
      ([name, value]) => [names.scalar(name), scalar(value)] as const,
    ),
  ]);
  const state: Feed = new Map([
    ...parameters,
    ...[...slots].map(([name, { shape, data }]) => {
      const filled = new Float32Array(data.length).fill(SLOT);
      return [name, { shape, data: filled }] as const;
    }),
  ]);
  return {
    program: "training step",
    batch: sizes.batch,
    compiles: false,
    open: () => success({ ...trial, dispose: () => undefined }),
    feed: (attempt) => {
      const at = { seed, split: "train", index: attempt + 1 } as const;
      const { feed } = feedStep({ ...objective, noise: [] }, dataset, sizes, at);
      const noise = decisiveNoise(objective.noise, seed, attempt);
      return new Map([...state, ...scalars, ...feed, ...noise]);
    },
    define: (batch) => deriveStep(problem.objective({ ...sizes, batch }), options).graph,
  };
};
