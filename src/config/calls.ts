/** What the settings of a `train` block take: how each value is read, and what a person may write there. */
import { success } from "../diagnostics/diagnostic.ts";
import type { Baseline, Bound, Estimator, ObjectiveSpec } from "../inference/spec.ts";
import type { EarlyStopping, OptimizerKind, OptimizerOptions } from "../training/options.ts";
import {
  orNo,
  readArguments,
  readCall,
  readCount,
  readInvocation,
  readNumber,
  readSchedule,
  readWhole,
  type Reader,
} from "./read.ts";
import type { DataSpec } from "../data/context.ts";
import { constantSchedule } from "./schedule.ts";

/** A reader, and what it takes in words that complete "must be …". */
export interface Taken<T> {
  readonly takes: string;
  readonly read: Reader<T>;
}

/** An argument of a call, and its value where it is left out, as it would be written. */
export interface TakenArgument<T> extends Taken<T> {
  readonly otherwise: string;
}

/** The arguments of each call that a setting may be. */
type Calls<C extends string, A extends string, T> = {
  readonly [N in C]: Readonly<Record<A, TakenArgument<T>>>;
};

const numbers = (takes: string, holds: (n: number) => boolean): Taken<number> => ({
  takes,
  read: readNumber(takes, holds),
});

const scheduled = (
  takes: string,
  holds: (n: number) => boolean,
): Taken<OptimizerOptions["learningRate"]> => ({
  takes,
  read: readSchedule({ what: takes, holds }),
});

const optional = <T>({ takes, read }: Taken<T>): Taken<T | null> => ({
  takes: `${takes}, or no`,
  read: orNo(read),
});

const map = <A, B>({ takes, read }: Taken<A>, f: (a: A) => B): Taken<B> => ({
  takes,
  read: (value, name) => {
    const result = read(value, name);
    return result.ok ? success(f(result.value)) : result;
  },
});

const otherwise = <T>(taken: Taken<T>, value: number | string): TakenArgument<T> => ({
  ...taken,
  otherwise: `${value}`,
});

export const count: Taken<number> = { takes: "a whole number >= 1", read: readCount };
export const wholeFromZero: Taken<number> = { takes: "a whole number >= 0", read: readWhole(0) };
export const atLeastZero: Taken<number> = numbers("a number >= 0", (n) => n >= 0);
const positive = numbers("a number > 0", (n) => n > 0);
const fraction = numbers("a number in [0, 1)", (n) => n >= 0 && n < 1);
export const positiveOrNo: Taken<number | null> = optional(positive);
const rate = scheduled("a number > 0 or a schedule", (n) => n > 0);
export const weight: Taken<OptimizerOptions["learningRate"]> = scheduled(
  "a number >= 0 or a schedule",
  (n) => n >= 0,
);

