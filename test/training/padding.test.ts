/** Padding is never data: a ragged batch is worth what its sequences are worth alone, and so are its gradients. */
import { describe, expect, test } from "vitest";
import { distributions } from "../../src/distributions/index.ts";
import { differentiate } from "../../src/graph/gradient.ts";
import type { Graph } from "../../src/graph/op.ts";
import { inputsOf } from "../../src/graph/walk.ts";
import { compile, type Batch, type Dataset } from "../../src/index.ts";
import { builtins } from "../../src/language/check/values/builtins.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { feedStep, type Feed } from "../../src/training/feed.ts";
import { initialise } from "../../src/training/initialise.ts";
import type { ObjectiveGraph } from "../../src/inference/graphs.ts";
import type { Problem } from "../../src/training/problem.ts";

/**
 * What a step computes of positive data `p` and `q`, of data on a simplex `s`, of an index `i`, of the state `c`, which
 * counts down to 1 at the last step that exists, and of what was drawn before, `y`. Where data are 0 or the state has gone on,
 * nearly all of it is undefined or has no derivative. `m` is a parameter.
 */
const computed: Readonly<Record<string, string>> = {
  exp: "exp(m * (300 / p[t] - 300))",
  log: "log(m * p[t]) + log(m * c[t]) + log(y[t-1] + c[t] - 0.5)",
  sqrt: "sqrt(m * p[t]) + sqrt(m * (c[t] - 0.5))",
  power: "(m * p[t]) ^ 1.5 + p[t] ^ (0 - m)",
  division: "m / p[t] + m / c[t]",
  square: "square(m / c[t])",
  sin: "sin(m / p[t])",
  cos: "cos(m / c[t])",
  lgamma: "lgamma(m * p[t]) + lgamma(m * c[t])",
  digamma: "digamma(m * p[t]) + digamma(m * c[t])",
  abs: "abs(m / c[t])",
  tanh: "tanh(m / p[t])",
  sigmoid: "sigmoid(m / c[t])",
  softplus: "softplus(m / p[t])",
  relu: "relu(m / p[t])",
  stop: "stop(1 / c[t]) * m",
  sum: "sum(log(m * s[t]))",
  mean: "mean(log(m * s[t]))",
  prod: "log(m * prod(s[t]))",
  norm: "log(norm(m * s[t]) - 0.1)",
  logsumexp: "logsumexp(log(m * s[t]))",
  var: "log(var(m * s[t]))",
  std: "log(std(m * s[t]) - 1e-6)",
  where: "where(p[t] > 0, log(m * p[t]), 1 / c[t])",
  clamp: "log(m * clamp(p[t], 0, 9))",
  sinh: "log(sinh(m * p[t]))",
  cosh: "cosh(m / p[t])",
  range: "log(m * sum(range(3) * s[t]))",
  eye: "sum(log(m * (eye(3) @ s[t])))",
  max: "log(m * max(s[t])) + log(max(m * p[t], 0))",
  min: "log(m * min(s[t])) + log(min(m * p[t], 9))",
  cumsum: "sum(log(m * cumsum(s[t])))",
  cumprod: "sum(log(m * cumprod(s[t])))",
  softmax: "sum(log(softmax(log(m * s[t]))))",
  normalize: "sum(log(normalize(m * s[t])))",
  argsort: "sum(log(take(m * s[t], argsort(s[t]))))",
  untake: "sum(log(untake(m * s[t], argsort(s[t]))))",
  argmax: "log(m * s[t][argmax(s[t])])",
  argmin: "log(m * s[t][argmin(s[t])])",
  shift: "sum(log(m * shift(s[t], s[t])))",
  dot: "log(dot(m * s[t], s[t]))",
  outer: "sum(sum(log(outer(m * s[t], s[t]))))",
  cosine: "log(sum(cosine(s[t], outer(m * s[t], s[t]))) - 0.5)",
  push: "sum(sum(log(push(outer(m * s[t], s[t]), s[t]))))",
  off_diag: "log(sum(sum(off_diag(outer(m * s[t], s[t])))))",
  transpose: "sum(sum(log(transpose(outer(m * s[t], s[t])))))",
  flat: "sum(log(flat(outer(m * s[t], s[t]))))",
  col: "log(m * col(s[t], 1))",
  onehot: "log(m * sum(onehot(i[t], 3) * s[t]))",
};

