import { describe, expect, test } from "vitest";
import type { Distribution, NoiseKind } from "../../src/distributions/distribution.ts";
import { distributionOf, distributions, families } from "../../src/distributions/index.ts";
import { constant, input, mul } from "../../src/graph/build.ts";
import { normals, runOne } from "../inference/support/run.ts";
import { uniforms } from "../support/numbers.ts";
import { cases, given, logProbsAt, summed, type Parameters } from "./cases.ts";

const expectClose = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length);
  // Rounding of a handful of operations on numbers below 10.
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 13);
  });
};

/** What each event of noise becomes. */
const draw = (
  distribution: Distribution,
  parameters: Parameters,
  noise: readonly (readonly number[])[],
): readonly number[] => {
  const { nodes, numbers } = given(distribution, parameters);
  const shape = [
    noise.length,
    ...(distribution.signature.categorical ? [noise[0]?.length ?? 0] : []),
  ];
  const drawn = distribution.sample(nodes, input("noise", shape));
  return runOne(drawn, { ...numbers, noise: noise.flat() });
};

const standard: Readonly<Record<NoiseKind, (count: number) => readonly number[]>> = {
  normal: (count) => normals(count, 3),
  uniform: (count) => uniformNumbers(count),
  gumbel: (count) => uniformNumbers(count).map((u) => -Math.log(-Math.log(u))),
};

const uniformNumbers = (count: number): readonly number[] => {
  const next = uniforms(7);
  return Array.from({ length: count }, () => next());
};

const meanOf = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

describe.each(Object.entries(cases))("%s", (family, one) => {
  const distribution = distributionOf(family);
  const { parameters } = one;
  const about = given(distribution, parameters);
  const { expected } = summed(distribution, one);

  test(`log densities of ${family} equal SciPy's`, () => {
    const values = one.logProbs.map(([value]) => value);
    expectClose(
      logProbsAt(distribution, parameters, values),
      one.logProbs.map(([, logProb]) => logProb),
    );
  });

  test(`probabilities of ${family} sum to 1`, () => {
    expect(expected(() => 1)).toBeCloseTo(1, 5);
  });

  test(`the mean of ${family} is known, and that of its density`, () => {
    const mean = runOne(distribution.mean(about.nodes), about.numbers);
    expectClose(mean, one.mean);
    mean.forEach((value, i) => {
      const counted = (x: number): number => (mean.length === 1 ? x : Number(x === i));
      expect(value).toBeCloseTo(expected(counted), 4);
    });
  });

  test(`the entropy of ${family} is known, where it has a closed form`, () => {
    const entropy = distribution.entropy?.(about.nodes);
    expect(entropy === undefined).toBe(one.entropy === undefined);
    if (entropy !== undefined) expectClose(runOne(entropy, about.numbers), [one.entropy ?? NaN]);
  });

  test(`noise makes the draws of ${family} that it should`, () => {
    const noise = one.draws.map(([events]) => events);
    expectClose(
      draw(distribution, parameters, noise),
      one.draws.map(([, value]) => value),
    );
  });

  test(`draws of ${family} are distributed as its density says`, () => {
    const count = 20_000;
    const each = distribution.signature.categorical ? (parameters["logits"]?.length ?? 0) : 1;
    const numbers = standard[distribution.noise](count * each);
    const noise = Array.from({ length: count }, (_, i) => numbers.slice(i * each, (i + 1) * each));
    const drawn = draw(distribution, parameters, noise);
    const mean = expected((x) => x);
    const variance = expected((x) => (x - mean) ** 2);
    // By five standard errors, that of the variance from the fourth moment.
    const spread = expected((x) => ((x - mean) ** 2 - variance) ** 2);
    const among = (found: number, wanted: number, square: number): void => {
      expect(Math.abs(found - wanted)).toBeLessThan(5 * Math.sqrt(square / count) + 1e-4);
    };
    among(meanOf(drawn), mean, variance);
    among(meanOf(drawn.map((x) => (x - mean) ** 2)), variance, spread);
  });
});

describe("the registry of families", () => {
  test("tells the checker what every family takes", () => {
    expect(families.get("Categorical")).toEqual({
      name: "Categorical",
      parameters: [{ name: "logits", base: "real" }],
      support: "index",
      categorical: true,
      reparameterised: false,
    });
    expect([...families.keys()]).toEqual([...distributions.keys()]);
  });

  test("finds a call that lacks a parameter to be a bug", () => {
    const loc = constant(0, [1]);
    expect(() => distributionOf("Normal").mean({ loc })).toThrow("Normal of loc");
    expect(() => distributionOf("Cauchy")).toThrow("unknown family Cauchy");
  });

  test("parameters of size 1 broadcast over events", () => {
    const scale = mul(constant(2, [1]), constant(1, [1]));
    const logProb = distributionOf("Normal").logProb(
      { loc: constant(0, [1]), scale },
      input("x", [3]),
    );
    expect(runOne(logProb, { x: [1, 2, 3] }).length).toBe(3);
  });
});
