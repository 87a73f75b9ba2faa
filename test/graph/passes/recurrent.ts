/**
 * A recurrent latent-variable model with a first-in-first-out memory, as its step is usually written: everything in
 * one loop, encoder and decoder included. Single-sample bound, pathwise.
 */
import * as build from "../../../src/graph/build.ts";
import { differentiate } from "../../../src/graph/gradient.ts";
import type { Graph, Node, NodeOf, Shape } from "../../../src/graph/op.ts";

const { add, concat, contract, exp, mul, relu, sigmoid, slice, softplus, square, sub, tanh } =
  build;

export interface Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly pixels: number;
  readonly encoding: number;
  readonly hidden: number;
  readonly latent: number;
  readonly controller: number;
  readonly slots: number;
  readonly heads: number;
}

export const SMALL: Sizes = {
  steps: 4,
  batch: 2,
  pixels: 9,
  encoding: 5,
  hidden: 4,
  latent: 3,
  controller: 4,
  slots: 3,
  heads: 2,
};

/** The shapes of the weights: matrices and, with the name in capitals after `b`, biases. */
const weightShapes = (s: Sizes): Readonly<Record<string, Shape>> => {
  const context = s.heads * s.latent + s.controller;
  return {
    encode: [s.pixels, s.encoding],
    posterior: [s.encoding + context, s.hidden],
    posteriorMean: [s.hidden, s.latent],
    posteriorScale: [s.hidden, s.latent],
    prior: [context, s.hidden],
    priorMean: [s.hidden, s.latent],
    priorScale: [s.hidden, s.latent],
    decode: [s.latent + context, s.encoding],
    logits: [s.encoding, s.pixels],
    gates: [s.latent + context + s.controller, 4 * s.controller],
    attend: [s.controller, s.heads * s.slots],
  };
};

type Weights = (name: string) => Node;

const linear = (weights: Weights, name: string, x: Node): Node =>
  add(contract(x, weights(name), "bi,io->bo"), weights(`${name}.bias`));

const columns = (x: Node, begin: number, size: number): Node =>
  slice(x, [0, begin], [x.shape[0] ?? 1, size]);

interface State {
  readonly h: Node; // [B, H]
  readonly c: Node; // [B, H]
  readonly memory: Node; // [B, N, Z]
  readonly total: Node; // [B, 1], nats
}

const step = (s: Sizes, weights: Weights, x: Node, noise: Node, state: State): State => {
  const scores = build.reshape(linear(weights, "attend", state.h), [s.batch, s.heads, s.slots]);
  const read = contract(build.softmax(scores), state.memory, "brn,bnz->brz");
  const context = concat([build.reshape(read, [s.batch, s.heads * s.latent]), state.h], 1);

  const encoding = relu(linear(weights, "encode", x));
  const q = relu(linear(weights, "posterior", concat([encoding, context], 1)));
  const mean = linear(weights, "posteriorMean", q);
  const logScale = linear(weights, "posteriorScale", q);
  const z = add(mean, mul(exp(logScale), noise));

  const p = relu(linear(weights, "prior", context));
  const priorMean = linear(weights, "priorMean", p);
  const priorLogScale = linear(weights, "priorScale", p);
  const distance = mul(sub(mean, priorMean), exp(build.neg(priorLogScale)));
  const ratio = exp(sub(logScale, priorLogScale));
  const kl = sub(
    mul(add(square(distance), square(ratio)), 0.5),
    add(sub(logScale, priorLogScale), 0.5),
  );

  const hidden = relu(linear(weights, "decode", concat([z, context], 1)));
  const logits = linear(weights, "logits", hidden);
  const likelihood = sub(mul(x, logits), softplus(logits));

  const gates = linear(weights, "gates", concat([z, context, state.h], 1));
  const gate = (k: number): Node => columns(gates, k * s.controller, s.controller);
  const [i, f, o, g] = [gate(0), gate(1), gate(2), gate(3)];
  const c = add(mul(sigmoid(f), state.c), mul(sigmoid(i), tanh(g)));
  const memory = concat(
    [
      build.reshape(z, [s.batch, 1, s.latent]),
      slice(state.memory, [0, 0, 0], [s.batch, s.slots - 1, s.latent]),
    ],
    1,
  );
  const bound = sub(build.sum(likelihood, [1]), build.sum(kl, [1]));
  return { h: mul(sigmoid(o), tanh(c)), c, memory, total: add(state.total, bound) };
};

/** The bound and its gradients by all weights. */
export const recurrentModel = (s: Sizes): Graph => {
  const weights = new Map<string, NodeOf<"input">>();
  for (const [name, shape] of Object.entries(weightShapes(s))) {
    weights.set(name, build.input(name, shape));
    weights.set(`${name}.bias`, build.input(`${name}.bias`, [1, shape[1] ?? 1]));
  }
  const x = build.input("x", [s.steps, s.batch, s.pixels]);
  const noise = build.input("noise", [s.steps, s.batch, s.latent]);

  const argument = (name: string, shape: Shape): NodeOf<"input"> => build.input(name, shape);
  const state = {
    h: argument("h", [s.batch, s.controller]),
    c: argument("c", [s.batch, s.controller]),
    memory: argument("memory", [s.batch, s.slots, s.latent]),
    total: argument("total", [s.batch, 1]),
  };
  const xStep = argument("x", x.shape.slice(1));
  const noiseStep = argument("noise", noise.shape.slice(1));
  const constants = new Map([...weights].map(([name, w]) => [name, argument(name, w.shape)]));
  const next = step(
    s,
    (name) => {
      const weight = constants.get(name);
      if (weight === undefined) throw new Error(`no weight ${name}`);
      return weight;
    },
    xStep,
    noiseStep,
    state,
  );
  const carries = [state.h, state.c, state.memory, state.total];
  const [, , , total] = build.scan({
    length: s.steps,
    body: {
      carries,
      constants: [...constants.values()],
      inputs: [xStep, noiseStep],
      nextCarries: [next.h, next.c, next.memory, next.total],
      outputs: [],
    },
    carries: carries.map(({ shape }) => build.constant(0, shape)),
    constants: [...weights.values()],
    inputs: [x, noise],
  });
  if (total === undefined) throw new Error("no total");
  const bound = build.mul(build.sum(total, [0, 1]), 1 / s.batch); // [1, 1]
  const parameters = [...weights.values()];
  const derivative = differentiate(new Map([["bound", bound]]), "bound", parameters);
  return {
    inputs: [...parameters, x, noise],
    outputs: new Map([
      ...derivative.outputs,
      ...derivative.gradients.map((node, i): [string, Node] => [
        `d.${parameters[i]?.attrs.name ?? i}`,
        node,
      ]),
    ]),
  };
};