const observed: Readonly<Record<string, readonly [type: string, site: string]>> = {
  Normal: ["real", "Normal(loc = v[t], scale = exp(log(p[t] - 0.5)))"],
  LogNormal: ["pos", "LogNormal(loc = v[t], scale = exp(log(p[t] - 0.5)))"],
  Laplace: ["real", "Laplace(loc = v[t], scale = exp(log(p[t] - 0.5)))"],
  Logistic: ["real", "Logistic(loc = v[t], scale = exp(log(p[t] - 0.5)))"],
  Exponential: ["pos", "Exponential(rate = exp(v[t] * log(p[t] - 0.5)))"],
  Uniform: ["real", "Uniform(low = v[t] - 50, width = 100 * exp(log(p[t] - 0.5)))"],
  Poisson: ["count", "Poisson(rate = exp(v[t] * log(p[t] - 0.5)))"],
  Bernoulli: ["unit", "Bernoulli(logits = log(p[t] - 0.5) + v[t])"],
  Categorical: ["index[3]", "Categorical(logits = v[t] * log(s[t]))"],
};

const text = (family: string, value: string): string => {
  const [type = "", site = ""] = observed[family] ?? [];
  return `model M {
  data x[t]: ${type}
  data p[t]: pos
  data s[t]: simplex[3]
  data i[t]: index[3]
  data start: pos
  param m: pos = 0.3
  c[0]: real = start
  y[0]: pos = 1
  c[t] = c[t-1] - 1
  v[t] = ${value}
  y[t] ~ LogNormal(loc = m, scale = 0.5)
    guide LogNormal(loc = 0.1 * tanh(v[t]), scale = 0.4)
  x[t] ~ ${site}
}
train { objective = elbo  batch = 3  steps = 1 }
`;
};

const LENGTHS = [3, 1, 2];

const values: Readonly<Record<string, (k: number) => number>> = {
  x: (k) => [1, 0, 1, 1][k % 4] ?? 0,
  p: (k) => 1.3 + 0.1 * (k % 5),
  s: (k) => [0.2, 0.3, 0.5][k % 3] ?? 0,
  i: (k) => k % 3,
};

/** Sequences padded to `steps` with `padding`. */
const batchOf = (
  lengths: readonly number[],
  first: number,
  steps: number,
  padding: number,
  positive: boolean,
): Batch => {
  const fields = Object.entries(values).map(([name, value]) => {
    const size = name === "s" ? 3 : 1;
    const shape = [lengths.length, steps, ...(name === "s" ? [3] : [])];
    const data = new Float32Array(lengths.length * steps * size).fill(padding);
    lengths.forEach((length, b) => {
      for (let k = 0; k < length * size; k += 1) {
        const shift = name === "x" && positive ? 0.5 : 0;
        data[b * steps * size + k] = value((first + b) * 3 * size + k) + shift;
      }
    });
    return [name, { shape, data }] as const;
  });
  const start = { shape: [lengths.length], data: Float32Array.from(lengths, (n) => n + 1) };
  return { fields: new Map([...fields, ["start", start]]), lengths: Int32Array.from(lengths) };
};

const datasetOf = (batch: Batch, steps: number, ragged: boolean): Dataset => ({
  name: "hand",
  fields: [...batch.fields].map(([name, { shape }]) => {
    const per = name === "start" ? "sequence" : "step";
    return { name, per, shape: shape.slice(per === "step" ? 2 : 1) };
  }),
  steps,
  ragged,
  regions: [],
  images: new Map(),
  batch: () => batch,
});

