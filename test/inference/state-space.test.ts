/** The engine against a Kalman filter. */
import { describe, expect, test } from "vitest";
import { deriveEvaluation } from "../../src/inference/objective.ts";
import type { BatchSizes, ObjectiveGraph } from "../../src/inference/graphs.ts";
import type { ObjectiveSpec } from "../../src/inference/spec.ts";
import { logSumExp, normals, prepare, runOne, legalObjective, spec } from "./support/run.ts";
import { kalman, stateSpace, stateSpaceValues } from "./support/temporal.ts";

const T = 5;

const objectiveOf = (
  guide: "filtering" | "exact",
  change: Partial<ObjectiveSpec>,
  sizes: Partial<BatchSizes>,
): ObjectiveGraph => {
  return legalObjective(stateSpace(guide), spec(change), {
    batch: 1,
    particles: 1,
    steps: T,
    ragged: false,
    dims: {},
    ...sizes,
  });
};

const sequence = [0.9, -0.4, 1.7, 2.2, 0.1];
const logProb = kalman(sequence);

const boundOf = (
  guide: "filtering" | "exact",
  change: Partial<ObjectiveSpec>,
  [particles, batch]: readonly [number, number],
  seed: number,
): number => {
  const { bound } = objectiveOf(guide, change, { particles, batch });
  const [value = Number.NaN] = runOne(bound, {
    ...stateSpaceValues,
    x: Array.from({ length: batch }, () => sequence).flat(),
    "/noise.z": normals(T * particles * batch, seed),
  });
  return value;
};

describe("with the exact posterior as guide, which looks ahead", () => {
  // Every particle's weight is p(x), whatever its noise: rounding is all that is left.
  test.each([
    ["elbo, sampled KL", { kl: "monte-carlo" }, [1, 3]],
    ["elbo, four particles", { kl: "monte-carlo" }, [4, 1]],
    ["iwae, one particle", { bound: { kind: "iwae" } }, [1, 2]],
    ["iwae, five particles", { bound: { kind: "iwae" } }, [5, 2]],
  ] as const)("the bound is log p(x): %s", (_, change, sizes) => {
    expect(boundOf("exact", change, sizes, 3)).toBeCloseTo(logProb, 11);
  });

  test("ragged sequences: padding of any value adds nothing, and looking ahead starts at their ends", () => {
    const { bound, terms, data } = objectiveOf(
      "exact",
      { kl: "monte-carlo" },
      { batch: 3, particles: 2, ragged: true },
    );
    expect(data.map(({ attrs }) => attrs.name)).toEqual(expect.arrayContaining(["x", "/mask"]));
    const pad = Number.NaN;
    const rows = [sequence, [0.3, -1, 0.8, pad, pad], [2, pad, pad, pad, pad]];
    const results = prepare(new Map([["bound", bound], ...terms]))({
      ...stateSpaceValues,
      x: rows.flat(),
      "/mask": rows.flat().map((x) => (Number.isNaN(x) ? 0 : 1)),
      "/noise.z": normals(T * 2 * 3, 8),
    });
    const expected = (logProb + kalman([0.3, -1, 0.8]) + kalman([2])) / 3;
    expect(results.get("bound")?.[0]).toBeCloseTo(expected, 11);
    const total = (name: string): number => results.get(name)?.reduce((sum, x) => sum + x, 0) ?? 0;
    expect(total("loglik.x") - total("kl.z")).toBeCloseTo(expected, 11);
  });
});

describe("with a filtering guide", () => {
  const batch = 1000;

  test("bounds rise with the number of particles and stay below log p(x)", () => {
    const bounds = [1, 4, 32].map((particles) =>
      boundOf("filtering", { bound: { kind: "iwae" } }, [particles, batch], 11),
    );
    // One log weight has a standard deviation of 4.5 nats: 1000 of them a standard error of 0.15, more particles less.
    expect(bounds[0]).toBeLessThan((bounds[1] ?? 0) - 0.75);
    expect(bounds[1]).toBeLessThan((bounds[2] ?? 0) - 0.75);
    expect(bounds[2]).toBeLessThan(logProb);
  });

  test("the elbo with closed-form divergences is the same in expectation, and below log p(x)", () => {
    const draws = 20_000;
    const analytic = boundOf("filtering", { kl: "analytic" }, [1, draws], 12);
    const sampled = boundOf("filtering", { kl: "monte-carlo" }, [1, draws], 13);
    // The sampled form's standard error is 0.032, the other's is no larger: five of their difference.
    expect(Math.abs(analytic - sampled)).toBeLessThan(5 * 0.032 * Math.SQRT2);
    expect(analytic).toBeLessThan(logProb);
  });

  test("one particle: iwae is the elbo with a sampled KL", () => {
    const elbo = boundOf("filtering", { kl: "monte-carlo" }, [1, 7], 14);
    expect(boundOf("filtering", { bound: { kind: "iwae" } }, [1, 7], 14)).toBeCloseTo(elbo, 12);
  });

  test("log weights of chunks make the bound of all particles", () => {
    const sizes = { batch: 2, steps: T, ragged: false, dims: {} };
    const x = [...sequence, 0.2, 0.4, -0.3, 0, 1];
    const noise = normals(T * 6 * 2, 15); // [T, 6, 2]
    const chunk = (from: number): readonly number[] => {
      const { logWeights } = deriveEvaluation(stateSpace("filtering"), { ...sizes, particles: 3 });
      const part = Array.from({ length: T }, (_, t) =>
        noise.slice((t * 6 + from) * 2, (t * 6 + from + 3) * 2),
      );
      return runOne(logWeights, { ...stateSpaceValues, x, "/noise.z": part.flat() });
    };
    const all = [...chunk(0), ...chunk(3)]; // [6, 2]
    const bounds = [0, 1].map((b) => logSumExp(all.filter((_, i) => i % 2 === b)) - Math.log(6));
    const { bound } = objectiveOf(
      "filtering",
      { bound: { kind: "iwae" } },
      { batch: 2, particles: 6 },
    );
    const whole = runOne(bound, { ...stateSpaceValues, x, "/noise.z": noise })[0];
    expect(whole).toBeCloseTo(((bounds[0] ?? 0) + (bounds[1] ?? 0)) / 2, 12);
  });
});
