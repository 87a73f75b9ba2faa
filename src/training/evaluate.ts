/** The bound of many particles, when training is done. */
import { checkArguments, oneOf, perhaps, wholeFrom } from "../diagnostics/argument.ts";
import { failure, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { splitsOf, type Dataset, type Split } from "../data/dataset.ts";
import type { Backend, HostArray } from "../runtime/backend.ts";
import { createEstimator, type BoundEstimate } from "./estimate.ts";
import { disposeAll, uploadAll } from "./feed.ts";
import { wrongParameters } from "./request.ts";
import type { BatchSizes } from "../inference/graphs.ts";
import type { Problem } from "./problem.ts";

/** What to evaluate, and how precisely. */
export interface BoundRequest {
  readonly problem: Problem;
  readonly dataset: Dataset;
  readonly backend: Backend;
  readonly parameters: ReadonlyMap<string, HostArray>;
  readonly dims?: BatchSizes["dims"];
  readonly split?: Split;
  readonly seed: number;
  readonly batch: number;
  /** K of the bound; rounded up to a multiple of `chunk`. */
  readonly particles: number;
  /** Particles computed at once. */
  readonly chunk: number;
  /** At most the stored ones. */
  readonly sequences: number;
}

/**
 * The bound of K particles: the mean over sequences of log (1/K) Σ w. The K particles of a sequence are summed over
 * all chunks before the logarithm, so the chunk size changes the noise only. One particle gives the objective's own bound,
 * which takes divergences in closed form where it can. With the particles of training, this is its test bound: the same
 * graph, sequences and noise.
 */
export const evaluateBound = (request: BoundRequest): Result<BoundEstimate> => {
  const wrong = wrongRequest(request);
  if (wrong.length > 0) return failure(...wrong);
  const { problem, backend, split = "test", dims = {}, particles } = request;
  const chunk = Math.min(request.chunk, particles);
  const created = createEstimator({
    ...request,
    split,
    dims,
    chunk,
    chunks: Math.ceil(particles / chunk),
    bound: particles === 1 ? problem.bound : "weights",
  });
  if (!created.ok) return created;
  const parameters = uploadAll(backend, request.parameters);
  const estimate = created.value.estimate(parameters);
  disposeAll(parameters.values());
  created.value.dispose();
  return estimate;
};

const wrongRequest = (request: BoundRequest): readonly Diagnostic[] => {
  const { dataset, split, seed, batch, particles, chunk, sequences } = request;
  const count = wholeFrom(1);
  return [
    ...checkArguments("evaluateBound", {
      split: [split, perhaps(oneOf(...splitsOf(dataset)))],
      seed: [seed, wholeFrom(0)],
      batch: [batch, count],
      particles: [particles, count],
      chunk: [chunk, count],
      sequences: [sequences, count],
    }),
    ...wrongParameters("evaluateBound", request.problem, request.parameters),
  ];
};
