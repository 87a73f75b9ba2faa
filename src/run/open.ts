import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  failure,
  problem,
  success,
  type Diagnostic,
  type Result,
} from "../diagnostics/diagnostic.ts";
import type { Environment, KeptSetting, KeptSource, Overrides } from "./contents.ts";
import { runFiles } from "./folder.ts";
import { writeWhole } from "./whole-file.ts";

/** A checkpoint that was written to its end. */
export interface KeptCheckpoint {
  readonly iteration: number;
  readonly path: string;
}

/** A run as it lies on the disk. */
export interface Run {
  readonly path: string;
  readonly model: string;
  readonly seed: number;
  readonly sources: readonly KeptSource[];
  readonly settings: readonly KeptSetting[];
  readonly overrides: Overrides;
  readonly environment: Environment;
  /** In the order of iterations. */
  readonly checkpoints: readonly KeptCheckpoint[];
  /** Whether it came to its end: there is a manifest. */
  readonly finished: boolean;
}

/** Reads a run folder, or says which of its parts are missing or damaged. */
export const openRun = (path: string): Result<Run> => {
  const folder = resolve(path);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    return failure(notARun(path, ["there is no such folder"]));
  }
  const needed = [runFiles.model, runFiles.config, runFiles.overrides, runFiles.environment];
  const missing = needed.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) {
    return failure(notARun(path, [`it has no ${missing.join(", no ")}`]));
  }
  const damaged: string[] = [];
  const read = <T>(name: string, is: (value: unknown) => value is T): T | undefined => {
    const value = parse(readFileSync(join(folder, name), "utf8"));
    if (is(value)) return value;
    damaged.push(name);
    return undefined;
  };
  const config = read(runFiles.config, isConfig);
  const overrides = read(runFiles.overrides, isOverrides);
  const environment = read(runFiles.environment, isEnvironment);
  const lost = config?.sources.filter(({ file }) => !existsSync(join(folder, file))) ?? [];
  if (lost.length > 0) {
    return failure(
      notARun(
        path,
        lost.map(({ file }) => `its source ${file} is missing`),
      ),
    );
  }
  if (config === undefined || overrides === undefined || environment === undefined) {
    return failure(
      notARun(
        path,
        damaged.map((name) => `${name} is damaged`),
      ),
    );
  }
  return success({
    path: folder,
    model: config.model,
    seed: config.seed,
    settings: config.settings,
    sources: config.sources.map(({ path: from, role, file }) => ({
      path: from,
      role,
      text: readFileSync(join(folder, file), "utf8"),
    })),
    overrides,
    environment,
    checkpoints: listCheckpoints(folder),
    finished: existsSync(join(folder, runFiles.manifest)),
  });
};

/** Whole lines of metrics.jsonl; a line that a kill cut short is left out. */
export const readMetrics = (folder: string): readonly Readonly<Record<string, unknown>>[] => {
  const path = join(folder, runFiles.metrics);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      const value = line === "" ? undefined : parse(line);
      return isRecord(value) ? [value] : [];
    });
};

/** Forgets metrics of iterations that will be done again, so that a resumed run has one line for each. */
export const rewindMetrics = (folder: string, iteration: number): void => {
  const kept = readMetrics(folder).filter(
    ({ step }) => typeof step === "number" && step <= iteration,
  );
  writeWhole(
    join(folder, runFiles.metrics),
    kept.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
};

const listCheckpoints = (folder: string): readonly KeptCheckpoint[] => {
  const parent = join(folder, runFiles.checkpoints);
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => /^\d+$/u.test(name) && existsSync(join(parent, name, "state.json")))
    .map((name) => ({ iteration: Number(name), path: join(parent, name) }))
    .sort((a, b) => a.iteration - b.iteration);
};

const notARun = (path: string, notes: readonly string[]): Diagnostic =>
  problem("E0815", `\`${path}\` is not a run folder`, notes, [
    "`gtmc run FILE` makes one and prints its path",
  ]);

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface ConfigFile {
  readonly model: string;
  readonly seed: number;
  readonly settings: readonly KeptSetting[];
  readonly sources: readonly {
    readonly path: string;
    readonly role: KeptSource["role"];
    readonly file: string;
  }[];
}

const isConfig = (value: unknown): value is ConfigFile =>
  isRecord(value) &&
  typeof value["model"] === "string" &&
  typeof value["seed"] === "number" &&
  isListOf(value["settings"], ["path", "value", "origin"]) &&
  isListOf(value["sources"], ["path", "role", "file"]);

const isListOf = (value: unknown, texts: readonly string[]): boolean =>
  Array.isArray(value) &&
  value.every((item) => isRecord(item) && texts.every((key) => typeof item[key] === "string"));

const isOverrides = (value: unknown): value is Overrides =>
  isRecord(value) &&
  Array.isArray(value["set"]) &&
  value["set"].every((text) => typeof text === "string");

const isEnvironment = (value: unknown): value is Environment =>
  isRecord(value) && typeof value["gtmc"] === "string" && typeof value["backend"] === "string";
