/** The bound on the test split while training goes on. */
import { success, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Node } from "../graph/op.ts";
import type { Backend, Buffer } from "../runtime/backend.ts";
import type { Terms } from "./event.ts";
import { feedStep, framesOf, scalar } from "./feed.ts";
import { accumulate, prepare, run } from "./forward.ts";
import type { TrainingOptions } from "./options.ts";
import type { BatchSizes, ObjectiveGraph, Problem } from "./problem.ts";
import { names } from "./step.ts";

/** Means over batches. */
export interface TestBound {
  /** Nats a sequence. */
  readonly bound: number;
  /** Nats a frame. */
  readonly boundPerStep: number;
  readonly terms: Terms;
}

export interface Evaluator {
  /** The mean over the same batches, with the same noise, at every call: differences are due to the parameters. */
  evaluate(parameters: ReadonlyMap<string, Buffer>): TestBound;
  dispose(): void;
}

/** What is measured on test batches. */
export const testedOf = (objective: ObjectiveGraph): ReadonlyMap<string, Node> =>
  new Map([
    [names.bound, objective.bound],
    ...[...objective.terms].map(([name, term]) => [names.term(name), term] as const),
  ]);

/** The training bound on `options.evaluateBatches` test batches, with a KL weight of 1. */
export const createEvaluator = (
  problem: Problem,
  dataset: Dataset,
  backend: Backend,
  options: TrainingOptions,
  sizes: BatchSizes,
): Result<Evaluator> => {
  const objective = problem.objective(sizes);
  const terms = [...objective.terms.keys()];
  const prepared = prepare(backend, testedOf(objective));
  if (!prepared.ok) return prepared;
  const stored = dataset.sequences?.test;
  const batches =
    stored === undefined
      ? options.evaluateBatches
      : Math.min(options.evaluateBatches, Math.ceil(stored / options.batch));
  const ones = objective.scalars.map((name) => [name, scalar(1)] as const);
  return success({
    evaluate: (parameters) => {
      let bound = 0;
      let frames = 0;
      const sums = new Map<string, number[]>();
      for (let index = 0; index < batches; index += 1) {
        const at = { seed: options.seed, split: "test", index } as const;
        const { batch, feed } = feedStep(objective, dataset, sizes, at);
        const results = run(backend, prepared.value, parameters, new Map([...feed, ...ones]));
        bound += (results.get(names.bound)?.data[0] ?? NaN) / batches;
        frames += framesOf(batch, sizes) / batches;
        for (const name of terms) {
          const term = results.get(names.term(name));
          invariant(term !== undefined, `no term ${name}`);
          accumulate(sums, name, [...term.data], 1 / batches);
        }
      }
      return { bound, boundPerStep: bound / frames, terms: sums };
    },
    dispose: () => {
      prepared.value.executable.dispose();
    },
  });
};
