import { describe, expect, test } from "vitest";
import { bernoulli } from "../../src/distributions/bernoulli.ts";
import { categorical } from "../../src/distributions/categorical.ts";
import type { Arguments, Distribution } from "../../src/distributions/distribution.ts";
import { distributionOf, distributions, families } from "../../src/distributions/index.ts";
import { laplace } from "../../src/distributions/laplace.ts";
import { logNormal } from "../../src/distributions/log-normal.ts";
import { normal } from "../../src/distributions/normal.ts";
import { constant, exp, input, mul } from "../../src/graph/build.ts";
import type { Node } from "../../src/graph/op.ts";
import { uniforms } from "../support/numbers.ts";
import { normals, runOne } from "../inference/support/run.ts";

const given = (values: Readonly<Record<string, number>>): Arguments =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value, [1])]));

const vector = (values: readonly number[]): [Node, { readonly x: readonly number[] }] => [
  input("x", [values.length]),
  { x: values },
];

const logProbs = (
  distribution: Distribution,
  parameters: Readonly<Record<string, number>>,
  values: readonly number[],
): readonly number[] => {
  const [x, inputs] = vector(values);
  return runOne(distribution.logProb(given(parameters), x), inputs);
};

const expectClose = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length);
  // Rounding of a handful of operations on numbers below 10.
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 13);
  });
};

// from scipy import stats as s; s.norm(.5,2).logpdf([1.3,-4]); s.lognorm(s=.7,scale=exp(.2)).logpdf([.3,2.5]);
// s.laplace(-.4,1.5).logpdf([1,-3]); s.bernoulli(expit(-.3)).logpmf([1,0])
describe("log densities equal SciPy's", () => {
  test.each([
    [normal, { loc: 0.5, scale: 2 }, [1.3, -4], [-1.6920857137646181, -4.143335713764618]],
    [logNormal, { loc: 0.2, scale: 0.7 }, [0.3, 2.5], [-1.369657759722487, -2.002097599271537]],
    [laplace, { loc: -0.4, scale: 1.5 }, [1, -3], [-2.0319456220014427, -2.8319456220014434]],
    [bernoulli, { logits: -0.3 }, [1, 0], [-0.8543552444685271, -0.5543552444685272]],
  ])("%#", (distribution, parameters, at, expected) => {
    expectClose(logProbs(distribution, parameters, at), expected);
  });

  test("categorical, over its last axis", () => {
    const logits = input("logits", [2, 1, 3]);
    const index = input("index", [2, 2], "int");
    const values = { logits: [1, 2, 3, 0, 0, 0], index: [2, 0, 1, 1] };
    const third = -Math.log(3);
    expectClose(runOne(categorical.logProb({ logits }, index), values), [
      -0.4076059644443804,
      -2.4076059644443806,
      third,
      third,
    ]);
  });
});

describe("entropies and means equal SciPy's", () => {
  const entropyOf = (distribution: Distribution, parameters: Arguments): readonly number[] => {
    if (distribution.entropy === undefined) throw new Error("no entropy");
    return runOne(distribution.entropy(parameters));
  };

  test("entropies", () => {
    expectClose(entropyOf(normal, given({ loc: 0.5, scale: 2 })), [2.112085713764618]);
    expectClose(entropyOf(laplace, given({ loc: -0.4, scale: 1.5 })), [2.09861228866811]);
    expectClose(entropyOf(bernoulli, given({ logits: -0.3 })), [0.6820224894250295]);
    const logits = input("logits", [1, 3]);
    const entropy = categorical.entropy?.({ logits }) ?? constant(0);
    expectClose(runOne(entropy, { logits: [1, 2, 3] }), [0.832395581839939]);
  });

  test("means", () => {
    expectClose(runOne(logNormal.mean(given({ loc: 0.2, scale: 0.7 }))), [1.5604901958326667]);
    expectClose(runOne(bernoulli.mean(given({ logits: 0 }))), [0.5]);
    expectClose(runOne(normal.mean(given({ loc: 3, scale: 1 }))), [3]);
    const logits = input("logits", [1, 2]);
    expectClose(runOne(categorical.mean({ logits }), { logits: [0, Math.log(3)] }), [0.25, 0.75]);
  });
});

/** The integral of exp(logProb) · f by the midpoint rule; the error is far below 1e-6 for these widths. */
const integral = (
  distribution: Distribution,
  parameters: Readonly<Record<string, number>>,
  [low, high]: readonly [number, number],
): number => {
  const count = 40_000;
  const width = (high - low) / count;
  const at = Array.from({ length: count }, (_, i) => low + (i + 0.5) * width);
  const [x, inputs] = vector(at);
  const densities = runOne(exp(distribution.logProb(given(parameters), x)), inputs);
  return densities.reduce((sum, p) => sum + p * width, 0);
};

