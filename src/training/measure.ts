/** The test bound of a state outside the loop. */
import { success, type Result } from "../diagnostics/diagnostic.ts";
import { disposeAll, trainingSizes, type Feed } from "./feed.ts";
import type { TrainRequest } from "./request.ts";
import { createEvaluator, type TestBound } from "./test-bound.ts";

/**
 * The bound that training would report for these parameters, on the same batches and with the same noise: what it
 * says of first values is what later evaluations compare with.
 */
export const measureTestBound = (
  { problem, dataset, backend, options, dims = {} }: TrainRequest,
  parameters: Feed,
): Result<TestBound> => {
  const sizes = trainingSizes(dataset, options, dims);
  const evaluator = createEvaluator(problem, dataset, backend, options, sizes);
  if (!evaluator.ok) return evaluator;
  const buffers = new Map(
    [...parameters].map(([name, array]) => [name, backend.upload(array)] as const),
  );
  const bound = evaluator.value.evaluate(buffers);
  disposeAll(buffers.values());
  evaluator.value.dispose();
  return success(bound);
};
