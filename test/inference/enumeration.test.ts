/** VIMCO for a discrete latent: every draw is forced once and weighted by its probability. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  add,
  exp,
  gather,
  input,
  logSoftmax,
  mul,
  neg,
  reshape,
  softmax,
  softplus,
  stop,
  sub,
  sum,
} from "../../src/graph/build.ts";
import type { Node, NodeOf } from "../../src/graph/op.ts";
import { logMeanExp, vimcoSurrogate } from "../../src/inference/estimator.ts";
import { at, average, differences, maxError, objectiveOf, softmaxOf } from "./support/enumerate.ts";
import { uniforms } from "../support/numbers.ts";
import {
  gradientOf,
  logSumExp,
  prepare,
  runOne,
  legalObjective,
  spec,
  type Numbers,
} from "./support/run.ts";
import { force, toyA, toyAValues, tuples } from "./support/toys.ts";

const STATES = 4;
const valuesA = toyAValues(STATES);
const { log } = Math;

describe.each([2, 3, 4])("a discrete latent, K = %i", (particles) => {
  const all = tuples(STATES, particles);
  const q = softmaxOf(valuesA["phi"] ?? []);
  const weightOf = (tuple: readonly number[]): number => tuple.reduce((p, a) => p * at(q, a), 1);
  const PHI = [STATES, 2 * STATES] as const;

  const parameters = ["theta", "phi", "f"].map((name) => input(name, [STATES]));
  const [theta, phi, f] = parameters as [NodeOf<"input">, NodeOf<"input">, NodeOf<"input">];
  /** log p(x, h) - log q(h) and log q(h) for every h, without the engine. */
  const logGuide = logSoftmax(phi);
  const logWeight = sub(sub(logSoftmax(theta), softplus(neg(f))), logGuide);

  /** The gradient of Σ over tuples of probability × L, by reverse mode through both factors. */
  const exact = (): readonly number[] => {
    const index = input("index", [all.length, particles], "int");
    const probability = exp(sum(gather(logGuide, index), [1]));
    const bound = sum(mul(probability, logMeanExp(gather(logWeight, index))), [0, 1]);
    return gradientOf(reshape(bound, []), parameters)({ ...valuesA, index: all.flat() }).gradient;
  };

  /** A surrogate of log weights and log q [1, K], averaged over all tuples. */
  const averaged = (
    surrogate: (logWeights: Node, logGuide: Node) => Node,
  ): ReturnType<typeof average> => {
    const index = input("index", [1, particles], "int");
    const value = sum(surrogate(gather(logWeight, index), gather(logGuide, index)), [0, 1]);
    const gradient = gradientOf(reshape(value, []), parameters);
    return average(
      all.map((tuple) => ({ weight: weightOf(tuple), ...gradient({ ...valuesA, index: tuple }) })),
      PHI,
    );
  };

  const noiseOf = (tuple: readonly number[]): Numbers => ({
    ...valuesA,
    "/noise.a": tuple.flatMap((a) => force(a, STATES)),
  });

  let exactGradient: readonly number[] = [];
  beforeAll(() => {
    exactGradient = exact();
  });

  test.each(["arithmetic", "geometric"] as const)("VIMCO, %s, through the engine", (baseline) => {
    const { surrogate, parameters: inputs } = objectiveOf(toyA(STATES), particles, baseline);
    const gradient = gradientOf(surrogate, inputs);
    const { mean } = average(
      all.map((tuple) => ({ weight: weightOf(tuple), ...gradient(noiseOf(tuple)) })),
    );
    expect(maxError(mean, exactGradient)).toBeLessThan(1e-10);
  });

  test("the bound's value, tuple by tuple, is the logarithm of the mean weight", () => {
    const { bound, terms } = objectiveOf(toyA(STATES), particles, "arithmetic");
    const execute = prepare(new Map([["bound", bound], ...terms]));
    const p = softmaxOf(valuesA["theta"] ?? []);
    for (const tuple of all.slice(0, 20)) {
      const results = execute(noiseOf(tuple));
      const weights = tuple.map(
        (a) => log(at(p, a)) - log(1 + Math.exp(-at(valuesA["f"], a))) - log(at(q, a)),
      );
      expect(at(results.get("bound"), 0)).toBeCloseTo(logSumExp(weights) - log(particles), 12);
      const kl = q.reduce((total, qa, a) => total + qa * log(qa / at(p, a)), 0);
      expect(at(results.get("kl.a"), 0)).toBeCloseTo(kl, 12);
    }
  });

  test("the exact gradient is that of finite differences", () => {
    const value = (values: Numbers): number => {
      const q = softmaxOf(values["phi"] ?? []);
      const p = softmaxOf(values["theta"] ?? []);
      return all.reduce((total, tuple) => {
        const weights = tuple.map(
          (a) => log(at(p, a)) - log(1 + Math.exp(-at(values["f"], a))) - log(at(q, a)),
        );
        const probability = tuple.reduce((product, a) => product * at(q, a), 1);
        return total + probability * (logSumExp(weights) - log(particles));
      }, 0);
    };
    expect(
      maxError(differences(value, valuesA, ["theta", "phi", "f"]), exactGradient),
    ).toBeLessThan(1e-8);
  });

  test("adding -w twice, or the own weight in the baseline, is found out", () => {
    const twice = averaged((lw, lq) =>
      add(vimcoSurrogate(lw, lq, "arithmetic"), neg(sum(mul(stop(softmax(lw)), lq), [1]))),
    );
    expect(maxError(twice.mean, exactGradient)).toBeGreaterThan(0.05);
    const own = averaged((lw, lq) => {
      const bound = logMeanExp(lw);
      return add(bound, sum(mul(stop(sub(bound, bound)), lq), [1]));
    });
    expect(maxError(own.mean, exactGradient)).toBeGreaterThan(0.05);
  });

  test("baselines lower the variance; model parameters do not need the score term", () => {
    const plain = averaged((lw, lq) => {
      const bound = logMeanExp(lw);
      return add(bound, sum(mul(stop(bound), lq), [1]));
    });
    const arithmetic = averaged((lw, lq) => vimcoSurrogate(lw, lq, "arithmetic"));
    const geometric = averaged((lw, lq) => vimcoSurrogate(lw, lq, "geometric"));
    expect(maxError(plain.mean, exactGradient)).toBeLessThan(1e-10);
    expect(arithmetic.variance).toBeLessThan(plain.variance);
    expect(geometric.variance).toBeLessThan(arithmetic.variance + 1e-12);

    const without = averaged((lw) => logMeanExp(lw));
    const model = (gradient: readonly number[]): readonly number[] => [
      ...gradient.slice(0, STATES),
      ...gradient.slice(2 * STATES),
    ];
    expect(maxError(model(without.mean), model(exactGradient))).toBeLessThan(1e-12);
  });
});

