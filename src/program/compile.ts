import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { ConfigText } from "../config/origins.ts";
import { resolveConfig, trainDefaults, type TrainConfig } from "../config/config.ts";
import { readConfigFile } from "../config/config-file.ts";
import { checkSourceCall } from "../data/open.ts";
import { families } from "../distributions/index.ts";
import { printGraph, printGraphJson } from "../graph/print.ts";
import { describeModel } from "../inference/describe.ts";
import { planEstimators, type Plan } from "../inference/legality.ts";
import { deriveEvaluation, deriveObjective } from "../inference/objective.ts";
import type { Bound, ObjectiveSpec } from "../inference/spec.ts";
import type { Model } from "../ir/model.ts";
import { printModel, printType } from "../ir/print.ts";
import { analyse, analyseReadable } from "../language/language.ts";
import { loadModules, type LoadFile, type Modules } from "../language/modules.ts";
import { printFile } from "../language/print.ts";
import { applySettings, parseSetting, type SettingOverride } from "../language/settings.ts";
import { optimise } from "../graph/passes/index.ts";
import type { BatchSizes, Problem } from "../training/problem.ts";
import * as errors from "./errors.ts";
import { inspectionStep } from "./inspection.ts";
import { resolveParameters } from "./parameters.ts";
import { placesIn } from "../ir/places.ts";
import { samplingOf } from "./sampling.ts";
import type {
  CheckedFile,
  CompileOverrides,
  ConfigFile,
  Program,
  ProgramInfo,
  SourceFile,
} from "./program.ts";

export interface CompileOptions extends CompileOverrides {
  /** Reads an imported file; `undefined` where there is none. */
  readonly load: LoadFile;
  /** Files whose declarations every file sees. */
  readonly prelude: readonly SourceFile[];
}

/**
 * Compiles a `.gtm` text: parse, apply overrides, check and lower, derive. Graphs are made on demand by the program's
 * methods, one for each set of sizes. All errors of all files come back together.
 */
export const compile = (source: SourceFile, options: CompileOptions): Result<Program> => {
  const read = analyseSource(source, options);
  if (!read.ok) return read;
  const { modules, models, config } = read.value;
  const model = pickModel(models, options.model, source);
  if (!model.ok) return model;
  const plan = planOf(model.value, read.value);
  if (!plan.ok) return plan;
  return success(program(source, options, modules, model.value, config, plan.value), [
    ...read.warnings,
    ...plan.warnings,
  ]);
};

/**
 * Checks a `.gtm` text without choosing a model: a library needs none, and of several models, each that is checked
 * comes back. `model` names the only one to check.
 */
export const check = (source: SourceFile, options: CompileOptions): Result<CheckedFile> => {
  const read = analyseSource(source, options);
  if (!read.ok) return read;
  const { modules, models } = read.value;
  const wanted =
    options.model === undefined ? success(models) : only(pickModel(models, options.model, source));
  if (!wanted.ok) return wanted;
  const checked: ProgramInfo[] = [];
  const diagnostics: Diagnostic[] = [];
  const warnings = [...read.warnings];
  for (const model of wanted.value) {
    const plan = planOf(model, read.value);
    if (plan.ok) {
      warnings.push(...plan.warnings);
      checked.push(programInfo(model, plan.value));
    } else diagnostics.push(...plan.diagnostics);
  }
  if (diagnostics.length > 0) return failure(...diagnostics);
  const declared = modules.entry.items.filter(({ kind }) => kind !== "train").length;
  return success({ models: checked, declarations: declared, sources: modules.sources }, warnings);
};

const only = (model: Result<Model>): Result<readonly Model[]> =>
  model.ok ? success([model.value]) : model;

/** A file that was read and whose every declaration is right. */
interface Analysed {
  readonly modules: Modules;
  readonly models: readonly Model[];
  readonly config: TrainConfig;
}

const analyseSource = (source: SourceFile, options: CompileOptions): Result<Analysed> => {
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

const planOf = (model: Model, { modules, config }: Analysed): Result<Plan> => {
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

const pickModel = (
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

/** Remembers the graph of each set of sizes: a batch size or length comes back at every iteration. */
const bySizes = <S, G>(make: (sizes: S) => G): ((sizes: S) => G) => {
  const known = new Map<string, G>();
  return (sizes) => {
    const key = JSON.stringify(sizes);
    const found = known.get(key) ?? make(sizes);
    known.set(key, found);
    return found;
  };
};

/** What each bound is of a sequence that is measured. */
const reportedAs: Readonly<Record<Bound["kind"], Problem["bound"]>> = {
  elbo: "terms",
  iwae: "weights",
};

const program = (
  source: SourceFile,
  { model: named, set, config: file }: CompileOverrides,
  modules: Modules,
  model: Model,
  config: TrainConfig,
  plan: Plan,
): Program => {
  const { spec } = plan;
  const problem: Problem = {
    parameters: resolveParameters(model),
    objective: bySizes((sizes: BatchSizes) => deriveObjective(plan, sizes)),
    evaluation: bySizes((sizes: BatchSizes) => deriveEvaluation(model, sizes, spec.kl)),
    bound: reportedAs[spec.bound.kind],
  };
  return {
    source,
    overrides: {
      ...(named === undefined ? {} : { model: named }),
      ...(set === undefined ? {} : { set }),
      ...(file === undefined ? {} : { config: file }),
    },
    sources: modules.sources,
    model,
    config: config.run,
    problem,
    info: programInfo(model, plan),
    sampling: (target, sizes) => {
      const drawn = samplingOf(model, target, sizes);
      return drawn.ok
        ? success({ graph: optimise(drawn.value.graph), noise: drawn.value.noise })
        : drawn;
    },
    locate: placesIn(model, modules.sources),
    inspect: (stage, format) => {
      const json = format === "json";
      switch (stage) {
        case "ast":
          return json ? JSON.stringify(modules.entry, null, 2) : printFile(modules.entry);
        case "ir":
          return json ? JSON.stringify(model, null, 2) : printModel(model);
        case "graph": {
          const graph = inspectionStep(model, problem, config.run.training);
          return json ? printGraphJson(graph) : printGraph(graph);
        }
      }
    },
  };
};

const programInfo = (model: Model, plan: Plan): ProgramInfo => {
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
