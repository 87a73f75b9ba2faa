import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join, resolve, win32 } from "node:path";
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import {
  runFormat,
  type Environment,
  type KeptSetting,
  type KeptSource,
  type Overrides,
} from "./contents.ts";
import { damagedRun, notARun, otherFormat } from "./errors.ts";
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

/** Reads a run folder, or says which of its parts are missing, damaged, or of another version of gtmc. */
export const openRun = (path: string): Result<Run> => {
  const folder = resolve(path);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    return failure(notARun(path, ["there is no such folder"]));
  }
  const needed: readonly string[] = [
    runFiles.model,
    runFiles.config,
    runFiles.overrides,
    runFiles.environment,
  ];
  const missing = needed.filter((name) => !existsSync(join(folder, name)));
  if (missing.includes(runFiles.config)) {
    return failure(notARun(path, [`it has no ${missing.join(", no ")}`]));
  }
  const problems = missing.map((name) => `${name} is missing`);
  const read = <T>(name: string, is: (value: unknown) => value is T): T | undefined => {
    if (missing.includes(name)) return undefined;
    const value = parse(readPart(folder, name) ?? "");
    if (is(value)) return value;
    problems.push(`${name} is damaged`);
    return undefined;
  };
  const refused = refuseOther(path, folder);
  if (refused !== undefined) return failure(refused);
  const config = read(runFiles.config, isConfig);
  const overrides = read(runFiles.overrides, isOverrides);
  const environment = read(runFiles.environment, isEnvironment);
  const sources = (config?.sources ?? []).map((source) => ({
    ...source,
    text: isInside(source.file) ? readPart(folder, source.file) : undefined,
  }));
  for (const { file, text } of sources) {
    if (text === undefined && !missing.includes(file)) {
      problems.push(`its source ${file} is missing`);
    }
  }
  if (
    config === undefined ||
    overrides === undefined ||
    environment === undefined ||
    problems.length > 0
  ) {
    return failure(damagedRun(path, join(path, runFiles.model), problems));
  }
  return success({
    path: folder,
    model: config.model,
    seed: config.seed,
    settings: config.settings,
    sources: sources.map(({ path: from, role, text = "" }) => ({ path: from, role, text })),
    overrides,
    environment,
    checkpoints: listCheckpoints(folder),
    finished: existsSync(join(folder, runFiles.manifest)),
  });
};

/** What is wrong with a folder of a later format than this gtmc's. */
const refuseOther = (path: string, folder: string): Diagnostic | undefined => {
  const format = formatOf(parse(readPart(folder, runFiles.config) ?? ""));
  if (format === undefined || format <= runFormat) return undefined;
  const writer = parse(readPart(folder, runFiles.environment) ?? "");
  return otherFormat(
    path,
    join(path, runFiles.model),
    format,
    isEnvironment(writer) ? writer.gtmc : undefined,
  );
};

/** The text of a plain file of the folder; undefined where there is none, and for what is no file. */
const readPart = (folder: string, file: string): string | undefined => {
  const path = join(folder, file);
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? readFileSync(path, "utf8") : undefined;
};

const isInside = (file: string): boolean =>
  !isAbsolute(file) && !win32.isAbsolute(file) && !file.split(/[/\\]/u).includes("..");

/** Whole lines of metrics.jsonl; a line that a kill cut short is left out. */
export const readMetrics = (folder: string): readonly Readonly<Record<string, unknown>>[] => {
  return (readPart(folder, runFiles.metrics) ?? "").split("\n").flatMap((line) => {
    const value = line === "" ? undefined : parse(line);
    return isRecord(value) ? [value] : [];
  });
};

/**
 * Forgets metrics of iterations that will be done again, so that a resumed run has one line for each; before the first
 * checkpoint all, as also the test bound of first values is taken again.
 */
export const rewindMetrics = (folder: string, iteration: number): void => {
  const kept = readMetrics(folder).filter(
    ({ step }) => iteration > 0 && typeof step === "number" && step <= iteration,
  );
  writeWhole(
    join(folder, runFiles.metrics),
    kept.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
};

const listCheckpoints = (folder: string): readonly KeptCheckpoint[] => {
  const parent = join(folder, runFiles.checkpoints);
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(parent)
    .filter((name) => /^\d+$/u.test(name) && existsSync(join(parent, name, "state.json")))
    .map((name) => ({ iteration: Number(name), path: join(parent, name) }))
    .sort((a, b) => a.iteration - b.iteration);
};

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

/** 0 where a folder does not say; undefined where what it says is not a number. */
const formatOf = (config: unknown): number | undefined => {
  const format = isRecord(config) ? (config["format"] ?? 0) : undefined;
  return isCount(format) ? format : undefined;
};

const isConfig = (value: unknown): value is ConfigFile =>
  isRecord(value) &&
  formatOf(value) !== undefined &&
  typeof value["model"] === "string" &&
  isCount(value["seed"]) &&
  isListOf(value["settings"], ["path", "value", "origin"]) &&
  isListOf(value["sources"], ["path", "role", "file"]) &&
  isSources(value["sources"]);

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

const isSources = (sources: readonly Readonly<Record<string, unknown>>[]): boolean =>
  sources.every(({ role }) => ["model", "import", "prelude"].includes(String(role))) &&
  sources.filter(({ role }) => role === "model").length === 1;

const isListOf = (
  value: unknown,
  texts: readonly string[],
): value is readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) &&
  value.every((item) => isRecord(item) && texts.every((key) => typeof item[key] === "string"));

const isOverrides = (value: unknown): value is Overrides =>
  isRecord(value) &&
  Array.isArray(value["set"]) &&
  value["set"].every((text) => typeof text === "string") &&
  ["model", "dataDirectory", "backend"].every((key) => isTextOrAbsent(value[key])) &&
  (value["config"] === undefined || isConfigOverride(value["config"]));

const isConfigOverride = (value: unknown): boolean =>
  isRecord(value) && typeof value["path"] === "string" && isRecord(value["values"]);

const isTextOrAbsent = (value: unknown): boolean =>
  value === undefined || typeof value === "string";

const isEnvironment = (value: unknown): value is Environment =>
  isRecord(value) &&
  ["gtmc", "node", "platform", "cpu", "backend", "started"].every(
    (key) => typeof value[key] === "string",
  ) &&
  ["cores", "memoryBytes"].every((key) => typeof value[key] === "number") &&
  isRecord(value["libraries"]) &&
  Object.values(value["libraries"]).every((version) => typeof version === "string") &&
  (value["git"] === undefined ||
    (isRecord(value["git"]) && typeof value["git"]["commit"] === "string")) &&
  (value["data"] === undefined ||
    (isRecord(value["data"]) && Object.values(value["data"]).every(isDigest)));

const isDigest = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value["sha256"] === "string" &&
  (value["sequences"] === undefined || isCount(value["sequences"]));
