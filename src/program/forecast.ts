/** How much memory training and other evaluations will take, before anything runs. */
import { memoryUse } from "../code/generate.ts";
import { checkArguments } from "../diagnostics/argument.ts";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { rulesOfSizes } from "./draw.ts";
import type { Dataset } from "../data/dataset.ts";
import { elements } from "../graph/shapes.ts";
import { optimise } from "../graph/passes/index.ts";
import type { Node } from "../graph/op.ts";
import { bodyRoots, inputsOf, topological } from "../graph/walk.ts";
import type { Program, SampleSizes, SampleTarget } from "./program.ts";
import { trainingSizes } from "../training/feed.ts";
import type { BatchSizes } from "../inference/graphs.ts";
import { buildStep, slotsOf } from "../training/step.ts";
import { measuredOf } from "../training/estimate.ts";

/** In bytes, on the executors of loops (`native` and `wasm`). */
export interface MemoryForecast {
  /** Parameters and optimizer state, which a step updates in place. */
  readonly state: number;
  /** Copies of the state in the process: the one that the run starts from, the last checkpoint, the one being written. */
  readonly copies: number;
  /** What a training step needs beside: batch, noise, and everything between them and the gradient. */
  readonly step: number;
  /** The same for the bound on test batches. */
  readonly evaluation: number;
}

/** What is compared with the memory of the machine, in bytes. */
export interface MemoryNeed {
  readonly bytes: number;
  /** Whether more will be needed: this is only what can be said without planning. */
  readonly atLeast: boolean;
}

/** A gradient and an update store no more than a few values for each of the bound. */
const valuesPerForward = 6;
const bytesPerElement = 4;

/** How often the state is in the process beside the one that is trained. */
const copiesOfState = 3;

/** Elements of all values that a graph computes, those of a loop once per step. */
const elementsOf = (roots: readonly Node[]): number =>
  topological(roots).reduce((sum, node) => {
    const inner =
      node.op === "scan" ? node.attrs.length * elementsOf(bodyRoots(node.attrs.body)) : 0;
    return sum + elements(node.shape) + inner;
  }, 0);

const bytesOf = (shapes: Iterable<{ readonly shape: readonly number[] }>): number =>
  [...shapes].reduce((all, { shape }) => all + bytesPerElement * elements(shape), 0);

/** What computing values once needs where that is more than there is, and `undefined` where it fits. */
const missingForValues = (
  outputs: ReadonlyMap<string, Node>,
  available: number,
): MemoryNeed | undefined => {
  const inputs = inputsOf(outputs.values());
  const ends = bytesOf([...inputs, ...outputs.values()]);
  if (ends > available) return { bytes: ends, atLeast: true };
  if (bytesPerElement * elementsOf([...outputs.values()]) <= available) return undefined;
  const use = memoryUse(optimise({ inputs, outputs }));
  const bytes = use.arena + use.inputs + use.state + use.outputs;
  return bytes > available ? { bytes, atLeast: false } : undefined;
};

/** The same for draws; refused where `predict` is given a prefix that the steps do not hold (E0508). */
export const missingToDraw = (
  program: Pick<Program, "model" | "sampling">,
  target: SampleTarget,
  sizes: SampleSizes,
  available: number,
): Result<MemoryNeed | undefined> => {
  const wrong = checkArguments("missingToDraw", rulesOfSizes(program, sizes));
  if (wrong.length > 0) return failure(...wrong);
  const drawing = program.sampling(target, sizes);
  return drawing.ok ? success(missingForValues(drawing.value.graph.outputs, available)) : drawing;
};

/** The same for the bound of a batch with so many particles at once. */
export const missingToEvaluate = (
  { problem, config }: Pick<Program, "problem" | "config">,
  dataset: Dataset,
  dims: BatchSizes["dims"],
  particles: number,
  available: number,
): MemoryNeed | undefined => {
  const sizes = trainingSizes(dataset, { ...config.training, particles }, dims);
  return missingForValues(measuredOf(problem.evaluation(sizes)), available);
};

/**
 * What training needs where that is more than there is, and `undefined` where it fits. Nothing is allocated, and a
 * plan is made only where sums do not decide.
 */
export const missingMemory = (
  program: Pick<Program, "problem" | "config">,
  dataset: Dataset,
  dims: BatchSizes["dims"],
  available: number,
): MemoryNeed | undefined => {
  const { problem, config } = program;
  const { training } = config;
  const one = bytesOf([...problem.parameters, ...slotsOf(problem.parameters, training)]);
  const state = (1 + copiesOfState) * one;
  if (state > available) return { bytes: state, atLeast: true };
  const objective = problem.objective(trainingSizes(dataset, training, dims));
  const inputs = bytesOf([...objective.data, ...objective.noise]);
  if (state + inputs > available) return { bytes: state + inputs, atLeast: true };
  const values = bytesPerElement * elementsOf([objective.surrogate, objective.bound]);
  if (state + inputs + valuesPerForward * values <= available) return undefined;
  const { step, evaluation } = forecastMemory(program, dataset, dims);
  const bytes = state + step + evaluation;
  return bytes > available ? { bytes, atLeast: false } : undefined;
};

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
  const parameters = bytesOf(problem.parameters);
  return {
    state: step.state,
    copies: copiesOfState * step.state,
    step: step.arena + step.inputs + step.outputs,
    evaluation: evaluation.arena + evaluation.inputs + evaluation.outputs - parameters,
  };
};
