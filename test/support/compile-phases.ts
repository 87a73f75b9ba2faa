/** From a text to code, phase by phase: what compiling and preparing a training step do one after the other. */
import { emit } from "../../src/code/emit/index.ts";
import { optimise } from "../../src/graph/passes/index.ts";
import { compile } from "../../src/index.ts";
import { lower } from "../../src/loops/lower/index.ts";
import { optimiseLoops } from "../../src/loops/passes/index.ts";
import { plan } from "../../src/loops/passes/plan.ts";
import { partition } from "../../src/loops/passes/partition.ts";
import type { BatchSizes } from "../../src/inference/graphs.ts";
import { deriveStep } from "../../src/training/step.ts";

/** Does something that has a name. */
export type Phase = <T>(name: string, run: () => T) => T;

/** Sizes of small data for a program. */
export const sizesFor = (text: string): BatchSizes => {
  const steps = text.includes("[t]") ? { steps: 3 } : {};
  return { batch: 4, particles: 1, ragged: false, dims: {}, ...steps };
};

/** Goes through all phases for small data, two threads and vectors of 8. */
export const compileInPhases = (text: string, phase: Phase): void => {
  const compiled = phase("check", () => compile({ path: "big.gtm", text }));
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join("; "));
  const { problem, config } = compiled.value;
  const sizes = sizesFor(text);
  const objective = phase("objective", () => problem.objective(sizes));
  phase("evaluation", () => problem.evaluation(sizes));
  const step = phase("gradient", () => deriveStep(objective, config.training)).graph;
  const graph = phase("graph", () => optimise(step));
  const loops = phase("loops", () => plan(optimiseLoops(lower(graph))));
  const partitioned = phase("threads", () => partition(loops, 2));
  phase("code", () => emit(partitioned, { lanes: 8, registers: 16 }));
};
