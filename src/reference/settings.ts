/** The settings of a `train` block. */
import { bounds, estimators, optimizers, stoppings } from "../config/calls.ts";
import { settingFacts, type TrainValues } from "../config/config.ts";
import { scheduleFunctions, scheduleSymbols } from "../config/schedule.ts";
import type { Baseline } from "../inference/spec.ts";
import { entry, fact, type ArgumentEntry, type Entry } from "./entry.ts";

interface SettingText {
  readonly meaning: string;
  /** Settings as a file has them. */
  readonly examples: readonly string[];
}

const settingTexts: Readonly<Record<keyof TrainValues, SettingText>> = {
  data: {
    meaning: "What is learned from. A run needs it; `gtmc check` does not.",
    examples: ["data = perfect_recall(images = mnist, l = 10, k = 3)"],
  },
  objective: {
    meaning:
      "The lower bound on log p(x) that is ascended, in nats. What is reported is always this bound, without weights.",
    examples: ["objective = iwae(K = 4)"],
  },
  estimator: {
    meaning: "How the gradient of the bound is estimated at latents.",
    examples: ["estimator = vimco(baseline = arithmetic)"],
  },
  kl: {
    meaning:
      "How an `elbo` computes divergences: `analytic` in closed form where there is one, `monte_carlo` as log q - log p at the draw.",
    examples: ["kl = monte_carlo"],
  },
  kl_weight: {
    meaning:
      "What the KL terms are multiplied by in the gradient, so that they can grow in the course of training. The bound that is reported is not weighted.",
    examples: ["kl_weight = ramp(0.1, 1, steps = 5000)"],
  },
  free_bits: {
    meaning:
      "Nats of KL, for each latent and step, that the gradient of an `elbo` does not press down (Kingma et al. 2016); 0 is none.",
    examples: ["free_bits = 0.5"],
  },
  optimizer: {
    meaning: "How parameters follow the gradient.",
    examples: ["optimizer = adam(lr = 1e-3 * 0.5 ^ (step / 1e5))", "optimizer = adamw(3e-4)"],
  },
  clip: {
    meaning:
      "The largest norm of the whole gradient: a longer one is scaled down to it. With `no` it is not.",
    examples: ["clip = 1", "clip = no"],
  },
  batch: { meaning: "Sequences in one training step.", examples: ["batch = 64"] },
  steps: {
    meaning: "Training steps. `--steps 500` is short for `--set train.steps=500`.",
    examples: ["steps = 20000"],
  },
  seed: {
    meaning:
      "What decides first values, batches and noise: the same seed on the same backend gives the same run. `--seed 2` is short for `--set train.seed=2`.",
    examples: ["seed = 2"],
  },
  log_every: {
    meaning: "Training steps from one line of metrics to the next.",
    examples: ["log_every = 100"],
  },
  checkpoint_every: {
    meaning: "Training steps from one checkpoint to the next. The last step always leaves one.",
    examples: ["checkpoint_every = 1000"],
  },
  evaluate_every: {
    meaning: "Training steps from one evaluation of the bound to the next.",
    examples: ["evaluate_every = 1000"],
  },
  evaluate_batches: {
    meaning:
      "Batches of a split that an evaluation takes: the first sequences, up to this times `batch`.",
    examples: ["evaluate_batches = 20"],
  },
  early_stopping: {
    meaning:
      "Training ends before `steps` when the bound on validation data no longer rises. Without a validation split the last tenth of the training data is set aside for it.",
    examples: ["early_stopping = early_stopping(patience = 5, min_delta = 0.1)"],
  },
};

/** The settings whose values are calls. */
const calls = {
  objective: bounds,
  estimator: estimators,
  optimizer: optimizers,
  early_stopping: stoppings,
} as const;

type Calls = typeof calls;

/** A meaning for each call of each setting, and for each of its arguments. */
type CallTexts = {
  readonly [S in keyof Calls]: {
    readonly [C in keyof Calls[S]]: {
      readonly meaning: string;
      readonly arguments: Readonly<Record<keyof Calls[S][C], string>>;
    };
  };
};

