/** Random models as source texts: valid by construction, each part of the language beside each other. */
import { join } from "node:path";
import fc from "fast-check";
import { compile, modelsDirectory } from "../../src/index.ts";
import type { Program } from "../../src/program/program.ts";
import { need } from "../support/need.ts";
import type { Sizes } from "./graphs.ts";
import { memories, type MemoryName } from "./random-memories.ts";
import { edges } from "./sweep.ts";

/** A model, its text and the sizes to run it at. */
export interface RandomModel {
  readonly text: string;
  readonly sizes: Sizes;
}

type Vector = readonly [expression: string, type: string];

/** What a file declares beside its model, and the lines of the model that use it. */
interface Part {
  readonly declarations?: readonly string[];
  readonly lines?: readonly string[];
  /** What later lines may be conditioned on. */
  readonly gives?: readonly Vector[];
  /** Lines that come last. */
  readonly after?: readonly string[];
}

const from = <T extends string>(...values: readonly T[]): fc.Arbitrary<T> =>
  fc.constantFrom(...values);

const names = ["X", "Z", "H", "N", "G", "C", "R", "S", "batch", "particles", "steps"] as const;
type Name = (typeof names)[number];

/** All sizes small but one, and memories of many slots, short enough to be read by content at once, as often as of few. */
const sizes: fc.Arbitrary<Readonly<Record<Name, number>>> = fc
  .record({
    large: from(...names),
    size: fc.constantFrom(...edges),
    others: fc.record({
      ...(Object.fromEntries(names.map((name) => [name, fc.constantFrom(2, 3, 1, 4, 5)])) as Record<
        Name,
        fc.Arbitrary<number>
      >),
      N: fc.constantFrom(2, 8, 3, 9, 1, 17),
      // In the first steps, all slots are as they began.
      steps: fc.constantFrom(3, 4, 5),
    }),
  })
  .map(({ large, size, others }) => ({ ...others, R: Math.min(others.R, 2), [large]: size }));

const network = fc.record({
  layers: fc.constantFrom<readonly number[]>([], [3], [8], [4, 9]),
  act: from("tanh", "relu", "sigmoid", "softplus"),
});
type Network = typeof network extends fc.Arbitrary<infer T> ? T : never;

const arch = ({ layers, act }: Network): string =>
  layers.length === 0 ? "linear()" : `mlp(${layers.join(", ")}, act = ${act})`;

const continuous = from("normal", "laplace", "lognormal", "logistic", "exponential");

const choices = fc.record({
  sizes,
  temporal: fc.nat(9).map((n) => n > 0),
  ragged: fc.boolean(),
  observed: from(
    "normal",
    "bernoulli",
    "categorical",
    "laplace",
    "lognormal",
    "logistic",
    "exponential",
    "poisson",
  ),
  latent: continuous,
  once: from(
    "none",
    "none",
    ...(["normal", "laplace", "lognormal", "logistic", "exponential"] as const),
  ),
  discrete: from("none", "none", "categorical", "bernoulli"),
  cell: from("LSTM", "GRU", "plain", "none"),
  bent: from(
    "tanh(x)",
    "sin(x)",
    "cos(x)",
    "tanh(lgamma(0.5 + abs(x)))",
    "tanh(digamma(1 + square(x)))",
    "where(x > 0.1, tanh(x), clamp(sinh(x), -1, 1))",
  ),
  memory: from<MemoryName | "none">(
    "content",
    "dot",
    "ntm",
    "queue",
    "indexed",
    "aged",
    "least used",
    "allocated",
    "none",
  ),
  readsFirst: fc.boolean(),
  given: from("none", "step", "sequence", "shared"),
  networks: fc.tuple(network, network, network, network),
  bound: from("elbo", "iwae"),
  train: from(
    "",
    "optimizer = sgd(lr = 0.1, momentum = 0.9)",
    "optimizer = rmsprop(lr = 1e-3)",
    "optimizer = adamw(lr = 1e-3)",
    "clip = 1",
    "kl_weight = 0.5",
    "free_bits = 0.1",
    "kl = monte_carlo",
  ),
});
type Choices = typeof choices extends fc.Arbitrary<infer T> ? T : never;

const baseOf: Readonly<Record<string, string>> = {
  normal: "real",
  laplace: "real",
  lognormal: "pos",
  logistic: "real",
  exponential: "pos",
  poisson: "count",
  bernoulli: "unit",
};

