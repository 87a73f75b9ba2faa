/** The training step that is looked at. */
import type { Graph } from "../graph/op.ts";
import type { Model } from "../ir/model.ts";
import type { TrainingOptions } from "../training/options.ts";
import type { Problem } from "../training/problem.ts";
import { buildStep } from "../training/step.ts";

/** Optimised, at small sizes; its text has the same structure at all sizes. */
export const inspectionStep = (model: Model, problem: Problem, options: TrainingOptions): Graph => {
  const objective = problem.objective({
    batch: options.batch,
    particles: options.particles,
    ragged: false,
    ...(model.data.some(({ per }) => per === "step") ? { steps: 3 } : {}),
    dims: Object.fromEntries(
      Object.entries(model.dims).flatMap(([name, size]) => (size === null ? [[name, 5]] : [])),
    ),
  });
  return buildStep(objective, options).graph;
};
