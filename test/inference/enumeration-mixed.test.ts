/** VIMCO and path together: a discrete latent, a continuous one given it, K = 2, every draw enumerated. */
import { expect, test } from "vitest";
import {
  add,
  constant,
  exp,
  gather,
  input,
  logSoftmax,
  mul,
  neg,
  reshape,
  softplus,
  sub,
  sum,
} from "../../src/graph/build.ts";
import type { Node } from "../../src/graph/op.ts";
import { logMeanExp } from "../../src/inference/estimator.ts";
import type { ObjectiveGraph } from "../../src/inference/graphs.ts";
import { at, average, maxError, objectiveOf, softmaxOf } from "./support/enumerate.ts";
import { gradientOf } from "./support/run.ts";
import { force, toyB, toyBNames, toyBValues, tuples } from "./support/toys.ts";

const { log } = Math;

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
  ) as ObjectiveGraph["parameters"];
  const gradient = gradientOf(objective.surrogate, order);
  const q = softmaxOf(values["qa"] ?? []);
  const { mean } = average(
    draws.map(({ addresses, places }) => ({
      weight:
        addresses.reduce((p, a) => p * at(q, a), 1) *
        places.reduce((p, i) => p * at(nodeWeights, i), 1),
      ...gradient({
        ...values,
        "/noise.a": addresses.flatMap((a) => force(a, STATES)),
        "/noise.z": places.map((i) => at(nodes, i)),
      }),
    })),
  );
  expect(maxError(mean, exact.gradient)).toBeLessThan(1e-10);
  expect(Math.max(...mean.map(Math.abs))).toBeGreaterThan(0.05);
});
