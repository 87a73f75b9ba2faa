/**
 * The library: compile a `.gtm` text, open its data and a backend, train, draw, evaluate.
 *
 * ```ts
 * const program = compile({ path: "m.gtm", text });
 * if (!program.ok) console.error(renderText(program.diagnostics, new Map([["m.gtm", text]])));
 * ```
 */
import { check as checkWith, compile as compileWith, type CompileOptions } from "./compile.ts";
import { checkArguments, perhaps, text, type Rule } from "./diagnostics/argument.ts";
import { failure, type Diagnostic, type Result } from "./diagnostics/diagnostic.ts";
import { diskPrelude, loadFromDisk } from "./host.ts";
import type { Dataset } from "./data/dataset.ts";
import type { MemoryForecast, MemoryNeed } from "./memory.ts";
import type { CheckedFile, ExecutedStage, Program, SourceFile } from "./program.ts";

/** Compiles a text; imports are read from the disk beside `source.path` unless `load` says otherwise. */
export const compile = (
  source: SourceFile,
  options: Partial<CompileOptions> = {},
): Result<Program> => {
  const wrong = wrongSource("compile", source, options);
  return wrong.length > 0
    ? failure(...wrong)
    : compileWith(source, { load: loadFromDisk, prelude: diskPrelude(), ...options });
};

const wrongSource = (
  of: string,
  source: SourceFile,
  { set, model }: Partial<CompileOptions>,
): readonly Diagnostic[] =>
  checkArguments(of, {
    "source.path": [source.path, text],
    "source.text": [source.text, text],
    set: [set, perhaps(texts)],
    model: [model, perhaps(text)],
  });

const texts: Rule = {
  expected: "a list of texts",
  holds: (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
};

/** Checks all that a text declares: a library without a model, or several models. */
export const check = (
  source: SourceFile,
  options: Partial<CompileOptions> = {},
): Result<CheckedFile> => {
  const wrong = wrongSource("check", source, options);
  return wrong.length > 0
    ? failure(...wrong)
    : checkWith(source, { load: loadFromDisk, prelude: diskPrelude(), ...options });
};

/** Forms of the training step below the graph, as text. What makes code is loaded only when it is asked for. */
export const inspectExecuted = async (
  program: Program,
  stage: ExecutedStage,
  format: "text" | "json",
): Promise<string> => (await import("./executed.ts")).printExecuted(program, stage, format);

/** How much memory training will take, before anything runs. */
export const forecastMemory = async (
  program: Program,
  dataset: Dataset,
  dims: Readonly<Record<string, number>>,
): Promise<MemoryForecast> => (await import("./memory.ts")).forecastMemory(program, dataset, dims);

/** What training needs where that is more than `available` bytes; asked before anything is allocated. */
export const missingMemory = async (
  program: Program,
  dataset: Dataset,
  dims: Readonly<Record<string, number>>,
  available: number,
): Promise<MemoryNeed | undefined> =>
  (await import("./memory.ts")).missingMemory(program, dataset, dims, available);

export type { CompileOptions, ConfigFile } from "./compile.ts";
export { openDataset, sourceNames } from "./data/open.ts";
export type { DataContext, DataSpec } from "./data/context.ts";
export type { Batch, BatchField, Dataset, FieldShape, Region, Split } from "./data/dataset.ts";
export { arraysDataset, type ArrayField, type ArrayOptions } from "./data/sequences.ts";
export type { Diagnostic, Result, Sources } from "./diagnostics/diagnostic.ts";
export { renderJson, renderText } from "./diagnostics/render.ts";
export { drawSamples, type DrawRequest } from "./draw.ts";
export { DEFAULT_PARTICLES } from "./prefix.ts";
export { fitData } from "./fit.ts";
export { modelsDirectory } from "./host.ts";
export type { MemoryForecast, MemoryNeed } from "./memory.ts";
export type { Model } from "./ir/model.ts";
export type {
  CallValue,
  CheckedFile,
  CompiledStage,
  ExecutedStage,
  Origin,
  Program,
  ProgramInfo,
  ResolvedSetting,
  RunConfig,
  SampleSizes,
  SampleTarget,
  SourceFile,
} from "./program.ts";
export type * from "./report/data.ts";
export { continuationsPng, framesPng, reconstructionsPng } from "./report/pictures.ts";
export { renderReport } from "./report/render.ts";
export type { Place } from "./places.ts";
export type { Backend, Buffer, Executable, HostArray, KernelTime } from "./runtime/backend.ts";
export type { ExecutableTimes, Profiler } from "./runtime/profile.ts";
export { referenceBackend } from "./runtime/reference.ts";
export { openBackend, type Chosen } from "./runtime/select.ts";
export * from "./run/index.ts";
export {
  hasCheckpoint,
  readBest,
  readCheckpoint,
  readLatest,
  writeCheckpoint,
} from "./training/checkpoint.ts";
export type { BoundEstimate } from "./training/estimate.ts";
export { evaluateBound, type BoundRequest } from "./training/evaluate.ts";
export { measureTestBound } from "./training/measure.ts";
export type {
  Checkpoint,
  Evaluation,
  Failure,
  Measured,
  Metrics,
  Stopped,
  StopReason,
  Terms,
  TrainEvent,
  TrainResult,
  Verification,
} from "./training/event.ts";
export type { TrainingOptions } from "./training/options.ts";
export type { TrainingState } from "./training/state.ts";
export { dataDraw } from "./training/noise.ts";
export { initialState, startingState, type TrainRequest } from "./training/request.ts";
export { train } from "./training/train.ts";
export type { Difference } from "./training/verify/compare.ts";
export type { Verdict, VerifyOptions } from "./training/verify/verify.ts";
export { verifySampling, type VerifySamplingRequest } from "./verify.ts";
