/** The test bound as something to be verified. */
import type { Graph } from "../../graph/op.ts";
import { inputsOf } from "../../graph/walk.ts";
import type { Backend } from "../../runtime/backend.ts";
import { measuredOf } from "../estimate.ts";
import { feedStep } from "../feed.ts";
import { openTrial } from "../forward.ts";
import type { EvaluationGraph } from "../../inference/graphs.ts";
import type { TrainingState } from "../state.ts";
import { decisiveNoise } from "./noise.ts";
import type { TrainedProblem } from "./step.ts";
import type { Claim } from "./verify.ts";

const graphOf = (evaluation: EvaluationGraph): Graph => {
  const outputs = measuredOf(evaluation);
  return { inputs: inputsOf(outputs.values()), outputs };
};

/** Weights and terms of test sequences, from the parameters of a state. */
export const boundClaim = (
  backend: Backend,
  { problem, dataset, options, sizes }: TrainedProblem,
  { parameters }: Pick<TrainingState, "parameters">,
): Claim => {
  const evaluation = problem.evaluation(sizes);
  const { seed } = options;
  return {
    program: "test bound",
    batch: sizes.batch,
    // [K, B] and [T, B]
    sequenceAxis: 1,
    compiles: true,
    open: () => openTrial(backend, graphOf(evaluation)),
    feed: (attempt) => {
      const at = { seed, split: "test", index: attempt } as const;
      const { feed } = feedStep({ ...evaluation, noise: [] }, dataset, sizes, at);
      const noise = decisiveNoise(evaluation.noise, seed, attempt);
      return new Map([...parameters, ...feed, ...noise]);
    },
    define: (batch) => graphOf(problem.evaluation({ ...sizes, batch })),
  };
};
