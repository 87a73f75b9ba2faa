/** What is averaged is averaged over what exists: sequences and frames once each, whatever the batches are. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  arraysDataset,
  compile,
  evaluateBound,
  fitData,
  initialState,
  measureTestBound,
  referenceBackend,
  type BoundEstimate,
  type Dataset,
  type Program,
} from "../../src/index.ts";
import { need } from "../support/need.ts";

/** Each frame is worth log N(x; 0, 1), and half a nat of KL in closed form. */
const program = (objective: string, batch: number, batches: number): Program =>
  need(
    compile({
      path: "m.gtm",
      text: `model M {
  data x[t]: real
  param m: real = 0
  z[t] ~ Normal(loc = 0, scale = 1)
    guide Normal(loc = 1 + m, scale = 1)
  x[t] ~ Normal(loc = 0 * z[t], scale = 1)
}
train { objective = ${objective}  batch = ${batch}  steps = 1  evaluate_batches = ${batches} }
`,
    }),
  );

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
const worth = (x: number): number => -HALF_LOG_TWO_PI - 0.5 * x * x;
const total = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

/** All sequences but the last one train; the split is turned around so that many test. */
const datasetOf = (sequences: readonly (readonly number[])[]): Dataset => {
  const steps = Math.max(...sequences.map(({ length }) => length));
  const rows = [[0], ...sequences];
  const data = rows.flatMap((xs) => Array.from({ length: steps }, (_, t) => xs[t] ?? 0));
  const x = { shape: [rows.length, steps], data: Float32Array.from(data), per: "step" } as const;
  const lengths = rows.map(({ length }) => length);
  const test = sequences.length / rows.length;
  return need(arraysDataset({ x }, { lengths, test }));
};

const sequences = fc.array(
  fc.array(
    fc.integer({ min: -12, max: 12 }).map((n) => n / 4),
    { minLength: 1, maxLength: 5 },
  ),
  { minLength: 1, maxLength: 9 },
);
interface Case {
  readonly sequences: readonly (readonly number[])[];
  readonly batch: number;
  readonly batches: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  sequences,
  batch: fc.integer({ min: 1, max: 5 }),
  batches: fc.integer({ min: 1, max: 12 }),
});

interface Run {
  readonly estimate: BoundEstimate;
  readonly tested: ReturnType<typeof measureTestBound>;
}

const measure = (objective: string, particles: number, of: Case): Run => {
  const { problem, config, model } = program(objective, of.batch, of.batches);
  const dataset = datasetOf(of.sequences);
  const { parameters } = initialState(problem, config.training);
  const backend = referenceBackend;
  const dims = need(fitData({ model, config }, dataset));
  const { batch, seed } = config.training;
  const shared = { problem, dataset, backend, dims };
  const estimate = need(
    evaluateBound({
      ...shared,
      parameters,
      seed,
      batch,
      particles,
      chunk: particles,
      sequences: of.batches * of.batch,
    }),
  );
  return {
    estimate,
    tested: measureTestBound({ ...shared, options: config.training }, parameters),
  };
};

describe("evaluation", () => {
  test("counts every sequence and every frame once", () => {
    fc.assert(
      fc.property(cases, (of) => {
        const { estimate } = measure("elbo", 1, of);
        const seen = of.sequences.slice(0, of.batch * of.batches);
        const frames = total(seen.map(({ length }) => length));
        const likelihood = total(seen.flat().map(worth));
        const longest = Math.max(...of.sequences.map(({ length }) => length));
        expect(estimate.sequences).toBe(seen.length);
        const sum = (name: string): number => total(estimate.terms.get(name) ?? []);
        expect(sum("loglik.x")).toBeCloseTo(likelihood / seen.length, 9);
        expect(sum("kl.z")).toBeCloseTo((0.5 * frames) / seen.length, 9);
        for (let t = 0; t < longest; t += 1) {
          const there = seen.filter(({ length }) => length > t);
          const added = total(there.map((xs) => worth(xs[t] ?? 0))) / seen.length;
          expect(estimate.present?.[t]).toBeCloseTo(there.length / seen.length, 12);
          expect(estimate.terms.get("loglik.x")?.[t]).toBeCloseTo(added, 9);
        }
        expect(estimate.bound).toBeCloseTo((likelihood - 0.5 * frames) / seen.length, 9);
        expect(estimate.boundPerStep).toBeCloseTo((likelihood - 0.5 * frames) / frames, 9);
      }),
      { numRuns: 25 },
    );
  });

  test.each([
    ["elbo", 1],
    ["iwae(K = 3)", 3],
  ] as const)("is to the last bit what training measures: %s", (objective, particles) => {
    fc.assert(
      fc.property(cases, (of) => {
        const { estimate, tested } = measure(objective, particles, of);
        const { bound, boundPerStep, terms, present } = need(tested);
        expect({ bound, boundPerStep, terms, present }).toEqual({
          bound: estimate.bound,
          boundPerStep: estimate.boundPerStep,
          terms: estimate.terms,
          present: estimate.present,
        });
      }),
      { numRuns: 10 },
    );
  });
});
