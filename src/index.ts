/**
 * The library: compile a `.gtm` text, open its data and a backend, train, draw, evaluate.
 *
 * ```ts
 * const program = compile({ path: "m.gtm", text });
 * if (!program.ok) console.error(renderText(program.diagnostics, new Map([["m.gtm", text]])));
 * ```
 */
export { ArgumentError } from "./library/door.ts";
export { check } from "./library/check.ts";
export * from "./library/experiments.ts";
export * from "./library/pictures.ts";
export * from "./library/programs.ts";
export * from "./library/runs.ts";
export * from "./library/training.ts";
export type { CompileOptions } from "./program/analyse.ts";
export { sourceNames } from "./data/open.ts";
export type { ArgumentPlace, DataContext, DataSpec } from "./data/context.ts";
export type {
  Batch,
  BatchField,
  Dataset,
  Draw,
  FieldShape,
  Region,
  Split,
  Splits,
  StoredValues,
} from "./data/dataset.ts";
export type { Numbers } from "./data/array.ts";
export type { ArrayField, ArrayOptions } from "./data/sequences.ts";
export type { ErrorCode } from "./diagnostics/codes.ts";
export type {
  Diagnostic,
  Fix,
  Label,
  Result,
  SourceFile,
  Sources,
} from "./diagnostics/diagnostic.ts";
export type { Span } from "./diagnostics/span.ts";
export type { DataDigest } from "./program/digest.ts";
export type { DrawRequest } from "./program/draw.ts";
export { DEFAULT_PARTICLES } from "./program/prefix.ts";
export type { Conclusion } from "./experiment/conclude.ts";
export type { EvaluateOptions } from "./experiment/evaluate.ts";
export type { Experiment, OpenExperiment } from "./experiment/experiment.ts";
export type { StartOptions } from "./experiment/open.ts";
export type { ReopenOptions, ResumeOptions } from "./experiment/reopen.ts";
export type { SampleFile, SampleOptions, Samples } from "./experiment/sample.ts";
export type { Stage, StageOptions } from "./experiment/stage.ts";
export type { RunEnd, Trained, TrainOptions } from "./experiment/train.ts";
export { modelsDirectory } from "./program/disk.ts";
export type { MemoryForecast, MemoryNeed } from "./program/forecast.ts";
export type {
  Base,
  Carry,
  DataField,
  DistributionCall,
  Initializer,
  Model,
  Parameter,
  Site,
  Type,
  Watch,
} from "./ir/model.ts";
export type {
  BinaryValue,
  UnaryValue,
  Value,
  ValueId,
  ValueOf,
  ValueOp,
  ValueOps,
} from "./ir/value.ts";
export type { Dtype, Graph, Node, NodeOf, OpName, Ops, ScanBody, Shape } from "./graph/op.ts";
export type { LoadFile, Unreadable } from "./language/modules.ts";
export type { Dim } from "./shape/dim.ts";
export type {
  CheckedFile,
  CompiledStage,
  CompileOverrides,
  ConfigFile,
  ExecutedStage,
  Program,
  ProgramInfo,
  SampleGraph,
  SampleSizes,
  SampleTarget,
} from "./program/program.ts";
export type { Origin, ResolvedSetting, RunConfig } from "./config/run-config.ts";
export type * from "./report/data.ts";
export type { SourceLine } from "./ir/places.ts";
export type { Backend, Buffer, Executable, HostArray, KernelTime } from "./runtime/backend.ts";
export type { ExecutableTimes, Profiler } from "./runtime/profile.ts";
export { referenceBackend } from "./runtime/reference.ts";
export type { ChosenBackend } from "./runtime/select.ts";
export {
  packageVersion,
  runFiles,
  type Environment,
  type KeptCheckpoint,
  type KeptSetting,
  type KeptSource,
  type Overrides,
  type Run,
  type RunContents,
  type RunLock,
} from "./run/index.ts";
export type { BoundEstimate } from "./training/estimate.ts";
export type { BoundRequest } from "./training/evaluate.ts";
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
export type { Feed } from "./training/feed.ts";
export type {
  EarlyStopping,
  OptimizerKind,
  OptimizerOptions,
  Schedule,
  TrainingOptions,
} from "./training/options.ts";
export type {
  BatchSizes,
  EvaluationGraph,
  GraphInputs,
  NoiseInput,
  ObjectiveGraph,
} from "./inference/graphs.ts";
export type { DrawTarget } from "./inference/spec.ts";
export type { NoiseKind } from "./distributions/distribution.ts";
export type { ParameterInit, ParameterSpec, Problem } from "./training/problem.ts";
export type { Progress, TrainingState } from "./training/state.ts";
export type { TrainRequest } from "./training/request.ts";
export type { Difference } from "./training/verify/compare.ts";
export type { Verdict, VerifyOptions } from "./training/verify/verify.ts";
export type { VerifySamplingRequest } from "./program/verify-draws.ts";
