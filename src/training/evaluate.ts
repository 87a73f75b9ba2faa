/** Bounds after training: on the test split while training goes on, and of many particles when it is done. */
import { success, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import { input } from "../graph/build.ts";
import type { Node, NodeOf } from "../graph/op.ts";
import { optimise } from "../graph/passes/index.ts";
import type { Backend, Buffer, Executable, HostArray } from "../runtime/backend.ts";
import type { Terms } from "./event.ts";
import {
  disposeAll,
  feedStep,
  framesOf,
  scalar,
  trainingSizes,
  upload,
  type Feed,
} from "./feed.ts";
import { drawNoise } from "./noise.ts";
import type { TrainingOptions } from "./options.ts";
import type { BatchSizes, NoiseSpec, Problem } from "./problem.ts";
import { names } from "./step.ts";

/** Means over batches. */
export interface TestBound {
  /** Nats a sequence. */
  readonly bound: number;
  /** Nats a frame. */
  readonly boundPerStep: number;
  readonly terms: Terms;
}

interface Prepared {
  readonly executable: Executable;
  readonly inputs: readonly NodeOf<"input">[];
}

const prepare = (
  backend: Backend,
  outputs: ReadonlyMap<string, Node>,
  graph: {
    readonly parameters: readonly NodeOf<"input">[];
    readonly data: readonly NodeOf<"input">[];
    readonly noise: readonly NoiseSpec[];
    readonly scalars: readonly string[];
  },
): Result<Prepared> => {
  const inputs = [
    ...graph.parameters,
    ...graph.data,
    ...graph.noise.map(({ name, shape }) => input(name, shape)),
    ...graph.scalars.map((name) => input(name, [])),
  ];
  const optimised = optimise({ inputs, outputs });
  const compiled = backend.compile(optimised);
  return compiled.ok ? success({ executable: compiled.value, inputs: optimised.inputs }) : compiled;
};

const run = (
  backend: Backend,
  { executable, inputs }: Prepared,
  parameters: ReadonlyMap<string, Buffer>,
  feed: Feed,
): ReadonlyMap<string, HostArray> => {
  const fed = upload(backend, inputs, feed);
  const results = executable.run(new Map([...parameters, ...fed]));
  const arrays = new Map([...results].map(([name, buffer]) => [name, buffer.read()]));
  disposeAll(fed.values());
  disposeAll(results.values());
  return arrays;
};

/** Adds weighted numbers, name by name. */
const accumulate = (
  sums: Map<string, number[]>,
  name: string,
  part: readonly number[],
  weight: number,
): void => {
  const sum = sums.get(name) ?? part.map(() => 0);
  sums.set(
    name,
    sum.map((value, i) => value + weight * (part[i] ?? 0)),
  );
};

export interface Evaluator {
  /** The mean over the same batches, with the same noise, at every call: differences are due to the parameters. */
  evaluate(parameters: ReadonlyMap<string, Buffer>): TestBound;
  dispose(): void;
}

/** The training bound on `options.evaluateBatches` test batches, with a KL weight of 1. */
export const createEvaluator = (
  problem: Problem,
  dataset: Dataset,
  backend: Backend,
  options: TrainingOptions,
  dims: BatchSizes["dims"],
): Result<Evaluator> => {
  const sizes = trainingSizes(dataset, options, dims);
  const objective = problem.objective(sizes);
  const terms = [...objective.terms.keys()];
  const outputs = new Map([
    [names.bound, objective.bound],
    ...[...objective.terms].map(([name, term]) => [names.term(name), term] as const),
  ]);
  const prepared = prepare(backend, outputs, objective);
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

export interface BoundEstimate extends TestBound {
  /** Of `bound`, from the spread over sequences. */
  readonly standardError: number;
  readonly sequences: number;
  readonly particles: number;
  /** Mean over sequences of (Σ w)² / Σ w², from 1 to `particles`. */
  readonly effectiveParticles: number;
}

/** Σ exp of a stream of numbers and Σ exp of their doubles, relative to the largest so far. */
export interface LogSum {
  readonly largest: number;
  readonly sum: number;
  readonly squares: number;
}

export const emptyLogSum: LogSum = { largest: -Infinity, sum: 0, squares: 0 };

/** Takes one more number in. */
export const logSumAdd = ({ largest, sum, squares }: LogSum, x: number): LogSum => {
  if (x === -Infinity) return { largest, sum, squares };
  if (x <= largest) {
    const ratio = Math.exp(x - largest);
    return { largest, sum: sum + ratio, squares: squares + ratio * ratio };
  }
  const shrink = largest === -Infinity ? 0 : Math.exp(largest - x);
  return { largest: x, sum: sum * shrink + 1, squares: squares * shrink * shrink + 1 };
};

/** log Σ exp of what was taken in. */
export const logSumValue = ({ largest, sum }: LogSum): number => largest + Math.log(sum);

/**
 * The bound of K particles: the mean over sequences of log (1/K) Σ w. The K particles of a sequence are summed over
 * all chunks before the logarithm, so the chunk size changes the noise only.
 */
export const evaluateBound = (request: BoundRequest): Result<BoundEstimate> => {
  const { problem, dataset, backend, seed, split = "test", dims = {} } = request;
  const chunk = Math.min(request.chunk, request.particles);
  const chunks = Math.ceil(request.particles / chunk);
  const particles = chunk * chunks;
  const sizes = trainingSizes(dataset, { batch: request.batch, particles: chunk }, dims);
  const graph = problem.logWeights(sizes);
  const outputs = new Map([["logWeights", graph.logWeights], ...graph.terms]);
  const prepared = prepare(backend, outputs, { ...graph, scalars: [] });
  if (!prepared.ok) return prepared;
  const parameters = upload(backend, graph.parameters, request.parameters);

  const stored = dataset.sequences?.[split] ?? Infinity;
  const sequences = Math.min(request.sequences, stored);
  const batches = Math.ceil(sequences / request.batch);
  const bounds: number[] = [];
  let effective = 0;
  let frames = 0;
  const sums = new Map<string, number[]>();
  for (let index = 0; index < batches; index += 1) {
    const counted = Math.min(request.batch, sequences - index * request.batch);
    let weights = Array.from({ length: counted }, () => emptyLogSum);
    const { batch, feed } = feedStep({ ...graph, noise: [] }, dataset, sizes, {
      seed,
      split,
      index,
    });
    for (let part = 0; part < chunks; part += 1) {
      const noise = drawNoise(graph.noise, seed, "evaluate", index * chunks + part);
      const results = run(backend, prepared.value, parameters, new Map([...feed, ...noise]));
      const log = results.get("logWeights");
      invariant(log !== undefined, "no log weights");
      for (let k = 0; k < chunk; k += 1) {
        weights = weights.map((sum, b) => logSumAdd(sum, log.data[k * request.batch + b] ?? NaN));
      }
      for (const name of graph.terms.keys()) {
        const term = results.get(name);
        invariant(term !== undefined, `no term ${name}`);
        accumulate(sums, name, [...term.data], counted / sequences / chunks);
      }
    }
    bounds.push(...weights.map((sum) => logSumValue(sum) - Math.log(particles)));
    effective += weights.reduce((total, { sum, squares }) => total + (sum * sum) / squares, 0);
    frames += (framesOf(batch, sizes) * counted) / sequences;
  }
  disposeAll(parameters.values());
  prepared.value.executable.dispose();
  const bound = bounds.reduce((a, b) => a + b, 0) / sequences;
  const variance = bounds.reduce((a, b) => a + (b - bound) ** 2, 0) / Math.max(1, sequences - 1);
  return success({
    bound,
    boundPerStep: bound / frames,
    standardError: Math.sqrt(variance / sequences),
    terms: sums,
    sequences,
    particles,
    effectiveParticles: effective / sequences,
  });
};