describe("densities integrate to 1", () => {
  test.each([
    [normal, { loc: 0.5, scale: 2 }, [-20, 21]],
    [logNormal, { loc: 0.2, scale: 0.5 }, [0, 40]],
    [laplace, { loc: -0.4, scale: 1.5 }, [-40, 39]],
  ] as const)("%#", (distribution, parameters, range) => {
    expect(integral(distribution, parameters, range)).toBeCloseTo(1, 5);
  });

  test("the two outcomes of a Bernoulli", () => {
    const [one = 0, zero = 0] = logProbs(bernoulli, { logits: 1.7 }, [1, 0]);
    expect(Math.exp(one) + Math.exp(zero)).toBeCloseTo(1, 14);
  });
});

describe("samples", () => {
  const count = 20_000;
  const next = uniforms(7);
  const uniform = Array.from({ length: count }, () => next());

  const moments = (xs: readonly number[]): readonly [mean: number, variance: number] => {
    const mean = xs.reduce((sum, x) => sum + x, 0) / xs.length;
    return [mean, xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / xs.length];
  };

  /** Within five standard errors of the mean and of the variance (from the fourth moment m4). */
  const expectMoments = (
    xs: readonly number[],
    mean: number,
    variance: number,
    m4: number,
  ): void => {
    const [m, v] = moments(xs);
    expect(Math.abs(m - mean)).toBeLessThan(5 * Math.sqrt(variance / count));
    expect(Math.abs(v - variance)).toBeLessThan(5 * Math.sqrt((m4 - variance ** 2) / count));
  };

  const sample = (
    distribution: Distribution,
    parameters: Readonly<Record<string, number>>,
    noise: readonly number[],
  ): readonly number[] => {
    const [x, inputs] = vector(noise);
    return runOne(distribution.sample(given(parameters), x), inputs);
  };

  test("Normal", () => {
    expectMoments(sample(normal, { loc: 0.5, scale: 2 }, normals(count, 3)), 0.5, 4, 3 * 16);
  });

  test("Laplace", () => {
    // Variance 2 b², fourth moment 24 b⁴.
    expectMoments(sample(laplace, { loc: -0.4, scale: 1.5 }, uniform), -0.4, 4.5, 24 * 1.5 ** 4);
  });

  test("Laplace at given quantiles, and finite at the ends", () => {
    const drawn = sample(laplace, { loc: -0.4, scale: 1.5 }, [0.1, 0.8, 0, 1]);
    expectClose(drawn.slice(0, 2), [-2.8141568686511502, 0.9744360978112331]);
    expect(drawn.every(Number.isFinite)).toBe(true);
  });

  test("LogNormal is the exponential of Normal", () => {
    const noise = normals(8, 5);
    const parameters = { loc: 0.2, scale: 0.7 };
    expectClose(
      sample(logNormal, parameters, noise),
      sample(normal, parameters, noise).map(Math.exp),
    );
  });

  test("Bernoulli", () => {
    const p = 1 / (1 + Math.exp(0.3));
    const drawn = sample(bernoulli, { logits: -0.3 }, uniform);
    expect(new Set(drawn)).toEqual(new Set([0, 1]));
    const [mean] = moments(drawn);
    expect(Math.abs(mean - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / count));
  });

  test("Categorical: Gumbel-max frequencies are softmax(logits)", () => {
    const logits = [0.3, -1, 1.2];
    const gumbel = Array.from({ length: 3 * count }, () => -Math.log(-Math.log(next())));
    const drawn = runOne(
      categorical.sample({ logits: input("logits", [1, 3]) }, input("noise", [count, 3])),
      { logits, noise: gumbel },
    );
    const total = logits.reduce((sum, l) => sum + Math.exp(l), 0);
    logits.forEach((l, index) => {
      const p = Math.exp(l) / total;
      const frequency = drawn.filter((i) => i === index).length / count;
      expect(Math.abs(frequency - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / count));
    });
  });
});

describe("the registry", () => {
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

  test("a call that lacks a parameter is a bug", () => {
    const loc = constant(0, [1]);
    expect(() => distributionOf("Normal").mean({ loc })).toThrow("Normal of loc");
    expect(() => distributionOf("Cauchy")).toThrow("unknown family Cauchy");
  });

  test("parameters of size 1 broadcast over events", () => {
    const [x, inputs] = vector([1, 2, 3]);
    const scale = mul(constant(2, [1]), constant(1, [1]));
    const logProb = normal.logProb({ loc: constant(0, [1]), scale }, x);
    expect(runOne(logProb, inputs).length).toBe(3);
  });
});
