/** VIMCO through time: a chain of discrete latents, every path enumerated. */
import { expect, test } from "vitest";
import type { ObjectiveGraph } from "../../src/inference/graphs.ts";
import { at, average, differences, maxError, objectiveOf } from "./support/enumerate.ts";
import { gradientOf, logSumExp, type Numbers } from "./support/run.ts";
import { force, toyChain, tuples } from "./support/toys.ts";

const { log } = Math;

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
  ) as ObjectiveGraph["parameters"];
  const gradient = gradientOf(objective.surrogate, order);
  // noise.a is [T, K, B, 2].
  const noise = (tuple: readonly (readonly number[])[]): number[] =>
    [0, 1].flatMap((t) => tuple.flatMap((a) => force(at(a, t), 2)));
  const { mean } = average(
    all.map((tuple) => ({
      weight: probabilityOf(values, tuple),
      ...gradient({ ...values, "/noise.a": noise(tuple) }),
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