test("a guide that is the posterior: every draw gives log p(x) and a signal of 0", () => {
  const joint = toyAValues(STATES);
  const logPrior = softmaxOf(joint["theta"] ?? []).map(log);
  const phi = logPrior.map((l, a) => l - log(1 + Math.exp(-at(joint["f"], a))));
  const values = { ...joint, phi };
  const { bound, surrogate } = objectiveOf(toyA(STATES), 3, "geometric");
  const results = prepare(
    new Map([
      ["bound", bound],
      ["surrogate", surrogate],
    ]),
  );
  for (const tuple of tuples(STATES, 3).slice(0, 30)) {
    const drawn = results({ ...values, "/noise.a": tuple.flatMap((a) => force(a, STATES)) });
    expect(at(drawn.get("bound"), 0)).toBeCloseTo(logSumExp(phi), 13);
    expect(at(drawn.get("surrogate"), 0)).toBeCloseTo(logSumExp(phi), 13);
  }
});

test("numbers of draws: the mean over 20000 is within four standard errors", () => {
  const draws = 20_000;
  const particles = 3;
  const gumbel = uniforms(17);
  const noise = Array.from({ length: particles * draws * STATES }, () => -log(-log(gumbel())));
  const derived = legalObjective(toyA(STATES), spec({ bound: { kind: "iwae" } }), {
    batch: draws,
    particles,
    ragged: false,
    dims: {},
  });
  const { bound } = derived;
  const [mean = Number.NaN] = runOne(bound, {
    ...valuesA,
    x: Array.from({ length: draws }, () => 1),
    "/noise.a": noise,
  });
  const q = softmaxOf(valuesA["phi"] ?? []);
  const p = softmaxOf(valuesA["theta"] ?? []);
  const weight = q.map((qa, a) => log(at(p, a) / qa) - log(1 + Math.exp(-at(valuesA["f"], a))));
  let exact = 0;
  let squares = 0;
  for (const tuple of tuples(STATES, particles)) {
    const probability = tuple.reduce((product, a) => product * at(q, a), 1);
    const value = logSumExp(tuple.map((a) => at(weight, a))) - log(particles);
    exact += probability * value;
    squares += probability * value * value;
  }
  expect(Math.abs(mean - exact)).toBeLessThan(4 * Math.sqrt((squares - exact ** 2) / draws));
});
