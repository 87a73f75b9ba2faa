import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { referenceBackend } from "../../src/runtime/reference.ts";
import { evaluateBound } from "../../src/training/evaluate.ts";
import { emptyLogSum, logSumAdd, logSumValue } from "../../src/training/log-sum.ts";
import { dataDraw, drawNoise } from "../../src/training/noise.ts";
import { initialState } from "../../src/training/request.ts";
import { regression, regressionData, toyOptions } from "./toy.ts";

describe("streaming log-sum-exp", () => {
  test("equals the direct sum for numbers that allow it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1 }),
        (xs) => {
          const streamed = logSumValue(xs.reduce(logSumAdd, emptyLogSum));
          const direct = Math.log(xs.reduce((sum, x) => sum + Math.exp(x), 0));
          expect(Math.abs(streamed - direct)).toBeLessThan(1e-12 * (30 + xs.length));
        },
      ),
    );
  });

  test("is right where exp overflows, underflows, or is 0", () => {
    const value = (...xs: number[]): number => logSumValue(xs.reduce(logSumAdd, emptyLogSum));
    expect(value(1000, 1000)).toBeCloseTo(1000 + Math.LN2, 12);
    expect(value(-2000, -2000, -Infinity)).toBeCloseTo(-2000 + Math.LN2, 12);
    expect(value(0, 700, -1, 1) - Math.log(4)).toBeCloseTo(698.6137056388801, 12);
    expect(value(-Infinity)).toBe(-Infinity);
    expect(value(0, NaN)).toBeNaN();
  });
});

describe("the bound of many particles", () => {
  const dataset = regressionData();
  const { parameters } = initialState(regression, toyOptions);
  const evaluate = (batch: number, sequences: number): ReturnType<typeof evaluateBound> =>
    evaluateBound({
      problem: regression,
      dataset,
      backend: referenceBackend,
      parameters,
      split: "train",
      seed: 1,
      batch,
      particles: 6,
      chunk: 2,
      sequences,
    });

  test("sums the particles of all chunks before it takes the logarithm", () => {
    const result = evaluate(4, 4);
    if (!result.ok) throw new Error("must compile");
    const specs = [
      { name: "/noise.z", shape: [2, 4], kind: "normal" as const, per: "sequence" as const },
    ];
    // As the toy defines it: log w = -(noise - x · w)², three chunks of two particles, four sequences.
    const w = [...(parameters.get("net.w")?.data ?? [])];
    const x = [
      ...(dataset.batch("train", 0, 4, dataDraw(1, "train", 0)).fields.get("x")?.data ?? []),
    ];
    const mean = [0, 1, 2, 3].map((b) =>
      w.reduce((sum, wi, i) => sum + wi * (x[b * 3 + i] ?? 0), 0),
    );
    const noise = [0, 1, 2].map((part) => [
      ...(drawNoise(specs, 1, "train", part).get("/noise.z")?.data ?? []),
    ]);
    const bounds = mean.map((m, b) => {
      const log = noise.flatMap((chunk) =>
        [0, 1].map((k) => -(((chunk[k * 4 + b] ?? 0) - m) ** 2)),
      );
      return Math.log(log.reduce((sum, l) => sum + Math.exp(l), 0) / 6);
    });
    expect(result.value.bound).toBeCloseTo(bounds.reduce((a, b) => a + b) / 4, 12);
    expect(result.value.particles).toBe(6);
    expect(result.value.effectiveParticles).toBeGreaterThan(1);
    expect(result.value.effectiveParticles).toBeLessThanOrEqual(6);
  });

  test("counts each sequence once when the last batch is not full", () => {
    const result = evaluate(5, 12);
    expect(result.ok && result.value.sequences).toBe(12);
    expect(result.ok && result.value.standardError).toBeGreaterThan(0);
  });
});
