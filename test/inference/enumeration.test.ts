/** Estimators against exact gradients: every draw is forced once and weighted by its probability. */
import { beforeAll, describe, expect, test } from "vitest";
import { logSoftmax } from "../../src/distributions/categorical.ts";
import {
  add,
  constant,
  exp,
  gather,
  input,
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
import { deriveObjective } from "../../src/inference/objective.ts";
import type { Baseline, Objective } from "../../src/inference/spec.ts";
import type { Model } from "../../src/ir/model.ts";
import { gradientOf, logSumExp, prepare, spec, type Numbers } from "./support/run.ts";
import {
  force,
  toyA,
  toyAValues,
  toyB,
  toyBNames,
  toyBValues,
  toyChain,
  tuples,
} from "./support/toys.ts";

const STATES = 4;
const valuesA = toyAValues(STATES);

const objectiveOf = (
  model: Model,
  particles: number,
  baseline: Baseline,
  steps?: number,
): Objective => {
  const derived = deriveObjective(
    model,
    spec({ bound: { kind: "iwae" }, estimator: { kind: "vimco", baseline } }),
    { batch: 1, particles, ragged: false, dims: {}, ...(steps === undefined ? {} : { steps }) },
  );
  if (!derived.ok) throw new Error(derived.diagnostics[0]?.message);
  return derived.value;
};

const log = (x: number): number => Math.log(x);
const softmaxOf = (xs: readonly number[]): number[] => xs.map((x) => Math.exp(x - logSumExp(xs)));
const at = (xs: readonly number[] | undefined, i: number): number => xs?.[i] ?? Number.NaN;
const maxError = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, i) => Math.abs(x - at(b, i))));

/** A weighted mean of vectors, and the trace of their covariance from index `from` to `to`. */
const average = (
  draws: readonly { readonly weight: number; readonly gradient: readonly number[] }[],
  [from, to]: readonly [number, number] = [0, 0],
): { readonly mean: readonly number[]; readonly variance: number } => {
  const size = draws[0]?.gradient.length ?? 0;
  const mean = Array.from({ length: size }, (_, i) =>
    draws.reduce((total, { weight, gradient }) => total + weight * at(gradient, i), 0),
  );
  const variance = draws.reduce((total, { weight, gradient }) => {
    let squared = 0;
    for (let i = from; i < to; i += 1) squared += (at(gradient, i) - at(mean, i)) ** 2;
    return total + weight * squared;
  }, 0);
  return { mean, variance };
};

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
    "noise.a": tuple.flatMap((a) => force(a, STATES)),
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

/** Central differences of a function of named numbers; step 1e-5 leaves errors of 1e-10 for these smooth functions. */
const differences = (
  value: (values: Numbers) => number,
  values: Numbers,
  names: readonly string[],
): readonly number[] =>
  names.flatMap((name) =>
    (values[name] ?? []).map((x, i) => {
      const moved = (to: number): Numbers => ({
        ...values,
        [name]: (values[name] ?? []).with(i, to),
      });
      return (value(moved(x + 1e-5)) - value(moved(x - 1e-5))) / 2e-5;
    }),
  );

describe("a discrete and a continuous latent, K = 2", () => {
  const STATES = 3;
  const values = toyBValues(STATES);
  /** Gauss-Hermite nodes of N(0, 1): the estimator is exact for noise of this distribution, too. */
  const nodes = [-Math.sqrt(3), 0, Math.sqrt(3)];
  const nodeWeights = [1 / 6, 2 / 3, 1 / 6];
  const draws = tuples(STATES, 2).flatMap((addresses) =>
    tuples(nodes.length, 2).map((places) => ({ addresses, places })),
  );

  test.each(["arithmetic", "geometric"] as const)("VIMCO and path, %s", (baseline) => {
    const parameters = toyBNames.map((name) => input(name, [STATES]));
    const named = new Map(toyBNames.map((name, i) => [name as string, parameters[i] as Node]));
    const index = input("index", [draws.length, 2], "int");
    const eps = input("eps", [draws.length, 2]);
    const chance = input("chance", [draws.length, 1]);
    const pick = (name: string): Node => gather(named.get(name) ?? constant(0), index);
    const logNormal = (z: Node, loc: Node, logScale: Node): Node => {
      const u = mul(sub(z, loc), exp(neg(logScale)));
      return sub(mul(-0.5, mul(u, u)), add(logScale, 0.5 * log(2 * Math.PI)));
    };
    const logQa = gather(logSoftmax(named.get("qa") ?? constant(0)), index);
    const z = add(pick("qz.loc"), mul(exp(pick("qz.scale")), eps));
    const logits = add(mul(pick("w"), z), pick("c"));
    const logWeight = [
      gather(logSoftmax(named.get("pa") ?? constant(0)), index),
      logNormal(z, pick("pz.loc"), pick("pz.scale")),
      neg(softplus(neg(logits))),
      neg(logQa),
      neg(logNormal(z, pick("qz.loc"), pick("qz.scale"))),
    ].reduce(add);
    const probability = mul(chance, exp(sum(logQa, [1])));
    const bound = reshape(sum(mul(probability, logMeanExp(logWeight)), [0, 1]), []);
    const exact = gradientOf(
      bound,
      parameters,
    )({
      ...values,
      index: draws.flatMap(({ addresses }) => addresses),
      eps: draws.flatMap(({ places }) => places.map((i) => at(nodes, i))),
      chance: draws.map(({ places }) => places.reduce((p, i) => p * at(nodeWeights, i), 1)),
    });

    const objective = objectiveOf(toyB(STATES), 2, baseline);
    const order = toyBNames.map((name) =>
      objective.parameters.find(({ attrs }) => attrs.name === name),
    ) as Objective["parameters"];
    const gradient = gradientOf(objective.surrogate, order);
    const q = softmaxOf(values["qa"] ?? []);
    const { mean } = average(
      draws.map(({ addresses, places }) => ({
        weight:
          addresses.reduce((p, a) => p * at(q, a), 1) *
          places.reduce((p, i) => p * at(nodeWeights, i), 1),
        ...gradient({
          ...values,
          "noise.a": addresses.flatMap((a) => force(a, STATES)),
          "noise.z": places.map((i) => at(nodes, i)),
        }),
      })),
    );
    expect(maxError(mean, exact.gradient)).toBeLessThan(1e-10);
    expect(Math.max(...mean.map(Math.abs))).toBeGreaterThan(0.05);
  });
});

