/** The bound of many particles, when training is done. */
import { success, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import type { Backend, HostArray } from "../runtime/backend.ts";
import { disposeAll, feedStep, framesOf, trainingSizes, upload } from "./feed.ts";
import { accumulate, prepare, run } from "./forward.ts";
import { emptyLogSum, logSumAdd, logSumValue } from "./log-sum.ts";
import { drawNoise } from "./noise.ts";
import type { BatchSizes, Problem } from "./problem.ts";
import type { TestBound } from "./test-bound.ts";

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
  const prepared = prepare(backend, outputs);
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
