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
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import type { HostArray } from "../runtime/backend.ts";
import { noCheckpoint, unreadableCheckpoint } from "./errors.ts";
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

const writeFlushed = (path: string, content: string | Uint8Array): void => {
  const file = openSync(path, "w");
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

const folderName = (iteration: number): string => `${iteration}`.padStart(6, "0");

/** Iterations that have a folder, ascending. */
const iterationsIn = (directory: string): readonly number[] =>
  existsSync(directory)
    ? readdirSync(directory)
        .filter((name) => /^\d+$/u.test(name))
        .map(Number)
        .sort((a, b) => a - b)
    : [];

/**
 * Writes a state into the directory of checkpoints and returns its folder. Keeps the `keep` newest and the best, and
 * removes what a killed process left half written.
 */
export const writeCheckpoint = (directory: string, state: TrainingState, keep = 3): string => {
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) {
    if (name.startsWith(".partial-")) rmSync(join(directory, name), { recursive: true });
  }
  const name = folderName(state.iteration);
  const partial = join(directory, `.partial-${name}`);
  mkdirSync(partial);
  writeFlushed(join(partial, files.parameters), encodeSafetensors(state.parameters));
  writeFlushed(join(partial, files.slots), encodeSafetensors(state.slots));
  const { iteration, seed, progress } = state;
  const stateFile: StateFile = { version, iteration, seed, progress };
  writeFlushed(join(partial, files.state), `${JSON.stringify(stateFile, null, 2)}\n`);
  const folder = join(directory, name);
  // A run that was resumed from an earlier iteration comes by here again.
  if (existsSync(folder)) renameSync(folder, join(directory, `.partial-old-${name}`));
  renameSync(partial, folder);
  const pointer = join(directory, `.partial-${files.latest}`);
  writeFlushed(pointer, `${name}\n`);
  renameSync(pointer, join(directory, files.latest));
  prune(directory, keep, state);
  return folder;
};

const prune = (directory: string, keep: number, { iteration, progress }: TrainingState): void => {
  rmSync(join(directory, `.partial-old-${folderName(iteration)}`), {
    recursive: true,
    force: true,
  });
  const others = iterationsIn(directory).filter((other) => other !== progress?.bestIteration);
  for (const old of others.slice(0, Math.max(0, others.length - keep))) {
    if (old !== iteration) rmSync(join(directory, folderName(old)), { recursive: true });
  }
};

const isProgress = (value: unknown): value is Progress =>
  typeof value === "object" &&
  value !== null &&
  "bestBound" in value &&
  "bestIteration" in value &&
  "badEvaluations" in value &&
  [value.bestBound, value.bestIteration, value.badEvaluations].every(
    (number) => typeof number === "number",
  );

const isStateFile = (value: unknown): value is StateFile =>
  typeof value === "object" &&
  value !== null &&
  "version" in value &&
  "iteration" in value &&
  "seed" in value &&
  "progress" in value &&
  value.version === version &&
  typeof value.iteration === "number" &&
  typeof value.seed === "number" &&
  (value.progress === null || isProgress(value.progress));

const read = <T>(path: string, decode: (bytes: Uint8Array) => T | string): T | string => {
  try {
    return decode(readFileSync(path));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const decodeState = (bytes: Uint8Array): StateFile | string => {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return isStateFile(value) ? value : "it is not a state of this version";
};

/** Reads one checkpoint's folder. */
export const readCheckpoint = (folder: string): Result<TrainingState> => {
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

/** The checkpoint that `latest` names; where that one is damaged, the newest whole one, with a warning. */
export const readLatest = (directory: string): Result<TrainingState> => {
  const pointer = join(directory, files.latest);
  const named = existsSync(pointer) ? Number(readFileSync(pointer, "utf8").trim()) : NaN;
  const newestFirst = [...iterationsIn(directory)].reverse();
  const order = newestFirst.includes(named)
    ? [named, ...newestFirst.filter((other) => other !== named)]
    : newestFirst;
  const problems = [];
  for (const iteration of order) {
    const state = readCheckpoint(join(directory, folderName(iteration)));
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
  const best = readCheckpoint(join(directory, folderName(progress.bestIteration)));
  return best.ok ? best : latest;
};
