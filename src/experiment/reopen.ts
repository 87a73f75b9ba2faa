import { dirname, resolve } from "node:path";
import { success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { DataDigest, KeptSource, Program, Run, TrainingState } from "../index.ts";
import type { Io } from "../cli/io.ts";
import { chosenByTest, otherData } from "../cli/errors.ts";
import { pathOf, sourcesOf, textOf, wrongOf } from "../cli/source.ts";
import { dataDirectory, setStage, type Stage } from "./stage.ts";
import { wrong, type Wrong } from "../cli/verb.ts";

/** Where a run is continued or looked at, and with what. */
export interface ReopenOptions {
  /** More overrides, over those of the run. */
  readonly set?: readonly string[];
  readonly backend?: string;
  readonly dataDir?: string;
  /** The last checkpoint, or the best one. */
  readonly checkpoint: "latest" | "best";
  /** Whether a run that was stopped before its first checkpoint has its first values. */
  readonly orFirst?: boolean;
}

/** A run with its program compiled again, from the sources that the folder keeps. */
export interface Reopened {
  readonly run: Run;
  readonly stage: Stage;
  readonly state: TrainingState;
  readonly set: readonly string[];
  readonly warnings: readonly Diagnostic[];
}

/** Opens a run folder, compiles what it keeps, and reads a checkpoint; or says what is missing. */
export const reopen = async (
  io: Io,
  path: string,
  options: ReopenOptions,
): Promise<Reopened | Wrong> => {
  const { openRun } = await import("../index.ts");
  const run = openRun(pathOf(io, path));
  if (!run.ok) return wrong(run.diagnostics);
  const { overrides } = run.value;
  const set = [...overrides.set, ...(options.set ?? [])];
  const program = await recompile(run.value, set);
  if (!program.ok) {
    const model = run.value.sources.find(({ role }) => role === "model");
    return wrong(program.diagnostics, {
      sources: sourcesOf(program.diagnostics, model === undefined ? new Map() : textOf(model)),
    });
  }
  const state = await readState(run.value, program.value, options);
  if (!state.ok) return wrong(state.diagnostics, { sources: program.value.sources });
  const directory = dataDirectory(io, options.dataDir) ?? overrides.dataDirectory;
  const stage = await setStage(program.value, {
    // The one that was used, also where `auto` chose it: another one rounds differently.
    backend: options.backend ?? run.value.environment.backend,
    ...(directory === undefined ? {} : { dataDirectory: directory }),
  });
  if (!stage.ok) return wrongOf(stage.diagnostics, program.value, overrides.config);
  return {
    run: run.value,
    stage: stage.value,
    state: state.value,
    set,
    warnings: [
      ...program.warnings,
      ...state.warnings,
      ...stage.warnings,
      ...(options.checkpoint === "best" && stage.value.dataset.validation !== true
        ? [chosenByTest()]
        : []),
      ...(await changedData(run.value, stage.value)),
    ],
  };
};

/** That the data are no longer those that the run began with, by split. */
const changedData = async (
  { environment: { data: kept } }: Run,
  { program, dataset }: Stage,
): Promise<readonly Diagnostic[]> => {
  if (kept === undefined) return [];
  const { digestData } = await import("../index.ts");
  const found: Readonly<Record<string, DataDigest>> = digestData(program, dataset);
  const splits = [...new Set([...Object.keys(kept), ...Object.keys(found)])];
  const changes = splits.filter((split) => kept[split]?.sha256 !== found[split]?.sha256);
  return changes.length === 0
    ? []
    : [otherData(changes.map((split) => [split, kept[split], found[split]]))];
};

/** The state that is asked for, if it fits the program. */
const readState = async (
  run: Run,
  { problem, config }: Program,
  options: ReopenOptions,
): Promise<Result<TrainingState>> => {
  const { hasCheckpoint, initialState, readBest, readLatest, runFiles, startingState } =
    await import("../index.ts");
  const checkpoints = resolve(run.path, runFiles.checkpoints);
  if (options.orFirst === true && !run.finished && !hasCheckpoint(checkpoints)) {
    return success(initialState(problem, config.training));
  }
  const state = options.checkpoint === "best" ? readBest(checkpoints) : readLatest(checkpoints);
  if (!state.ok) return state;
  const fits = startingState({ problem, options: config.training, resumeFrom: state.value });
  return fits.ok ? state : fits;
};

const recompile = async (run: Run, set: readonly string[]): Promise<Result<Program>> => {
  const { compile } = await import("../index.ts");
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
