/** A hidden Markov model with transitions of probability 0, every path drawn once, against the forward algorithm. */
import { expect, test } from "vitest";
import { diskPrelude, loadFromDisk } from "../../src/program/disk.ts";
import { compile } from "../../src/program/compile.ts";
import type { Node } from "../../src/graph/op.ts";
import type { Problem } from "../../src/training/problem.ts";
import { gradientOf, runOne, type Numbers } from "./support/run.ts";
import { force, tuples } from "./support/toys.ts";

const states = 3;
const transition = [
  [0.7, 0.3, 0],
  [0.3, 0.4, 0.3],
  [0, 0, 0],
];
const means = [-1, 0.5, 2];
const observed = [-0.9, -1.2, 0.4, 0.6];

/** The last state has no way out: a path that leaves it is impossible, whatever comes then. */
const source = `
dim S = 3
model HMM {
  data x[t]: real
  data T: unit[S, S] shared
  data mu: real[S] shared
  param m: real = 0
  param q: real[S] = 0
  a[0]: index[S] = argmax(onehot(0, S))
  a[t] ~ Categorical(logits = log(T[a[t-1]]))
    guide Categorical(logits = q)
  x[t] ~ Normal(loc = mu[a[t]] + m, scale = 0.5)
}
train { objective = iwae(K = 81)  estimator = vimco() }
`;

const problemOf = (): Problem => {
  const compiled = compile(
    { path: "hmm.gtm", text: source },
    { load: loadFromDisk, prelude: diskPrelude() },
  );
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join("\n"));
  return compiled.value.problem;
};

const paths = tuples(states, observed.length);
const sizes = {
  batch: 1,
  particles: paths.length,
  steps: observed.length,
  ragged: false,
  dims: {},
};

const valuesFor = (nodes: { readonly data: readonly Node[] }): Numbers => {
  expect(nodes.data).toHaveLength(3);
  return {
    x: observed,
    T: transition.flat(),
    mu: means,
    m: [0],
    q: [0, 0, 0],
    // [T, K, B, S]: particle k takes path k.
    "/noise.a": observed.flatMap((_, t) => paths.flatMap((path) => force(path[t] ?? 0, states))),
  };
};

const forward = (): number => {
  let alpha = [1, 0, 0];
  let logProb = 0;
  for (const x of observed) {
    const next = means.map((mean, to) => {
      const arrived = alpha.reduce((sum, p, from) => sum + p * (transition[from]?.[to] ?? 0), 0);
      const z = (x - mean) / 0.5;
      return (arrived * Math.exp(-0.5 * z * z)) / (0.5 * Math.sqrt(2 * Math.PI));
    });
    const total = next.reduce((a, b) => a + b, 0);
    logProb += Math.log(total);
    alpha = next.map((p) => p / total);
  }
  return logProb;
};

test("the bound is log p(x), and its gradients are numbers", () => {
  const objective = problemOf().objective(sizes);
  const values = valuesFor(objective);
  expect(runOne(objective.bound, values)[0]).toBeCloseTo(forward(), 12);
  const { gradient } = gradientOf(objective.surrogate, objective.parameters)(values);
  expect(gradient).toHaveLength(4);
  expect(gradient.every(Number.isFinite)).toBe(true);
  const [divergence] = [...objective.terms].filter(([name]) => name === "kl.a");
  // The guide draws what the prior never does.
  expect(divergence && runOne(divergence[1], values)[0]).toBe(Number.POSITIVE_INFINITY);
});