describe("discrete latents in time", () => {
  const values: Numbers = {
    transition: [0.3, -0.8, 0.9, 0.1],
    slope: [0.7, -0.4],
    emission: [1.2, -0.6],
    start: [1, 0.5],
    x: [1, 0],
  };
  const names = ["transition", "slope", "emission", "start"];

  /** log p(x, a) and log q(a) of one path, written out. */
  const path = (v: Numbers, a: readonly number[]): readonly [number, number] => {
    let logP = 0;
    let logQ = 0;
    let state: readonly number[] = v["start"] ?? [];
    a.forEach((now, t) => {
      const x = at(v["x"], t);
      const logits = [0, 1].map(
        (j) => at(state, 0) * at(v["transition"], j) + at(state, 1) * at(v["transition"], 2 + j),
      );
      const guide = logits.map((l, j) => l + x * at(v["slope"], j));
      logP += at(logits, now) - logSumExp(logits);
      logQ += at(guide, now) - logSumExp(guide);
      const emission = at(v["emission"], now);
      logP += x * emission - log(1 + Math.exp(emission));
      state = now === 0 ? [1, 0] : [0, 1];
    });
    return [logP, logQ];
  };
  const K = 2;
  const paths = tuples(2, 2);
  const all = tuples(paths.length, K).map((chosen) => chosen.map((i) => paths[i] ?? []));
  const probabilityOf = (v: Numbers, tuple: readonly (readonly number[])[]): number =>
    Math.exp(tuple.reduce((total, a) => total + path(v, a)[1], 0));
  const expected = (v: Numbers): number =>
    all.reduce((total, tuple) => {
      const weights = tuple.map((a) => path(v, a)[0] - path(v, a)[1]);
      return total + probabilityOf(v, tuple) * (logSumExp(weights) - log(K));
    }, 0);

  test("VIMCO through scan: whole-sequence weights", () => {
    const objective = objectiveOf(toyChain(), K, "geometric", 2);
    const order = names.map((name) =>
      objective.parameters.find(({ attrs }) => attrs.name === name),
    ) as Objective["parameters"];
    const gradient = gradientOf(objective.surrogate, order);
    // noise.a is [T, K, B, 2].
    const noise = (tuple: readonly (readonly number[])[]): number[] =>
      [0, 1].flatMap((t) => tuple.flatMap((a) => force(at(a, t), 2)));
    const { mean } = average(
      all.map((tuple) => ({
        weight: probabilityOf(values, tuple),
        ...gradient({ ...values, "noise.a": noise(tuple) }),
      })),
    );
    expect(maxError(mean, differences(expected, values, names))).toBeLessThan(1e-8);
  });

  test("the expected bound rises with K and stays below log p(x)", () => {
    const weights = paths.map((a) => path(values, a));
    const logProb = logSumExp(weights.map(([p]) => p));
    const bounds = [1, 2, 3].map((k) =>
      tuples(paths.length, k).reduce((total, chosen) => {
        const q = chosen.reduce((sum, i) => sum + at(weights[i], 1), 0);
        const logWeights = chosen.map((i) => at(weights[i], 0) - at(weights[i], 1));
        return total + Math.exp(q) * (logSumExp(logWeights) - log(k));
      }, 0),
    );
    expect(at(bounds, 0)).toBeLessThan(at(bounds, 1));
    expect(at(bounds, 1)).toBeLessThan(at(bounds, 2));
    expect(at(bounds, 2)).toBeLessThan(logProb);
  });
});
