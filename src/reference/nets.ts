/** What nets are made of, and what parameters start with. */
import type { Initializer } from "../ir/model.ts";
import { layers, type Activation, type LayerName } from "../language/check/nets/layers.ts";
import { entry, type Entry } from "./entry.ts";

interface LayerText {
  readonly meaning: string;
  readonly examples: readonly string[];
}

const layerTexts: Readonly<Record<LayerName, LayerText>> = {
  dense: {
    meaning:
      "An affine map to a vector of this size, then the activation, or none where `act` is left out. Weights start as `glorot`, biases at 0. Parts of a concatenation are multiplied apart, so that what does not vary in time or over particles is computed once.",
    examples: ["net f(x: unit[X], h: real[H]) -> real[Z] = dense(128, act = relu) >> linear()"],
  },
  linear: {
    meaning:
      "The affine map that gives a net's result, as wide as all its numbers; it comes last, and only there. Each number is then brought into the range of its type. `bias` is where the biases start: one number, or one for each field of a record; 0 where it is left out.",
    examples: ["net gates(h: real[H]) -> { erase: unit[W], beta: pos } = linear(bias = {beta: 1})"],
  },
};

const activationTexts: Readonly<Record<Activation, string>> = {
  tanh: "The hyperbolic tangent of each number, from -1 to 1.",
  relu: "The larger of 0 and each number.",
  sigmoid: "The logistic function of each number, from 0 to 1.",
  softplus: "log(1 + exp(x)) of each number, above 0.",
};

interface InitialiserText {
  readonly usage: readonly string[];
  readonly meaning: string;
}

const initialiserTexts: Readonly<Record<Initializer["kind"], InitialiserText>> = {
  constant: {
    usage: ["param m: real[Z] = 0.5", "net f(h: real[H]) -> pos[N] = linear(bias = 1)"],
    meaning:
      "The same number in every element. A `param` of the type `pos` or `unit` starts at this value of its own range; one of the type `simplex` starts with equal places.",
  },
  blocks: {
    usage: ["net iface(h: real[H]) -> { free: unit[R], gate: unit } = linear(bias = {free: -3})"],
    meaning: "One number for each field of a record; 0 for the fields that are not named.",
  },
  normal: {
    usage: ["param e: real[E] = randn(0.1)"],
    meaning:
      "Normal numbers of mean 0 and this standard deviation. A `param` without a first value starts so with 0.1. Of a `pos`, `unit` or `simplex` they are the numbers before softplus, sigmoid or softmax.",
  },
  glorot: {
    usage: [],
    meaning:
      "Uniform in ±√(6 / (inputs + outputs)) (Glorot & Bengio 2010): the weights of every layer. All parts of a concatenation count as inputs.",
  },
};

const entriesOf = <K extends string, T>(
  texts: Readonly<Record<K, T>>,
  make: (name: K, text: T) => Entry,
): readonly Entry[] =>
  // The keys of a total record are those of its type.
  (Object.keys(texts) as K[]).map((name) => make(name, texts[name]));

export const layerEntries: readonly Entry[] = entriesOf(layerTexts, (name, text) =>
  entry("layer", name, { ...text, usage: [layers.get(name)?.usage ?? ""] }),
);

export const activationEntries: readonly Entry[] = entriesOf(activationTexts, (name, meaning) =>
  entry("activation", name, { usage: [`dense(128, act = ${name})`], meaning }),
);

export const initialiserEntries: readonly Entry[] = entriesOf(initialiserTexts, (name, text) =>
  entry("initialiser", name, text),
);
