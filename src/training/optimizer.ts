/**
 * Optimizers as graph rewriting of parameters. What depends on the iteration alone is computed on the host in double
 * precision and enters as scalar inputs: 1 - 0.999^t loses four of its digits in float32.
 */
import { add, div, mul, sqrt, square, sub } from "../graph/build.ts";
import type { Node, Shape } from "../graph/op.ts";
import type { OptimizerKind, OptimizerOptions } from "./options.ts";

/** One parameter at one update; `slot` and `scalar` give inputs by the names that the rule declares. */
interface Update {
  readonly parameter: Node;
  /** Of what is minimised. */
  readonly gradient: Node;
  readonly slot: (name: string) => Node;
  readonly scalar: (name: string) => Node;
  readonly options: OptimizerOptions;
  readonly decays: boolean;
}

interface Updated {
  readonly parameter: Node;
  readonly slots: Readonly<Record<string, Node>>;
}

export interface Optimizer {
  /** State that has the parameter's shape and starts at zero: "m", "v". */
  readonly slots: (options: OptimizerOptions) => readonly string[];
  /** Values of the scalar inputs at an iteration, counted from 1. */
  readonly scalars: (
    options: OptimizerOptions,
    iteration: number,
  ) => Readonly<Record<string, number>>;
  readonly update: (at: Update) => Updated;
}

/**
 * Whether AdamW decays a parameter: matrices of networks and memories. Biases and gains (rank below 2) are exempt, as are
 * parameters of the model itself (without a dot in the name): a learned memory is data, not a map to keep small.
 */
export const isDecayed = (name: string, shape: Shape): boolean =>
  shape.length >= 2 && name.includes(".");

const running = (rate: number, past: Node, now: Node): Node =>
  add(mul(past, rate), mul(now, 1 - rate));

/** Kingma and Ba 2015, algorithm 1; epsilon is added to the bias-corrected root, as in PyTorch and Optax. */
const adam: Optimizer = {
  slots: () => ["m", "v"],
  scalars: ({ learningRate, beta1, beta2 }, iteration) => ({
    stepSize: learningRate.at(iteration) / (1 - beta1 ** iteration),
    rootCorrection: 1 / Math.sqrt(1 - beta2 ** iteration),
  }),
  update: ({ parameter, gradient, slot, scalar, options: { beta1, beta2, epsilon } }) => {
    const m = running(beta1, slot("m"), gradient);
    const v = running(beta2, slot("v"), square(gradient));
    const root = add(mul(sqrt(v), scalar("rootCorrection")), epsilon);
    return {
      parameter: sub(parameter, mul(div(m, root), scalar("stepSize"))),
      slots: { m, v },
    };
  },
};

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2, decay times the learning rate). */
const adamw: Optimizer = {
  slots: adam.slots,
  scalars: (options, iteration) => ({
    ...adam.scalars(options, iteration),
    kept: 1 - options.learningRate.at(iteration) * options.weightDecay,
  }),
  update: (at) =>
    adam.update(at.decays ? { ...at, parameter: mul(at.parameter, at.scalar("kept")) } : at),
};

/** With momentum μ: u ← μ u + g, θ ← θ - lr · u (Polyak 1964, as in PyTorch). */
const sgd: Optimizer = {
  slots: ({ momentum }) => (momentum > 0 ? ["velocity"] : []),
  scalars: ({ learningRate }, iteration) => ({ stepSize: learningRate.at(iteration) }),
  update: ({ parameter, gradient, slot, scalar, options: { momentum } }) => {
    if (momentum === 0) {
      return { parameter: sub(parameter, mul(gradient, scalar("stepSize"))), slots: {} };
    }
    const velocity = add(mul(slot("velocity"), momentum), gradient);
    return {
      parameter: sub(parameter, mul(velocity, scalar("stepSize"))),
      slots: { velocity },
    };
  },
};

/** Tieleman and Hinton 2012; epsilon is added to the root, as in PyTorch. */
const rmsprop: Optimizer = {
  slots: () => ["square"],
  scalars: ({ learningRate }, iteration) => ({ stepSize: learningRate.at(iteration) }),
  update: ({ parameter, gradient, slot, scalar, options: { decay, epsilon } }) => {
    const mean = running(decay, slot("square"), square(gradient));
    const step = div(gradient, add(sqrt(mean), epsilon));
    return {
      parameter: sub(parameter, mul(step, scalar("stepSize"))),
      slots: { square: mean },
    };
  },
};

export const optimizers: Readonly<Record<OptimizerKind, Optimizer>> = {
  adam,
  adamw,
  sgd,
  rmsprop,
};
