import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, posix, relative, resolve, sep } from "node:path";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { runFormat, type KeptSource, type RunContents } from "./contents.ts";
import { codeOf } from "../files/code.ts";
import { makeFolder } from "../files/folder.ts";
import { encodeJson } from "../diagnostics/json.ts";
import { cannotCreate, folderTaken } from "./errors.ts";
import { foldCase } from "./names.ts";
import { writeJson, writeWhole } from "./whole-file.ts";

/** Names within a run folder. */
export const runFiles = {
  model: "model.gtm",
  config: "config.json",
  overrides: "overrides.json",
  graph: "graph.json",
  environment: "env.json",
  metrics: "metrics.jsonl",
  checkpoints: "checkpoints",
  samples: "samples",
  report: "report.html",
  profile: "profile.json",
  log: "log.txt",
  manifest: "manifest.json",
} as const;

/** "vrnn-2026-08-22T10-31-07-s1": sorts by time, and is a legal name everywhere. */
export const runName = (model: string, started: Date, seed: number): string => {
  const time = started.toISOString().slice(0, 19).replaceAll(":", "-");
  return `${model.toLowerCase().replace(/[^a-z0-9_-]+/gu, "-")}-${time}-s${seed}`;
};

/**
 * Makes the folder with what is known before the first iteration; it appears whole, also when the process is killed meanwhile.
 * The folder must not exist: no run is ever overwritten, also not by another process that starts at the same moment.
 */
export const createRun = (path: string, contents: RunContents): Result<string> => {
  const folder = resolve(path);
  if (existsSync(folder)) return failure(folderTaken(path));
  const partial = join(dirname(folder), `.${basename(folder)}.partial-${randomUUID()}`);
  try {
    makeFolder(dirname(folder));
    mkdirSync(partial);
  } catch (error) {
    return failure(cannotCreate(path, error));
  }
  try {
    fill(partial, contents);
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    return failure(isTaken(error) ? folderTaken(path) : cannotCreate(path, error));
  }
  return success(folder);
};

const fill = (folder: string, contents: RunContents): void => {
  mkdirSync(join(folder, runFiles.checkpoints));
  mkdirSync(join(folder, runFiles.samples));
  const files = placeSources(contents.sources);
  for (const { file, source } of files) {
    makeFolder(dirname(join(folder, file)));
    writeWhole(join(folder, file), source.text);
  }
  writeJson(join(folder, runFiles.config), {
    format: runFormat,
    model: contents.model,
    seed: contents.seed,
    settings: contents.settings,
    sources: files.map(({ file, source: { path: from, role } }) => ({ path: from, role, file })),
  });
  writeJson(join(folder, runFiles.overrides), contents.overrides);
  writeWhole(join(folder, runFiles.graph), contents.graph);
  writeJson(join(folder, runFiles.environment), contents.environment);
};

/** Adds a line to metrics.jsonl. */
export const appendMetrics = (folder: string, metrics: Readonly<Record<string, unknown>>): void => {
  appendFileSync(join(folder, runFiles.metrics), `${encodeJson(metrics)}\n`);
};

/** Adds what the user was told to log.txt. */
export const appendLog = (folder: string, text: string): void => {
  appendFileSync(join(folder, runFiles.log), text);
};

/** What a resumed run was told anew: it is the truth about the run from now on. */
export const updateRun = (
  folder: string,
  { settings, overrides }: Pick<RunContents, "settings" | "overrides">,
): void => {
  const path = join(folder, runFiles.config);
  const config: unknown = JSON.parse(readFileSync(path, "utf8"));
  writeJson(path, { ...(typeof config === "object" ? config : {}), format: runFormat, settings });
  writeJson(join(folder, runFiles.overrides), overrides);
};

const isTaken = (error: unknown): boolean =>
  ["EEXIST", "ENOTEMPTY", "ENOTDIR"].includes(String(codeOf(error)));

/**
 * The model becomes model.gtm. What it imports from its own folder or below keeps its place beside it, so that the copy
 * compiles as it lies; what comes from elsewhere goes to imports/, the shipped files to prelude/.
 */
const placeSources = (
  sources: readonly KeptSource[],
): readonly { readonly file: string; readonly source: KeptSource }[] => {
  const model = sources.find(({ role }) => role === "model");
  const base = dirname(model?.path ?? ".");
  const taken = new Set<string>(Object.values(runFiles));
  return sources.map((source) => {
    const beside = relative(base, source.path).split(sep).join("/");
    const inside = !beside.startsWith("../") && !/^([a-z]:|\/)/iu.test(beside);
    const wanted: { readonly [R in KeptSource["role"]]: string } = {
      model: runFiles.model,
      import: inside ? beside : `imports/${basename(source.path)}`,
      prelude: `prelude/${basename(source.path)}`,
    };
    const file = source.role === "model" ? runFiles.model : free(wanted[source.role], taken);
    taken.add(foldCase(file));
    return { file, source };
  });
};

const free = (file: string, taken: ReadonlySet<string>): string => {
  const { dir, name, ext } = posix.parse(file);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? file : posix.join(dir, `${name}-${number}${ext}`);
    if (!taken.has(foldCase(candidate))) return candidate;
  }
};
