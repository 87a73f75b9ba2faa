/** Bounds on splits that do not train, while training goes on. */
import type { Result } from "../diagnostics/diagnostic.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Backend } from "../runtime/backend.ts";
import { createEstimator, type BoundEstimator } from "./estimate.ts";
import type { Evaluation } from "./event.ts";
import type { TrainingOptions } from "./options.ts";
import type { BatchSizes } from "../inference/graphs.ts";
import type { Problem } from "./problem.ts";

/** The objective's bound on the sequences of `options.evaluateBatches` batches of a split, with a KL weight of 1. */
export const createEvaluator = (
  problem: Problem,
  dataset: Dataset,
  backend: Backend,
  options: TrainingOptions,
  dims: BatchSizes["dims"],
  split: Evaluation["split"],
): Result<BoundEstimator> =>
  createEstimator({
    problem,
    dataset,
    backend,
    dims,
    split,
    seed: options.seed,
    batch: options.batch,
    chunk: options.particles,
    chunks: 1,
    sequences: options.evaluateBatches * options.batch,
    bound: problem.bound,
  });
