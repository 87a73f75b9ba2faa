import {
  failure,
  success,
  type Diagnostic,
  type Result,
  type Sources,
} from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Bound, Estimator, ObjectiveSpec } from "../inference/spec.ts";
import type { File, Setting } from "../language/ast.ts";
import type { TrainDefaults } from "../language/settings.ts";
import type { CallValue, ResolvedSetting, RunConfig } from "./run-config.ts";
import type { EarlyStopping, OptimizerOptions, Schedule } from "../training/options.ts";
import {
  orNo,
  readArguments,
  readCall,
  readCount,
  readInvocation,
  readNumber,
  readSchedule,
  readWhole,
  type Allowed,
  type Reader,
} from "./read.ts";
import { dimSetting, originsIn, settingsOf, type ConfigText } from "./origins.ts";
import { unknownKey } from "./errors.ts";
import { constantSchedule } from "./schedule.ts";
import { checkSchedule, learningRateIn } from "./schedule-check.ts";

interface BoundWithParticles {
  readonly bound: Bound;
  readonly particles: number;
}

/** Every key of a `train` block and the type of its value. */
export interface TrainValues {
  readonly data: CallValue | null;
  readonly objective: BoundWithParticles;
  readonly estimator: Estimator;
  readonly kl: ObjectiveSpec["kl"];
  readonly kl_weight: Schedule;
  readonly free_bits: number;
  readonly optimizer: OptimizerOptions;
  readonly clip: number | null;
  readonly batch: number;
  readonly steps: number;
  readonly seed: number;
  readonly log_every: number;
  readonly checkpoint_every: number;
  readonly evaluate_every: number;
  readonly evaluate_batches: number;
  readonly early_stopping: EarlyStopping | null;
}

interface Key<T> {
  readonly reader: Reader<T>;
  readonly default: T;
  /** The default as a person would write it. */
  readonly text: string;
}

const map =
  <A, B>(reader: Reader<A>, f: (a: A) => B): Reader<B> =>
  (value, name) => {
    const result = reader(value, name);
    return result.ok ? success(f(result.value)) : result;
  };

const positive = readNumber("a number > 0", (n) => n > 0);
const atLeastZero = readNumber("a number >= 0", (n) => n >= 0);
const rate: Allowed = { what: "a number > 0 or a schedule", holds: (n) => n > 0 };
const weight: Allowed = { what: "a number >= 0 or a schedule", holds: (n) => n >= 0 };
const fraction = readNumber("a number in [0, 1)", (n) => n >= 0 && n < 1);

const readBound: Reader<BoundWithParticles> = (value) => {
  const call = readInvocation(value, ["elbo", "iwae"]);
  if (!call.ok) return call;
  const kind = call.value.name === "iwae" ? "iwae" : "elbo";
  const values = readArguments<{ K: number }>(call.value, { K: readCount });
  if (!values.ok) return values;
  return success({ bound: { kind }, particles: values.value.K ?? (kind === "iwae" ? 8 : 1) });
};

const readWord =
  <T extends string>(...words: readonly T[]): Reader<T> =>
  (value) => {
    const call = readInvocation(value, words);
    if (!call.ok) return call;
    const none = readArguments(call.value, {});
    return none.ok ? success(words.find((word) => word === call.value.name) as T) : none;
  };

const readEstimator: Reader<Estimator> = (value) => {
  const call = readInvocation(value, ["auto", "pathwise", "vimco"]);
  if (!call.ok) return call;
  if (call.value.name !== "vimco") {
    const none = readArguments(call.value, {});
    if (!none.ok) return none;
    return success<Estimator>({ kind: call.value.name === "auto" ? "auto" : "pathwise" });
  }
  const baseline = readArguments<{ baseline: "arithmetic" | "geometric" }>(call.value, {
    baseline: readWord("arithmetic", "geometric"),
  });
  return baseline.ok
    ? success<Estimator>({ kind: "vimco", baseline: baseline.value.baseline ?? "geometric" })
    : baseline;
};

