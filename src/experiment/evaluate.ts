/** The bound of an experiment's test data. */
import { success, type Result } from "../diagnostics/diagnostic.ts";
import { missingToEvaluate } from "../program/forecast.ts";
import type { BoundEstimate } from "../training/estimate.ts";
import { evaluateBound } from "../training/evaluate.ts";
import { chunkTooLarge } from "./errors.ts";
import type { Experiment } from "./experiment.ts";
import { fitsMachine } from "./stage.ts";

/** How tight a bound is, and on how much of the test data. */
export interface EvaluateOptions {
  /** Particles of the bound; 100 by default. */
  readonly particles?: number;
  /** Particles computed at once; 10 by default. */
  readonly chunk?: number;
  /** Test batches, of the size of training; 4 by default. */
  readonly batches?: number;
}

/** A bound with many particles on test data, nats per sequence, and its terms. */
export const evaluateExperiment = (
  { program, dataset, backend, dims, state }: Experiment,
  { particles = 100, chunk = 10, batches = 4 }: EvaluateOptions = {},
): Result<BoundEstimate> => {
  const { batch, seed } = program.config.training;
  const atOnce = Math.min(chunk, particles);
  const fits = fitsMachine(
    (available) => success(missingToEvaluate(program, dataset, dims, atOnce, available)),
    chunkTooLarge,
  );
  if (!fits.ok) return fits;
  return evaluateBound({
    problem: program.problem,
    dataset,
    backend,
    dims,
    parameters: state.parameters,
    seed,
    batch,
    particles,
    chunk: atOnce,
    sequences: batches * batch,
  });
};
