/**
 * Training states on disk: `<iteration>/params.safetensors`, `optimizer.safetensors` and `state.json`. A checkpoint is
 * written under another name, flushed, and renamed; the file `latest`, which names it, is replaced last. So whenever
 * a process is killed, every folder of digits is whole.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { makeFolder } from "../files/folder.ts";
import { readWholeFile } from "../files/read.ts";
import type { HostArray } from "../runtime/backend.ts";
import { noCheckpoint, otherCheckpoint, unreadableCheckpoint } from "./errors.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import type { Progress, TrainingState } from "./state.ts";

const version = 1;
const files = {
  parameters: "params.safetensors",
  slots: "optimizer.safetensors",
  state: "state.json",
  latest: "latest",
} as const;

interface StateFile {
  readonly version: number;
  readonly iteration: number;
  readonly seed: number;
  readonly progress: Progress | null;
}

const writeFlushed = (path: string, ...pieces: readonly (string | Uint8Array)[]): void => {
  const file = openSync(path, "w");
  try {
    for (const piece of pieces) writeFileSync(file, piece);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

const folderName = (iteration: number): string => `${iteration}`.padStart(6, "0");

/** Iterations that have a folder, ascending. */
const iterationsIn = (directory: string): readonly number[] =>
  namesIn(directory)
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .sort((a, b) => a - b);

const namesIn = (directory: string): readonly string[] =>
  statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true
    ? readdirSync(directory)
    : [];

/** How a checkpoint is called while another of the same iteration takes its place. */
const replaced = ".partial-old-";

/** Removes what a killed process left half written, and puts back what it was about to replace. */
const tidy = (directory: string): void => {
  for (const name of namesIn(directory).filter((one) => one.startsWith(".partial-"))) {
    const path = join(directory, name);
    const folder = join(directory, name.slice(replaced.length));
    if (name.startsWith(replaced) && !existsSync(folder)) renameSync(path, folder);
    else rmSync(path, { recursive: true });
  }
};

/**
 * Writes a state into the directory of checkpoints and returns its folder. Keeps the `keep` newest and the best, and
 * removes what a killed process left half written.
 */
export const writeCheckpoint = (directory: string, state: TrainingState, keep = 3): string => {
  makeFolder(directory);
  tidy(directory);
  const name = folderName(state.iteration);
  const partial = join(directory, `.partial-${name}`);
  mkdirSync(partial);
  writeFlushed(join(partial, files.parameters), ...encodeSafetensors(state.parameters));
  writeFlushed(join(partial, files.slots), ...encodeSafetensors(state.slots));
  const { iteration, seed, progress } = state;
  const stateFile: StateFile = { version, iteration, seed, progress };
  writeFlushed(join(partial, files.state), `${JSON.stringify(stateFile, null, 2)}\n`);
  const folder = join(directory, name);
  // A run that was resumed from an earlier iteration comes by here again.
  if (existsSync(folder)) renameSync(folder, join(directory, `${replaced}${name}`));
  renameSync(partial, folder);
  const pointer = join(directory, `.partial-${files.latest}`);
  writeFlushed(pointer, `${name}\n`);
  renameSync(pointer, join(directory, files.latest));
  prune(directory, keep, state);
  return folder;
};

const prune = (directory: string, keep: number, { iteration, progress }: TrainingState): void => {
  const old = join(directory, `${replaced}${folderName(iteration)}`);
  rmSync(old, { recursive: true, force: true });
  const others = iterationsIn(directory).filter((other) => other !== progress?.bestIteration);
  for (const past of others.slice(0, Math.max(0, others.length - keep))) {
    if (past !== iteration) rmSync(join(directory, folderName(past)), { recursive: true });
  }
};

const isProgress = (value: unknown): value is Progress =>
  typeof value === "object" &&
  value !== null &&
  "bestBound" in value &&
  "bestIteration" in value &&
  "badEvaluations" in value &&
  typeof value.bestBound === "number" &&
  isCount(value.bestIteration) &&
  isCount(value.badEvaluations);

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