const listed = (names: readonly string[]): string => {
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.pop() ?? "";
  return quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`;
};

const word = <T extends string>(...words: readonly T[]): Taken<T> => ({
  takes: listed(words),
  read: (value) => {
    const call = readInvocation(value, words);
    if (!call.ok) return call;
    const none = readArguments(call.value, {});
    return none.ok ? success(words.find((one) => one === call.value.name) as T) : none;
  },
});

/** One of these calls; `make` turns its arguments, of which those left out are absent, into the value. */
const oneOf = <C extends string, T, V>(
  calls: { readonly [N in C]: Readonly<Record<string, TakenArgument<T>>> },
  make: (name: C, given: Readonly<Partial<Record<string, T>>>) => V,
): Taken<V> => {
  // The keys of a total record are those of its type.
  const names = Object.keys(calls) as C[];
  return {
    takes: listed(names),
    read: (value) => {
      const call = readInvocation(value, names);
      if (!call.ok) return call;
      const name = names.find((one) => one === call.value.name) as C;
      const readers = Object.entries(calls[name]).map(([key, { read }]) => [key, read] as const);
      const values = readArguments<Record<string, T>>(call.value, Object.fromEntries(readers));
      return values.ok ? success(make(name, values.value)) : values;
    },
  };
};

const particles = { elbo: 1, iwae: 8 } as const;

/** The bounds. */
export const bounds: Calls<Bound["kind"], "K", number> = {
  elbo: { K: otherwise(count, particles.elbo) },
  iwae: { K: otherwise(count, particles.iwae) },
};

/** A bound, and from how many particles. */
export interface BoundWithParticles {
  readonly bound: Bound;
  readonly particles: number;
}

export const bound: Taken<BoundWithParticles> = oneOf(bounds, (kind, { K }) => ({
  bound: { kind },
  particles: K ?? particles[kind],
}));

type EstimatorOf<K extends Estimator["kind"]> = Extract<Estimator, { readonly kind: K }>;

/** What is asked of an estimator besides its name. */
type Asked<K extends Estimator["kind"]> = Omit<EstimatorOf<K>, "kind">;

const usualBaseline: Baseline = "geometric";

/** The estimators, and what each takes. */
export const estimators: {
  readonly [K in Estimator["kind"]]: {
    readonly [A in keyof Asked<K>]: TakenArgument<Asked<K>[A]>;
  };
} = {
  auto: {},
  pathwise: {},
  vimco: { baseline: otherwise(word<Baseline>("arithmetic", "geometric"), usualBaseline) },
};

const completions: {
  readonly [K in Estimator["kind"]]: (given: Partial<Asked<K>>) => EstimatorOf<K>;
} = {
  auto: () => ({ kind: "auto" }),
  pathwise: () => ({ kind: "pathwise" }),
  vimco: ({ baseline = usualBaseline }) => ({ kind: "vimco", baseline }),
};

export const estimator: Taken<Estimator> = oneOf<Estimator["kind"], Baseline, Estimator>(
  estimators,
  (kind, given) => completions[kind](given),
);

export const kl: Taken<ObjectiveSpec["kl"]> = map(
  word("analytic", "monte_carlo"),
  (one): ObjectiveSpec["kl"] => (one === "analytic" ? "analytic" : "monte-carlo"),
);

export const optimizerDefaults: OptimizerOptions = {
  kind: "adam",
  learningRate: constantSchedule(1e-3),
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  momentum: 0,
  decay: 0.9,
  weightDecay: 0,
};

/** AdamW's; other optimizers have none. */
const usualWeightDecay = 1e-2;

type Optimized = TakenArgument<Partial<OptimizerOptions>>;

/** The arguments that each optimizer takes, by the names of the language. */
export const optimizers: {
  readonly adam: Readonly<Record<"lr" | "beta1" | "beta2" | "eps", Optimized>>;
  readonly adamw: Readonly<Record<"lr" | "beta1" | "beta2" | "eps" | "weight_decay", Optimized>>;
  readonly sgd: Readonly<Record<"lr" | "momentum", Optimized>>;
  readonly rmsprop: Readonly<Record<"lr" | "decay" | "eps", Optimized>>;
} = (() => {
  const { learningRate, beta1: b1, beta2: b2, epsilon, momentum: m, decay: d } = optimizerDefaults;
  const lr = otherwise(
    map(rate, (value) => ({ learningRate: value })),
    learningRate.text,
  );
  const beta1 = otherwise(
    map(fraction, (value) => ({ beta1: value })),
    b1,
  );
  const beta2 = otherwise(
    map(fraction, (value) => ({ beta2: value })),
    b2,
  );
  const eps = otherwise(
    map(positive, (value) => ({ epsilon: value })),
    epsilon,
  );
  const weight_decay = otherwise(
    map(atLeastZero, (value) => ({ weightDecay: value })),
    usualWeightDecay,
  );
  const momentum = otherwise(
    map(fraction, (value) => ({ momentum: value })),
    m,
  );
  const decay = otherwise(
    map(fraction, (value) => ({ decay: value })),
    d,
  );
  return {
    adam: { lr, beta1, beta2, eps },
    adamw: { lr, beta1, beta2, eps, weight_decay },
    sgd: { lr, momentum },
    rmsprop: { lr, decay, eps },
  };
})();

export const optimizer: Taken<OptimizerOptions> = oneOf<
  OptimizerKind,
  Partial<OptimizerOptions>,
  OptimizerOptions
>(optimizers, (kind, given) =>
  Object.values(given).reduce<OptimizerOptions>((all, one) => ({ ...all, ...one }), {
    ...optimizerDefaults,
    ...(kind === "adamw" ? { weightDecay: usualWeightDecay } : {}),
    kind,
  }),
);

const usualPatience = 10;
const stopping = {
  patience: otherwise(count, usualPatience),
  min_delta: otherwise(atLeastZero, 0),
} as const;

/** Early stopping by its two names. */
export const stoppings: Calls<"early_stopping" | "patience", "patience" | "min_delta", number> = {
  early_stopping: stopping,
  patience: stopping,
};

export const earlyStopping: Taken<EarlyStopping | null> = optional(
  oneOf(stoppings, (_, { patience, min_delta }) => ({
    patience: patience ?? usualPatience,
    minDelta: min_delta ?? 0,
  })),
);

export const dataSource: Taken<DataSpec | null> = {
  takes: "a data source with its arguments",
  read: readCall,
};