const numbersOf = (graph: Graph, feed: Feed): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries([...evaluate(graph, feed)].map(([name, { data }]) => [name, [...data]]));

const withGradients = (objective: ObjectiveGraph): Graph => {
  const { outputs, gradients } = differentiate(
    new Map([["bound", objective.bound], ...objective.terms]),
    "bound",
    objective.parameters,
  );
  const all = new Map([...outputs, ...gradients.map((g, k) => [`gradient ${k}`, g] as const)]);
  return { inputs: inputsOf(all.values()), outputs: all };
};

interface Evaluated {
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly feed: Feed;
}

const evaluateBatch = (
  problem: Problem,
  batch: Batch,
  steps: number,
  noise: ((name: string, shape: readonly number[]) => HostArray) | undefined,
): Evaluated => {
  const ragged = noise === undefined;
  const size = batch.lengths?.length ?? 1;
  const sizes = { batch: size, particles: 1, steps, ragged, dims: {} };
  const objective = problem.objective(sizes);
  const dataset = datasetOf(batch, steps, ragged);
  const at = { seed: 1, split: "train", index: 1 } as const;
  const { feed } = feedStep(objective, dataset, sizes, at);
  const given = new Map([
    ...feed,
    ...initialise(problem.parameters, 1),
    ...(noise === undefined
      ? []
      : objective.noise.map(({ name, shape }) => [name, noise(name, shape)] as const)),
  ]);
  return { numbers: numbersOf(withGradients(objective), given), feed };
};

const problemOf = (family: string, value: string): Problem => {
  const program = compile({ path: "m.gtm", text: text(family, value) });
  if (!program.ok) throw new Error(program.diagnostics.map(({ message }) => message).join("; "));
  return program.value.problem;
};

const check = (family: string, value: string): void => {
  const problem = problemOf(family, value);
  const positive = family === "LogNormal";
  const whole = (steps: number, padding: number): Evaluated =>
    evaluateBatch(problem, batchOf(LENGTHS, 0, steps, padding, positive), steps, undefined);
  for (const steps of [3, 5]) {
    const { numbers, feed } = whole(steps, 0);
    const alone = LENGTHS.map((length, b) => {
      const batch = batchOf([length], b, length, 0, positive);
      return evaluateBatch(problem, batch, length, (name, shape) => {
        const { data } = feed.get(name) ?? { data: [] };
        // One number per step and sequence.
        const own = Array.from({ length }, (_, t) => data[t * LENGTHS.length + b] ?? NaN);
        return { shape, data: Float32Array.from(own) };
      }).numbers;
    });
    for (const name of ["bound", "gradient 0"]) {
      const mean = alone.reduce((sum, one) => sum + (one[name]?.[0] ?? NaN), 0) / alone.length;
      expect(Number.isFinite(mean), name).toBe(true);
      // Sums of ten numbers in another order, in double precision.
      expect(Math.abs((numbers[name]?.[0] ?? NaN) - mean), name).toBeLessThan(
        1e-12 * Math.max(1, Math.abs(mean)),
      );
    }
    for (const garbage of [NaN, 1e30]) expect(whole(steps, garbage).numbers).toEqual(numbers);
  }
};

describe("a ragged batch is worth what its sequences are", () => {
  test.each([...distributions.keys()])("observations of %s", (family) => {
    check(family, "log(m * p[t]) + m / c[t]");
  });

  test.each(Object.entries(computed))("through %s", (_, value) => {
    check("Normal", value);
  });

  test("every function is among them", () => {
    const used = Object.values(computed).join(" ");
    const still = new Set(["ones", "zeros", "randn"]);
    const missing = [...builtins.keys()].filter(
      (name) => !still.has(name) && !used.includes(`${name}(`),
    );
    expect(missing).toEqual([]);
  });
});
