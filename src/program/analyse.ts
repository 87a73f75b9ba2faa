/** From a text to checked models, before anything is derived from them: all that `gtmc check` needs. */
import type { ConfigText } from "../config/origins.ts";
import { resolveConfig, trainDefaults, type TrainConfig } from "../config/config.ts";
import { readConfigFile } from "../config/config-file.ts";
import { checkSourceCall } from "../data/open.ts";
import {
  failure,
  success,
  type Diagnostic,
  type Result,
  type SourceFile,
} from "../diagnostics/diagnostic.ts";
import { families } from "../distributions/index.ts";
import { describeModel } from "../inference/describe.ts";
import { planEstimators, type Plan } from "../inference/legality.ts";
import type { ObjectiveSpec } from "../inference/spec.ts";
import type { Model } from "../ir/model.ts";
import { printType } from "../ir/print.ts";
import { analyse, analyseReadable } from "../language/language.ts";
import { loadModules, type LoadFile, type Modules } from "../language/modules.ts";
import { applySettings, parseSetting, type SettingOverride } from "../language/settings.ts";
import * as errors from "./errors.ts";
import type { CompileOverrides, ConfigFile, ProgramInfo } from "./program.ts";

export interface CompileOptions extends CompileOverrides {
  /** Reads an imported file; `undefined` where there is none. */
  readonly load: LoadFile;
  /** Files whose declarations every file sees. */
  readonly prelude: readonly SourceFile[];
}

/** A file that was read and whose every declaration is right. */
export interface Analysed {
  readonly modules: Modules;
  readonly models: readonly Model[];
  readonly config: TrainConfig;
}

/** Reads a text and all that it imports, applies what a command line sets, and checks every declaration. */
export const analyseSource = (source: SourceFile, options: CompileOptions): Result<Analysed> => {
  const overrides = readOverrides(options);
  if (!overrides.ok) return overrides;
  const replaced: Diagnostic[] = [];
  const modules = loadModules(source, options.load, options.prelude, (file) => {
    const applied = applySettings(file, overrides.value, trainDefaults);
    if (applied.ok) replaced.push(...applied.warnings);
    return applied;
  });
  if (!modules.ok) {
    const { diagnostics, readable } = modules;
    return failure(...diagnostics, ...analyseReadable(readable, families, diagnostics));
  }
  const { entry, sources } = modules.value;
  if (entry.items.length + entry.imports.length === 0) return failure(errors.emptyFile(source));
  const models = analyse(modules.value, families);
  const config = resolveConfig(entry, sources, textOf(options.config));
  const data = config.ok ? config.value.values.data : null;
  const misnamed = data === null ? [] : checkSourceCall(data);
  if (!models.ok || !config.ok || misnamed.length > 0) {
    return failure(
      ...(models.ok ? [] : models.diagnostics),
      ...(config.ok ? misnamed : config.diagnostics),
    );
  }
  return success({ modules: modules.value, models: models.value.models, config: config.value }, [
    ...replaced,
    ...modules.warnings,
    ...models.warnings,
  ]);
};

const drawsNothing = ({ name }: Model, { files }: Modules): Diagnostic => {
  const items = [...files.values()].flatMap((file) => file.items);
  const decl = items.find((item) => item.kind === "model" && item.name.text === name);
  return errors.drawsNothing(name, decl?.kind === "model" ? decl.name.span : undefined);
};

/** How a model's objective will be estimated, or why it cannot be. */
export const planOf = (model: Model, { modules, config }: Analysed): Result<Plan> => {
  const { values, places } = config;
  if (model.sites.length === 0) return failure(drawsNothing(model, modules));
  return planEstimators(model, objectiveSpec(config), values.objective.particles, {
    ...(places.objective === undefined ? {} : { objective: places.objective }),
    ...(places.estimator === undefined ? {} : { estimator: places.estimator }),
    ...(places.free_bits === undefined ? {} : { freeBits: places.free_bits }),
  });
};

const readOverrides = (options: CompileOptions): Result<readonly SettingOverride[]> => {
  const config = textOf(options.config);
  const fromFile = config === undefined ? success([]) : readConfigFile(config.text, config.path);
  const settings: SettingOverride[] = fromFile.ok ? [...fromFile.value] : [];
  const diagnostics: Diagnostic[] = fromFile.ok ? [] : [...fromFile.diagnostics];
  for (const text of options.set ?? []) {
    const setting = parseSetting(text, `--set ${text}`);
    if (setting.ok) settings.push(setting.value);
    else diagnostics.push(...setting.diagnostics);
  }
  return diagnostics.length > 0 ? failure(...diagnostics) : success(settings);
};

const textOf = (config: ConfigFile | undefined): ConfigText | undefined =>
  config === undefined
    ? undefined
    : { path: config.path, text: config.text ?? JSON.stringify(config.values, null, 2) };

/** The model that is asked for, or the only one. */
export const pickModel = (
  models: readonly Model[],
  wanted: string | undefined,
  source: SourceFile,
): Result<Model> => {
  const names = models.map(({ name }) => name);
  const [first] = models;
  if (first === undefined) return failure(errors.noModel(source.path));
  if (wanted === undefined) {
    return models.length === 1 ? success(first) : failure(errors.severalModels(source.path, names));
  }
  const found = models.find(({ name }) => name === wanted);
  return found === undefined
    ? failure(errors.unknownModel(source.path, wanted, names))
    : success(found);
};

const objectiveSpec = ({ values }: TrainConfig): ObjectiveSpec => ({
  bound: values.objective.bound,
  estimator: values.estimator,
  kl: values.kl,
  klWeight: values.kl_weight.text !== "1",
  freeBits: values.free_bits,
});

/** What `gtmc info` and `gtmc check` say of a model. */
export const programInfo = (model: Model, plan: Plan): ProgramInfo => {
  const types = new Map(model.sites.map(({ name, type }) => [name, printType(type)]));
  const facts = describeModel(model, plan);
  return {
    model: model.name,
    dims: model.dims,
    data: model.data.map(({ name, type, per, role }) => ({
      name,
      type: printType(type),
      per,
      role,
    })),
    ...facts,
    sites: facts.sites.map((site) => ({ ...site, type: types.get(site.name) ?? "" })),
  };
};