const optimizerDefaults: OptimizerOptions = {
  kind: "adam",
  learningRate: constantSchedule(1e-3),
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  momentum: 0,
  decay: 0.9,
  weightDecay: 0,
};

/** The arguments that each optimizer takes, by the names of the language. */
const optimizerArguments: Readonly<
  Record<OptimizerOptions["kind"], Readonly<Record<string, Reader<Partial<OptimizerOptions>>>>>
> = (() => {
  const lr = map(readSchedule(rate), (learningRate) => ({ learningRate }));
  const beta1 = map(fraction, (b) => ({ beta1: b }));
  const beta2 = map(fraction, (b) => ({ beta2: b }));
  const eps = map(positive, (epsilon) => ({ epsilon }));
  const weight_decay = map(atLeastZero, (weightDecay) => ({ weightDecay }));
  const momentum = map(fraction, (m) => ({ momentum: m }));
  const decay = map(fraction, (d) => ({ decay: d }));
  return {
    adam: { lr, beta1, beta2, eps },
    adamw: { lr, beta1, beta2, eps, weight_decay },
    sgd: { lr, momentum },
    rmsprop: { lr, decay, eps },
  };
})();

const readOptimizer: Reader<OptimizerOptions> = (value) => {
  const kinds = ["adam", "adamw", "sgd", "rmsprop"] as const;
  const call = readInvocation(value, kinds);
  if (!call.ok) return call;
  const kind = kinds.find((name) => name === call.value.name) ?? "adam";
  const values = readArguments<Record<string, Partial<OptimizerOptions>>>(
    call.value,
    optimizerArguments[kind],
  );
  if (!values.ok) return values;
  const defaults =
    kind === "adamw" ? { ...optimizerDefaults, weightDecay: 1e-2 } : optimizerDefaults;
  return success(
    Object.values(values.value).reduce<OptimizerOptions>((o, v) => ({ ...o, ...v }), {
      ...defaults,
      kind,
    }),
  );
};

const readEarlyStopping: Reader<EarlyStopping | null> = orNo((value) => {
  const call = readInvocation(value, ["early_stopping", "patience"]);
  if (!call.ok) return call;
  const values = readArguments<{ patience: number; min_delta: number }>(call.value, {
    patience: readCount,
    min_delta: atLeastZero,
  });
  return values.ok
    ? success({ patience: values.value.patience ?? 10, minDelta: values.value.min_delta ?? 0 })
    : values;
});

const keys: { readonly [K in keyof TrainValues]: Key<TrainValues[K]> } = {
  data: { reader: readCall, default: null, text: "no" },
  objective: {
    reader: readBound,
    default: { bound: { kind: "elbo" }, particles: 1 },
    text: "elbo",
  },
  estimator: { reader: readEstimator, default: { kind: "auto" }, text: "auto" },
  kl: {
    reader: map(readWord("analytic", "monte_carlo"), (word): ObjectiveSpec["kl"] =>
      word === "analytic" ? "analytic" : "monte-carlo",
    ),
    default: "analytic",
    text: "analytic",
  },
  kl_weight: { reader: readSchedule(weight), default: constantSchedule(1), text: "1" },
  free_bits: { reader: atLeastZero, default: 0, text: "0" },
  optimizer: { reader: readOptimizer, default: optimizerDefaults, text: "adam(lr = 0.001)" },
  clip: { reader: orNo(positive), default: 10, text: "10" },
  batch: { reader: readCount, default: 32, text: "32" },
  steps: { reader: readCount, default: 1000, text: "1000" },
  seed: {
    reader: readWhole(0),
    default: 1,
    text: "1",
  },
  log_every: { reader: readCount, default: 20, text: "20" },
  checkpoint_every: { reader: readCount, default: 500, text: "500" },
  evaluate_every: { reader: readCount, default: 500, text: "500" },
  evaluate_batches: { reader: readCount, default: 8, text: "8" },
  early_stopping: { reader: readEarlyStopping, default: null, text: "no" },
};

