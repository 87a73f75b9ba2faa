/** Experiments go on, or are looked at: a run folder holds all that is needed. */
import { dirname, resolve } from "node:path";
import { success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { compile } from "../program/compile.ts";
import { digestData, type DataDigest } from "../program/digest.ts";
import type { Program } from "../program/program.ts";
import {
  lockRun,
  openRun,
  removeManifest,
  removePartial,
  rewindMetrics,
  runFiles,
  updateRun,
  type KeptSource,
  type Run,
} from "../run/index.ts";
import { hasCheckpoint, readBest, readLatest } from "../training/checkpoint.ts";
import { initialState, startingState } from "../training/request.ts";
import type { TrainingState } from "../training/state.ts";
import { chosenByTest, otherData } from "./errors.ts";
import type { Experiment, OpenExperiment } from "./experiment.ts";
import { keptSettings } from "./open.ts";
import { setStage, type Stage, type StageOptions } from "./stage.ts";
import { shownPath } from "./words.ts";

/** Where a run is looked at, and by which of its checkpoints. */
export interface ReopenOptions extends Pick<StageOptions, "backend" | "dataDirectory"> {
  /** The last checkpoint, or the best one. */
  readonly checkpoint?: "latest" | "best";
}

/** Where a run goes on, and with which settings changed. */
export interface ResumeOptions extends Omit<ReopenOptions, "checkpoint"> {
  /** More overrides, over those of the run: "train.steps=4000". */
  readonly set?: readonly string[];
}

/** A run with its program compiled again, from the sources that the folder keeps. */
interface Reopened {
  readonly experiment: Experiment;
  readonly run: Run;
  readonly set: readonly string[];
}

/** Opens a run folder to look at it, compiles what it keeps, and reads a checkpoint; or says what is missing. */
export const openExperiment = async (
  folder: string,
  options: ReopenOptions = {},
): Promise<Result<Experiment>> => {
  const reopened = await reopen(folder, { checkpoint: "latest", ...options });
  return reopened.ok ? success(reopened.value.experiment, reopened.warnings) : reopened;
};

/**
 * Takes a run folder to go on from its last whole checkpoint, or from first values where it was stopped before it had one. What came
 * after that checkpoint is forgotten as soon as there are steps to do.
 */
export const resumeExperiment = async (
  folder: string,
  options: ResumeOptions = {},
): Promise<Result<OpenExperiment>> => {
  const opened = openRun(folder);
  if (!opened.ok) return opened;
  const lock = lockRun(opened.value.path, folder, "resume");
  if (!lock.ok) return lock;
  const { release } = lock.value;
  let kept = false;
  try {
    const reopened = await reopen(folder, { ...options, checkpoint: "latest", orFirst: true });
    if (!reopened.ok) return reopened;
    const { experiment, run, set } = reopened.value;
    if (!isFinished(run, experiment)) goOn(run, experiment, set);
    kept = true;
    return success(
      { ...experiment, release, finished: isFinished(run, experiment) },
      reopened.warnings,
    );
  } finally {
    if (!kept) release();
  }
};

/** Whether all steps are done and concluded. */
const isFinished = ({ finished }: Run, { state, program }: Experiment): boolean =>
  finished && state.iteration >= program.config.training.steps;

/** The folder as it was at the checkpoint, with the settings of now. */
const goOn = (run: Run, { program, state }: Experiment, set: readonly string[]): void => {
  removePartial(run.path);
  removeManifest(run.path);
  rewindMetrics(run.path, state.iteration);
  updateRun(run.path, {
    overrides: { ...run.overrides, set },
    settings: keptSettings(program.config.settings),
  });
};

interface Wanted extends ResumeOptions {
  readonly checkpoint: "latest" | "best";
  /** Whether a run that was stopped before its first checkpoint has its first values. */
  readonly orFirst?: boolean;
}

const reopen = async (path: string, options: Wanted): Promise<Result<Reopened>> => {
  const opened = openRun(path);
  if (!opened.ok) return opened;
  const run = opened.value;
  const { overrides, environment } = run;
  const set = [...overrides.set, ...(options.set ?? [])];
  const program = recompile(run, set);
  if (!program.ok) return program;
  const state = readState(run, program.value, options);
  if (!state.ok) return state;
  const directory = options.dataDirectory ?? overrides.dataDirectory;
  const stage = await setStage(program.value, {
    // The one that was used, also where `auto` chose it: another one rounds differently.
    backend: options.backend ?? environment.backend,
    ...(directory === undefined ? {} : { dataDirectory: directory }),
  });
  if (!stage.ok) return stage;
  const flatters = options.checkpoint === "best" && stage.value.dataset.validation !== true;
  const warnings: readonly Diagnostic[] = [
    ...program.warnings,
    ...state.warnings,
    ...stage.warnings,
    ...(flatters ? [chosenByTest()] : []),
    ...changedData(run, stage.value),
  ];
  const experiment = {
    ...stage.value,
    folder: run.path,
    shownFolder: shownPath(run.path),
    environment,
    state: state.value,
  };
  return success({ experiment, run, set }, warnings);
};

/** That the data are no longer those that the run began with, by split. */
const changedData = (
  { environment: { data: kept } }: Run,
  { program, dataset }: Stage,
): readonly Diagnostic[] => {
  if (kept === undefined) return [];
  const found: Readonly<Record<string, DataDigest>> = digestData(program, dataset);
  const splits = [...new Set([...Object.keys(kept), ...Object.keys(found)])];
  const changes = splits.filter((split) => kept[split]?.sha256 !== found[split]?.sha256);
  return changes.length === 0
    ? []
    : [otherData(changes.map((split) => [split, kept[split], found[split]]))];
};

/** The state that is asked for, if it fits the program. */
const readState = (
  run: Run,
  { problem, config }: Program,
  { checkpoint, orFirst }: Wanted,
): Result<TrainingState> => {
  const checkpoints = resolve(run.path, runFiles.checkpoints);
  if (orFirst === true && !run.finished && !hasCheckpoint(checkpoints)) {
    return success(initialState(problem, config.training));
  }
  const state = checkpoint === "best" ? readBest(checkpoints) : readLatest(checkpoints);
  if (!state.ok) return state;
  const fits = startingState({ problem, options: config.training, resumeFrom: state.value });
  return fits.ok ? state : fits;
};

const recompile = (run: Run, set: readonly string[]): Result<Program> => {
  const { model, config } = run.overrides;
  const kept = new Map(run.sources.map(({ path, text }) => [resolve(path), text]));
  const isModel = ({ role }: KeptSource): boolean => role === "model";
  const { path, text } = run.sources.find(isModel) ?? { path: "", text: "" };
  return compile(
    { path, text },
    {
      set,
      ...(model === undefined ? {} : { model }),
      ...(config === undefined ? {} : { config }),
      load: (from, wanted) => kept.get(resolve(dirname(from), wanted)),
      prelude: run.sources.filter(({ role }) => role === "prelude"),
    },
  );
};