const learningRate = "the learning rate; a schedule is an expression of `step`";
const baselines: Readonly<Record<Baseline, string>> = {
  arithmetic: "the arithmetic mean of the other weights",
  geometric: "their geometric mean",
};
const adam = {
  lr: learningRate,
  beta1: "how much of the mean of gradients each step keeps",
  beta2: "how much of the mean of their squares each step keeps",
  eps: "added to the root of the mean of squares",
};
const stopping = {
  patience: "evaluations without improvement after which training ends",
  min_delta: "nats that count as an improvement",
};

const callTexts: CallTexts = {
  objective: {
    elbo: {
      meaning: "the mean of log w over K particles",
      arguments: { K: "particles per sequence" },
    },
    iwae: {
      meaning: "the log of the mean of w over K particles (Burda et al. 2016)",
      arguments: { K: "particles per sequence" },
    },
  },
  estimator: {
    auto: {
      meaning:
        "for each latent what is unbiased: `pathwise` where it is reparameterised, else `vimco` with the arithmetic baseline",
      arguments: {},
    },
    pathwise: { meaning: "through the draw; every latent must be reparameterised", arguments: {} },
    vimco: {
      meaning:
        "for latents that are not reparameterised, of an `iwae` bound with K ≥ 2 (Mnih & Rezende 2016); the others are pathwise",
      arguments: {
        baseline: `what replaces the weight of a particle in its own baseline: ${Object.values(baselines).join(", or ")}`,
      },
    },
  },
  optimizer: {
    adam: { meaning: "Adam (Kingma & Ba 2015)", arguments: adam },
    adamw: {
      meaning: "Adam with decoupled weight decay (Loshchilov & Hutter 2019)",
      arguments: {
        ...adam,
        weight_decay: "the part of each parameter that a step takes away, times the learning rate",
      },
    },
    sgd: {
      meaning: "stochastic gradient ascent",
      arguments: { lr: learningRate, momentum: "how much of the last update each step keeps" },
    },
    rmsprop: {
      meaning: "RMSProp (Tieleman & Hinton 2012)",
      arguments: {
        lr: learningRate,
        decay: "how much of the mean of squares each step keeps",
        eps: "added to the root of the mean of squares",
      },
    },
  },
  early_stopping: {
    early_stopping: { meaning: "stopping with these arguments", arguments: stopping },
    patience: { meaning: "the same by a shorter name", arguments: stopping },
  },
};

/** Calls as a table knows them, by a name that may be any setting's. */
const callsOf = (
  setting: string,
): readonly {
  readonly call: string;
  readonly meaning: string;
  readonly arguments: readonly ArgumentEntry[];
}[] => {
  if (!isCalled(setting)) return [];
  const texts: Readonly<
    Record<
      string,
      { readonly meaning: string; readonly arguments: Readonly<Record<string, string>> }
    >
  > = callTexts[setting];
  const tables: Readonly<
    Record<string, Readonly<Record<string, { readonly takes: string; readonly otherwise: string }>>>
  > = calls[setting];
  return Object.entries(texts).map(([call, text]) => ({
    call,
    meaning: text.meaning,
    arguments: Object.entries(tables[call] ?? {}).map(([name, { takes, otherwise }]) => ({
      call,
      name,
      takes,
      default: otherwise,
      meaning: text.arguments[name] ?? "",
    })),
  }));
};

const isCalled = (setting: string): setting is keyof Calls => Object.hasOwn(calls, setting);

const settingEntry = (key: keyof TrainValues): Entry => {
  const { meaning, examples } = settingTexts[key];
  const { takes, default: usual } = settingFacts(key);
  const called = callsOf(key);
  return entry("setting", `train.${key}`, {
    meaning,
    facts: [
      ...fact("Takes", takes),
      ...fact("Default", `\`${usual}\``),
      ...called.flatMap(({ call, meaning: what }) => fact(`\`${call}\``, what)),
    ],
    arguments: called.flatMap((one) => one.arguments),
    examples,
  });
};

/** Every setting, in the order of the table. */
export const settingEntries = (): readonly Entry[] =>
  (Object.keys(settingTexts) as (keyof TrainValues)[]).map(settingEntry);

/** What a schedule may name. */
export const scheduleWords = (): {
  readonly symbols: readonly string[];
  readonly functions: readonly string[];
} => ({
  symbols: [...scheduleSymbols],
  functions: [...scheduleFunctions],
});