const parameters = (vectors: readonly Vector[]): string =>
  vectors.map(([, type], i) => `c${i}: ${type}`).join(", ");
const given = (vectors: readonly Vector[]): string => vectors.map(([name]) => name).join(", ");

/** `x`, as networks take it. */
const observation = ({ observed, temporal }: Choices): Vector => {
  const x = temporal ? "x[t]" : "x";
  return observed === "categorical"
    ? [`onehot(${x}, C)`, "simplex[C]"]
    : [x, `${baseOf[observed] ?? "real"}[X]`];
};

const dataLines = (c: Choices): Part => {
  const at = c.temporal ? "[t]" : "";
  const type = c.observed === "categorical" ? "index[C]" : `${baseOf[c.observed] ?? "real"}[X]`;
  const kinds: Readonly<Record<Choices["given"], Part>> = {
    none: {},
    step: { lines: [`data u${at}: real[G]`], gives: [[`u${at}`, "real[G]"]] },
    sequence: { lines: ["data u: real[G]"], gives: [["u", "real[G]"]] },
    shared: {
      declarations: ["dim S"],
      lines: [
        "data u: real[S, G] shared",
        "param key: real[G] = randn(0.5)",
        "found = softmax(u @ key) @ u",
      ],
      gives: [["found", "real[G]"]],
    },
  };
  const { lines = [], ...rest } = kinds[c.given];
  return { ...rest, lines: [`data x${at}: ${type}`, ...lines] };
};

/** A latent drawn once per sequence. */
const onceLines = ({ once, temporal, networks }: Choices): Part =>
  once === "none" || !temporal
    ? {}
    : {
        declarations: [`net once_p(c: real[2]) -> ${once}[2] = ${arch(networks[3])}`],
        lines: [
          "param root: real[2] = randn(0.5)",
          "s ~ once_p(root)",
          "  guide once_p(root * 0.5)",
        ],
        gives: [["s", `${baseOf[once] ?? "real"}[2]`]],
      };

const cellLines = ({ cell, bent, latent, memory, temporal }: Choices): Part => {
  if (!temporal) return {};
  // What grows is not fed back as it is.
  const before = baseOf[latent] === "pos" ? "log(z[t-1])" : "z[t-1]";
  const inputs = [...(memory === "none" ? [] : ["r[t-1]"]), before];
  const start = [
    `z[0]: ${baseOf[latent] ?? "real"}[Z] = ${baseOf[latent] === "pos" ? 1 : 0}`,
    ...(memory === "none" ? [] : [`r[0]: ${memories[memory].type} = 0`]),
  ];
  const types = [...(memory === "none" ? [] : [`r: ${memories[memory].type}`]), "z: real[Z]"];
  switch (cell) {
    case "LSTM":
    case "GRU":
      return {
        lines: [
          `memory rnn: ${cell}(H)`,
          ...start,
          `rnn[t] = rnn[t-1].step([${inputs.join(", ")}])`,
          "h[t] = rnn[t].h",
        ],
        gives: [["h[t]", "real[H]"]],
      };
    case "plain":
      return {
        declarations: [
          `net cell(h: real[H], ${types.join(", ")}) -> real[H] = linear()`,
          `fn bent(x: real) -> real = ${bent}`,
        ],
        lines: [...start, "h[0]: real[H] = 0.5", `h[t] = bent(cell(h[t-1], ${inputs.join(", ")}))`],
        gives: [["h[t]", "real[H]"]],
      };
    case "none":
      return {
        declarations: [`net cell(${types.join(", ")}) -> real[H] = linear()`],
        lines: [...start, `h[t] = cell(${inputs.join(", ")})`],
        gives: [["h[t]", "real[H]"]],
      };
  }
};

const memoryLines = ({ memory, readsFirst, temporal, latent }: Choices): Part => {
  if (memory === "none" || !temporal) return {};
  const word = (z: string): string => (baseOf[latent] === "pos" ? `tanh(${z})` : z);
  const { text, nets, write, read, type } = memories[memory];
  const gives: readonly Vector[] = [["r[t]", type]];
  const declarations = [text, ...nets];
  return readsFirst
    ? {
        declarations,
        lines: ["memory mem: Mem(N, Z)", `r[t] = ${read("mem[t-1]", "h[t]")}`],
        gives,
        after: [`mem[t] = ${write("mem[t-1]", "h[t]", word("z[t]"))}`],
      }
    : {
        declarations,
        lines: [
          "memory mem: Mem(N, Z)",
          `mem[t] = ${write("mem[t-1]", "h[t]", word("z[t-1]"))}`,
          `r[t] = ${read("mem[t]", "h[t]")}`,
        ],
        gives,
      };
};

