/** The test bound of a state outside the loop. */
import type { Result } from "../diagnostics/diagnostic.ts";
import { disposeAll, uploadAll, type Feed } from "./feed.ts";
import type { TrainRequest } from "./request.ts";
import type { Measured } from "./event.ts";
import { createEvaluator } from "./test-bound.ts";

/**
 * The bound that training would report for these parameters, on the same batches and with the same noise: what it
 * says of first values is what later evaluations compare with.
 */
export const measureTestBound = (
  { problem, dataset, backend, options, dims = {} }: TrainRequest,
  parameters: Feed,
): Result<Measured> => {
  const evaluator = createEvaluator(problem, dataset, backend, options, dims, "test");
  if (!evaluator.ok) return evaluator;
  const buffers = uploadAll(backend, parameters);
  const bound = evaluator.value.estimate(buffers);
  disposeAll(buffers.values());
  evaluator.value.dispose();
  return bound;
};
