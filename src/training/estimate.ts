/** Bounds and terms of a split, in which every sequence counts once and every frame once. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import type { Node } from "../graph/op.ts";
import type { Backend, Buffer, HostArray } from "../runtime/backend.ts";
import { diagnoseEvaluation } from "./diagnose.ts";
import type { Measured } from "./event.ts";
import { feedNoise, feedStep, presentSteps, trainingSizes, type Feed } from "./feed.ts";
import { prepare, run } from "./forward.ts";
import type { BatchSizes, EvaluationGraph } from "../inference/graphs.ts";
import type { Problem } from "./problem.ts";
import { infiniteTerm } from "./errors.ts";
import { createTally, findBad, findInfinite, takePart, type Tally } from "./tally.ts";

/** What is measured, on which sequences, with which particles and noise. */
export interface Measurement {
  readonly problem: Problem;
  readonly dataset: Dataset;
  readonly backend: Backend;
  readonly dims: BatchSizes["dims"];
  readonly split: Split;
  readonly seed: number;
  readonly batch: number;
  /** Particles computed at once, and how many times. */
  readonly chunk: number;
  readonly chunks: number;
  /** At most the stored ones. */
  readonly sequences: number;
  /** How terms and weights of a sequence make its bound. */
  readonly bound: Problem["bound"];
}

export interface BoundEstimate extends Measured {
  /** Of `bound`, from the spread over sequences; absent where there is but one. */
  readonly standardError?: number;
  /** Log likelihoods less divergences, nats per sequence: what the terms add up to. */
  readonly elbo: number;
  readonly sequences: number;
  readonly particles: number;
  /** Mean over sequences of (Σ w)² / Σ w², from 1 to `particles`. */
  readonly effectiveParticles: number;
}

export interface BoundEstimator {
  /**
   * The same sequences with the same noise at every call: differences are due to the parameters. Warnings name terms that
   * are infinite.
   */
  estimate(parameters: ReadonlyMap<string, Buffer>): Result<BoundEstimate>;
  dispose(): void;
}

const weights = "logWeights";

/** Everything that an evaluation graph computes, by name. */
export const measuredOf = (graph: EvaluationGraph): ReadonlyMap<string, Node> =>
  new Map([[weights, graph.logWeights], ...graph.terms]);

/**
 * Compiles the evaluation of a split. A last batch that is not full is filled with sequences that were there already;
 * those are left out of every sum.
 */
export const createEstimator = (request: Measurement): Result<BoundEstimator> => {
  const { problem, dataset, backend, split, seed, batch: size, chunk, chunks } = request;
  const sizes = trainingSizes(dataset, { batch: size, particles: chunk }, request.dims);
  const graph = problem.evaluation(sizes);
  const prepared = prepare(backend, measuredOf(graph));
  if (!prepared.ok) return prepared;
  const sequences = Math.min(request.sequences, dataset.sequences?.[split] ?? Infinity);

  const estimate = (parameters: ReadonlyMap<string, Buffer>): Result<BoundEstimate> => {
    const totals = createTotals(sizes.steps);
    const infinite = new Map<string | undefined, Diagnostic>();
    for (let index = 0; index * size < sequences; index += 1) {
      const rows = Math.min(size, sequences - index * size);
      const tally = createTally(rows, request.bound);
      const at = { seed, split, index } as const;
      const { batch, feed } = feedStep({ ...graph, noise: [] }, dataset, sizes, at);
      const feedOf = (part: number): Feed =>
        new Map([
          ...feed,
          ...feedNoise(graph.noise, { seed, purpose: split, step: index * chunks + part }, batch),
        ]);
      for (let part = 0; part < chunks; part += 1) {
        const results = run(backend, prepared.value, parameters, feedOf(part));
        takePart(tally, named(results, weights), termsIn(graph, results), part);
      }
      const bad = findBad(tally);
      if (bad !== undefined) {
        const values = [...parameters].map(([name, buffer]) => [name, buffer.read()] as const);
        const inputs = new Map([...feedOf(bad.part), ...values]);
        const place = { ...bad, split, sequence: index * size + bad.row + 1 };
        return failure(diagnoseEvaluation(graph, inputs, place));
      }
      for (const found of findInfinite(tally)) {
        const place = { ...found, split, sequence: index * size + found.row + 1 };
        if (!infinite.has(found.term)) infinite.set(found.term, infiniteTerm(place));
      }
      totals.add(tally, presentSteps(batch, sizes, rows));
    }
    return success(totals.estimate(chunk * chunks), [...infinite.values()]);
  };
  return success({
    estimate,
    dispose: () => {
      prepared.value.executable.dispose();
    },
  });
};

const named = (results: ReadonlyMap<string, HostArray>, name: string): HostArray => {
  const found = results.get(name);
  invariant(found !== undefined, `no ${name}`);
  return found;
};

const termsIn = (
  graph: EvaluationGraph,
  results: ReadonlyMap<string, HostArray>,
): ReadonlyMap<string, HostArray> =>
  new Map([...graph.terms.keys()].map((name) => [name, named(results, name)]));

/** What batches add up to. */
interface Totals {
  readonly add: (tally: Tally, present: readonly number[] | undefined) => void;
  readonly estimate: (particles: number) => BoundEstimate;
}

const createTotals = (steps: number | undefined): Totals => {
  const bounds: number[] = [];
  const elbos: number[] = [];
  const sums = new Map<string, number[]>();
  const counts = steps === undefined ? undefined : Array.from({ length: steps }, () => 0);
  let effective = 0;
  return {
    add: (tally, present) => {
      for (const bound of tally.bounds()) bounds.push(bound);
      for (const elbo of tally.elbos()) elbos.push(elbo);
      effective += total(tally.effective());
      for (const [name, values] of tally.series()) sums.set(name, plus(values, sums.get(name)));
      present?.forEach((n, t) => counts !== undefined && (counts[t] = (counts[t] ?? 0) + n));
    },
    estimate: (particles) => {
      const sequences = bounds.length;
      const bound = total(bounds) / sequences;
      const variance = total(bounds.map((one) => (one - bound) ** 2)) / (sequences - 1);
      return {
        bound,
        boundPerStep: counts === undefined ? bound : total(bounds) / total(counts),
        terms: new Map([...sums].map(([name, sum]) => [name, sum.map((x) => x / sequences)])),
        ...(counts === undefined ? {} : { present: counts.map((n) => n / sequences) }),
        ...(sequences < 2 ? {} : { standardError: Math.sqrt(variance / sequences) }),
        elbo: total(elbos) / sequences,
        sequences,
        particles,
        effectiveParticles: effective / sequences,
      };
    },
  };
};

const total = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0);

const plus = (xs: readonly number[], ys: readonly number[] | undefined): number[] =>
  xs.map((x, i) => x + (ys?.[i] ?? 0));