/** What a `train` block may set, and what it is where nobody sets it. */
export const trainDefaults: TrainDefaults = new Map(
  Object.entries(keys).map(([name, { text }]) => [name, text]),
);

const trainKeys: readonly string[] = [...trainDefaults.keys()];

/** A resolved `train` block. */
export interface TrainConfig {
  readonly values: TrainValues;
  /** Of the values that the file or an override gives, by key. */
  readonly places: Readonly<Partial<Record<keyof TrainValues, Span>>>;
  readonly run: RunConfig;
}

/** In the order of the file, and not of the keys. */
const byPlace = ({ primary: a }: Diagnostic, { primary: b }: Diagnostic): number =>
  a === undefined || b === undefined || a.span.file !== b.span.file
    ? 0
    : a.span.start - b.span.start;

/** Reads the `train` block and the dimensions of a file whose overrides were already applied. */
export const resolveConfig = (
  file: File,
  sources: Sources,
  overrides?: ConfigText,
): Result<TrainConfig> => {
  const originOf = originsIn(sources, overrides);
  const diagnostics: Diagnostic[] = [];
  const entries = new Map<string, Setting>();
  for (const item of file.items) {
    if (item.kind !== "train") continue;
    for (const setting of item.entries) {
      if (trainKeys.includes(setting.name.text)) entries.set(setting.name.text, setting);
      else diagnostics.push(unknownKey(setting.name, trainKeys));
    }
  }
  const dims = file.items.filter((item) => item.kind === "dim");
  const settings: ResolvedSetting[] = dims.map((dim) => dimSetting(dim, dims, originOf));
  const read = <K extends keyof TrainValues>(key: K): TrainValues[K] => {
    const entry = entries.get(key);
    const path = `train.${key}`;
    if (entry === undefined) {
      settings.push({ path, value: keys[key].text, origin: { kind: "default" } });
      return keys[key].default;
    }
    settings.push(...settingsOf(path, entry.value, originOf));
    const result = keys[key].reader(entry.value, `\`${key}\``);
    if (result.ok) return result.value;
    diagnostics.push(...result.diagnostics);
    return keys[key].default;
  };
  const values: TrainValues = {
    data: read("data"),
    objective: read("objective"),
    estimator: read("estimator"),
    kl: read("kl"),
    kl_weight: read("kl_weight"),
    free_bits: read("free_bits"),
    optimizer: read("optimizer"),
    clip: read("clip"),
    batch: read("batch"),
    steps: read("steps"),
    seed: read("seed"),
    log_every: read("log_every"),
    checkpoint_every: read("checkpoint_every"),
    evaluate_every: read("evaluate_every"),
    evaluate_batches: read("evaluate_batches"),
    early_stopping: read("early_stopping"),
  };
  if (diagnostics.length === 0) {
    diagnostics.push(
      ...checkSchedule(
        { name: "the learning rate", schedule: values.optimizer.learningRate, idle: false },
        values.steps,
        learningRateIn(entries.get("optimizer")?.value),
      ),
      ...checkSchedule(
        { name: "the KL weight", schedule: values.kl_weight, idle: true },
        values.steps,
        entries.get("kl_weight")?.value.span,
      ),
    );
  }
  if (diagnostics.length > 0) return failure(...diagnostics.sort(byPlace));
  const text = (path: string): string => settings.find((s) => s.path === path)?.value ?? "";
  return success({
    values,
    places: Object.fromEntries([...entries].map(([key, { value }]) => [key, value.span])),
    run: {
      data: values.data,
      objective: text("train.objective"),
      estimator: text("train.estimator"),
      settings,
      training: {
        optimizer: values.optimizer,
        clip: values.clip,
        batch: values.batch,
        particles: values.objective.particles,
        steps: values.steps,
        seed: values.seed,
        klWeight: values.kl_weight,
        logEvery: values.log_every,
        checkpointEvery: values.checkpoint_every,
        evaluateEvery: values.evaluate_every,
        evaluateBatches: values.evaluate_batches,
        earlyStopping: values.early_stopping,
      },
    },
  });
};