const isStateFile = (value: unknown): value is StateFile =>
  typeof value === "object" &&
  value !== null &&
  "version" in value &&
  "iteration" in value &&
  "seed" in value &&
  "progress" in value &&
  value.version === version &&
  isCount(value.iteration) &&
  isCount(value.seed) &&
  (value.progress === null || isProgress(value.progress));

const read = <T>(path: string, decode: (bytes: Uint8Array) => T | string): T | string => {
  const file = readWholeFile(path);
  if (!file.ok) return file.reason;
  try {
    return decode(file.bytes);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const decodeState = (bytes: Uint8Array): StateFile | string => {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return isStateFile(value) ? value : "it is not the state of a run";
};

/** The version that a state says it has, where it is another than this. */
const otherVersion = (folder: string): number | undefined => {
  const found = read(join(folder, files.state), (bytes): { version: unknown } => {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null && "version" in value
      ? value
      : { version: undefined };
  });
  const written = typeof found === "string" ? undefined : found.version;
  return typeof written === "number" && written !== version ? written : undefined;
};

/** Reads one checkpoint's folder. */
export const readCheckpoint = (folder: string): Result<TrainingState> => {
  const other = otherVersion(folder);
  if (other !== undefined) return failure(otherCheckpoint(folder, other, version));
  const parts = {
    state: read(join(folder, files.state), decodeState),
    parameters: read<ReadonlyMap<string, HostArray>>(
      join(folder, files.parameters),
      decodeSafetensors,
    ),
    slots: read<ReadonlyMap<string, HostArray>>(join(folder, files.slots), decodeSafetensors),
  };
  const wrong = (part: keyof typeof parts, reason: string): Result<never> =>
    failure(unreadableCheckpoint(folder, `${files[part]}: ${reason}`));
  const { state, parameters, slots } = parts;
  if (typeof state === "string") return wrong("state", state);
  if (typeof parameters === "string") return wrong("parameters", parameters);
  if (typeof slots === "string") return wrong("slots", slots);
  const { iteration, seed, progress } = state;
  return success({ iteration, seed, parameters, slots, progress });
};

/** Iterations that can be read, ascending: those with a folder, and what was being replaced when a process was killed. */
const savedIn = (directory: string): readonly number[] => {
  const old = namesIn(directory).flatMap((name) =>
    /^\.partial-old-\d+$/u.test(name) ? [Number(name.slice(replaced.length))] : [],
  );
  return [...new Set([...iterationsIn(directory), ...old])].sort((a, b) => a - b);
};

const placeOf = (directory: string, iteration: number): string => {
  const name = folderName(iteration);
  return join(directory, existsSync(join(directory, name)) ? name : `${replaced}${name}`);
};

/** Whether a run has come to its first checkpoint, whole or not. */
export const hasCheckpoint = (directory: string): boolean => savedIn(directory).length > 0;

/**
 * The checkpoint that `latest` names; where that one is damaged, the newest whole one, with a warning. One of another version
 * is not passed over for an older one.
 */
export const readLatest = (directory: string): Result<TrainingState> => {
  const pointer = read(join(directory, files.latest), (bytes) => ({
    named: Number(new TextDecoder().decode(bytes).trim()),
  }));
  const named = typeof pointer === "string" ? NaN : pointer.named;
  const newestFirst = [...savedIn(directory)].reverse();
  const order = newestFirst.includes(named)
    ? [named, ...newestFirst.filter((other) => other !== named)]
    : newestFirst;
  const problems = [];
  for (const iteration of order) {
    const state = readCheckpoint(placeOf(directory, iteration));
    if (!state.ok && state.diagnostics[0]?.code === "E0842") return state;
    if (state.ok) {
      const warnings = problems.map((problem) => ({ ...problem, severity: "warning" as const }));
      return success(state.value, warnings);
    }
    problems.push(...state.diagnostics);
  }
  return failure(...problems, noCheckpoint(directory));
};

/** The checkpoint with the best test bound so far, as the latest one knows it; without evaluations the latest. */
export const readBest = (directory: string): Result<TrainingState> => {
  const latest = readLatest(directory);
  if (!latest.ok) return latest;
  const { progress, iteration } = latest.value;
  if (progress === null || progress.bestIteration === iteration) return latest;
  const best = readCheckpoint(placeOf(directory, progress.bestIteration));
  return best.ok ? best : latest;
};
