/** How much memory training will take, before anything runs. */
import { memoryUse } from "./code/generate.ts";
import type { Dataset } from "./data/dataset.ts";
import { elements } from "./graph/shapes.ts";
import { optimise } from "./graph/passes/index.ts";
import { inputsOf } from "./graph/walk.ts";
import type { Program } from "./program.ts";
import { trainingSizes } from "./training/feed.ts";
import type { BatchSizes } from "./training/problem.ts";
import { buildStep } from "./training/step.ts";
import { measuredOf } from "./training/estimate.ts";

/** In bytes, on the executors of loops (`native` and `wasm`). */
export interface MemoryForecast {
  /** Parameters and optimizer state, which a step updates in place. */
  readonly state: number;
  /** What a training step needs beside: batch, noise, and everything between them and the gradient. */
  readonly step: number;
  /** The same for the bound on test batches. */
  readonly evaluation: number;
}

/** The forecast for the program's own training settings. */
export const forecastMemory = (
  { problem, config }: Pick<Program, "problem" | "config">,
  dataset: Dataset,
  dims: BatchSizes["dims"],
): MemoryForecast => {
  const sizes = trainingSizes(dataset, config.training, dims);
  const objective = problem.objective(sizes);
  const step = memoryUse(buildStep(objective, config.training).graph);
  const outputs = measuredOf(problem.evaluation(sizes));
  const evaluation = memoryUse(optimise({ inputs: inputsOf(outputs.values()), outputs }));
  const parameters = 4 * problem.parameters.reduce((sum, { shape }) => sum + elements(shape), 0);
  return {
    state: step.state,
    step: step.arena + step.inputs + step.outputs,
    evaluation: evaluation.arena + evaluation.inputs + evaluation.outputs - parameters,
  };
};