const rootKey = "param origin: real[3] = randn(0.5)";

/** A discrete latent, conditioned on what there is. */
const discreteLines = (c: Choices, context: readonly Vector[]): Part => {
  if (c.discrete === "none") return {};
  const at = c.temporal ? "[t]" : "";
  const result = c.discrete === "categorical" ? "categorical[C]" : "bernoulli[C]";
  const x = observation(c);
  return {
    declarations: [
      `net which_p(${parameters(context)}) -> ${result} = linear()`,
      `net which_q(x: ${x[1]}, ${parameters(context)}) -> ${result} = ${arch(c.networks[2])}`,
    ],
    lines: [`a${at} ~ which_p(${given(context)})`, `  guide which_q(${x[0]}, ${given(context)})`],
    gives: [
      c.discrete === "categorical" ? [`onehot(a${at}, C)`, "simplex[C]"] : [`a${at}`, "unit[C]"],
    ],
  };
};

const siteLines = (c: Choices, context: readonly Vector[]): Part => {
  const at = c.temporal ? "[t]" : "";
  const x = observation(c);
  const seen = c.observed === "categorical" ? "categorical[C]" : `${c.observed}[X]`;
  const z: Vector = [`z${at}`, `${baseOf[c.latent] ?? "real"}[Z]`];
  const all = [z, ...context];
  return {
    declarations: [
      `net prior(${parameters(context)}) -> ${c.latent}[Z] = ${arch(c.networks[0])}`,
      `net post(x: ${x[1]}, ${parameters(context)}) -> ${c.latent}[Z] = ${arch(c.networks[1])}`,
      `net obs(${parameters(all)}) -> ${seen} = ${arch(c.networks[2])}`,
    ],
    lines: [
      `z${at} ~ prior(${given(context)})`,
      `  guide post(${x[0]}, ${given(context)})`,
      `x${at} ~ obs(${given(all)})`,
    ],
  };
};

const textOf = (c: Choices): string => {
  const first = [dataLines(c), onceLines(c), cellLines(c), memoryLines(c)];
  const known: readonly Vector[] = [
    ["origin", "real[3]"],
    ...first.flatMap(({ gives = [] }) => gives),
  ];
  const discrete = discreteLines(c, known);
  const parts = [...first, discrete, siteLines(c, [...known, ...(discrete.gives ?? [])])];
  const dims = ["X", "Z", "H", "N", "G", "C", "R"] as const;
  const { train, sizes: size } = c;
  const elbo = c.bound === "elbo" && c.discrete === "none";
  return `${dims.map((name) => `dim ${name} = ${size[name]}`).join("\n")}
${parts.flatMap(({ declarations = [] }) => declarations).join("\n")}

model Random {
  ${rootKey}
  ${parts.flatMap(({ lines = [] }) => lines).join("\n  ")}
  ${parts.flatMap(({ after = [] }) => after).join("\n  ")}
}

train {
  data = walk(steps = 3, size = 2)
  objective = ${elbo ? "elbo" : `iwae(K = ${particlesOf(c)})`}
  ${elbo || !onlyOfElbo.has(train) ? train : ""}
}
`;
};

const onlyOfElbo: ReadonlySet<string> = new Set(["kl = monte_carlo", "free_bits = 0.1"]);

/** The estimator of discrete sites leaves one out. */
const particlesOf = ({ sizes: { particles }, discrete }: Choices): number =>
  Math.max(particles, discrete === "none" ? 1 : 2);

/** Checks without errors, whatever was chosen. */
export const randomModel: fc.Arbitrary<RandomModel> = choices.map((c) => {
  const { sizes: size, temporal, ragged } = c;
  const text = textOf(c);
  return {
    text,
    sizes: {
      batch: size.batch,
      particles: particlesOf(c),
      ...(temporal ? { steps: size.steps, prefix: Math.floor(size.steps / 2) } : {}),
      ragged: ragged && temporal,
      dims: c.given === "shared" ? { S: size.S } : {},
    },
    [fc.toStringMethod]: () => `${text}\n${JSON.stringify(size)}`,
  };
});

/** The model, compiled; it is a failure that the checker refuses it. */
export const programOf = ({ text }: RandomModel): Program =>
  need(compile({ path: join(modelsDirectory(), "random.gtm"), text }, {}));
