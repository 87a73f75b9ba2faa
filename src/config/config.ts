import {
  failure,
  success,
  type Diagnostic,
  type Result,
  type Sources,
} from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Estimator, ObjectiveSpec } from "../inference/spec.ts";
import type { File, Setting } from "../language/ast.ts";
import type { TrainDefaults } from "../language/settings.ts";
import type { DataSpec } from "../data/context.ts";
import type { ResolvedSetting, RunConfig } from "./run-config.ts";
import type { EarlyStopping, OptimizerOptions, Schedule } from "../training/options.ts";
import * as taken from "./calls.ts";
import type { BoundWithParticles, Taken } from "./calls.ts";
import { dimSetting, originsIn, settingsOf, type ConfigText } from "./origins.ts";
import { unknownKey } from "./errors.ts";
import { constantSchedule } from "./schedule.ts";
import { checkSchedule, learningRateIn } from "./schedule-check.ts";

/** Every key of a `train` block and the type of its value. */
export interface TrainValues {
  readonly data: DataSpec | null;
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
  readonly taken: Taken<T>;
  readonly default: T;
  /** The default as a person would write it. */
  readonly text: string;
}

const keys: { readonly [K in keyof TrainValues]: Key<TrainValues[K]> } = {
  data: { taken: taken.dataSource, default: null, text: "no" },
  objective: {
    taken: taken.bound,
    default: { bound: { kind: "elbo" }, particles: 1 },
    text: "elbo",
  },
  estimator: { taken: taken.estimator, default: { kind: "auto" }, text: "auto" },
  kl: { taken: taken.kl, default: "analytic", text: "analytic" },
  kl_weight: { taken: taken.weight, default: constantSchedule(1), text: "1" },
  free_bits: { taken: taken.atLeastZero, default: 0, text: "0" },
  optimizer: { taken: taken.optimizer, default: taken.optimizerDefaults, text: "adam(lr = 0.001)" },
  clip: { taken: taken.positiveOrNo, default: 10, text: "10" },
  batch: { taken: taken.count, default: 32, text: "32" },
  steps: { taken: taken.count, default: 1000, text: "1000" },
  seed: { taken: taken.wholeFromZero, default: 1, text: "1" },
  log_every: { taken: taken.count, default: 20, text: "20" },
  checkpoint_every: { taken: taken.count, default: 500, text: "500" },
  evaluate_every: { taken: taken.count, default: 500, text: "500" },
  evaluate_batches: { taken: taken.count, default: 8, text: "8" },
  early_stopping: { taken: taken.earlyStopping, default: null, text: "no" },
};

/** What a setting takes, in words, and its default as it would be written. */
export const settingFacts = (
  key: keyof TrainValues,
): { readonly takes: string; readonly default: string } => ({
  takes: keys[key].taken.takes,
  default: keys[key].text,
});

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
    const result = keys[key].taken.read(entry.value, `\`${key}\``);
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
