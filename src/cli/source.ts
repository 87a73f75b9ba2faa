import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import {
  failure,
  success,
  type Diagnostic,
  type Result,
  type Sources,
} from "../diagnostics/diagnostic.ts";
import type { CheckedFile, ConfigFile, Program, SourceFile } from "../index.ts";
import type { Io } from "./io.ts";
import { shownPath } from "../experiment/words.ts";
import { badConfigFile, cannotReadFile, setTwice } from "./errors.ts";
import { repeated, wholeNumber } from "./usage.ts";
import { wrong, type Common, type Wrong } from "./verb.ts";

/** Options of the verbs that compile a file. */
export interface ModelOptions extends Common {
  readonly model?: string;
  readonly set?: readonly string[];
  readonly config?: string;
  readonly seed?: number;
  readonly steps?: number;
}

export const withModelOptions = (command: Command): Command =>
  command
    .option("--set <path=value>", "override a dimension or a setting (repeatable)", repeated)
    .option("--config <file>", "overrides as JSON; --set wins over it")
    .option("--model <name>", "which model of the file, where it has several")
    .option("--seed <n>", "short for --set train.seed=<n>", wholeNumber(0));

/** A program, and what was said of it. */
export interface CompiledSource {
  readonly program: Program;
  readonly warnings: readonly Diagnostic[];
}

/** A file name as messages show it, and as the process can open it. */
export const pathOf = (io: Io, file: string): string => shownPath(resolve(io.cwd, file));

const readSource = async (io: Io, file: string): Promise<Result<SourceFile>> => {
  if (file === "-") return success({ path: "<stdin>", text: await io.stdin() });
  const path = pathOf(io, file);
  const text = readText(path);
  return text.ok ? success({ path, text: text.value }) : text;
};

/** A text, and what the command line gives to whatever reads it. */
interface Given {
  readonly source: SourceFile;
  readonly set: readonly string[];
  readonly model?: string;
  readonly config?: ConfigFile;
}

/** Reads a file and its overrides, and does something with them; what is wrong comes back as `main` can print it. */
const withSource = async <T>(
  io: Io,
  file: string,
  options: ModelOptions,
  use: (given: Given) => Promise<Result<T>>,
): Promise<{ readonly value: T; readonly warnings: readonly Diagnostic[] } | Wrong> => {
  const source = await readSource(io, file);
  if (!source.ok) return wrong(source.diagnostics);
  const config = options.config === undefined ? undefined : readConfig(io, options.config);
  if (config !== undefined && !config.ok) return wrong(config.diagnostics);
  const set = [
    ...(options.set ?? []),
    ...(options.seed === undefined ? [] : [`train.seed=${options.seed}`]),
    ...(options.steps === undefined ? [] : [`train.steps=${options.steps}`]),
  ];
  const twice = setTwice(set);
  if (twice !== undefined) return wrong([twice]);
  const given: Given = {
    source: source.value,
    set,
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(config === undefined ? {} : { config: config.value }),
  };
  const used = await use(given);
  if (used.ok) return { value: used.value, warnings: used.warnings };
  return wrong(used.diagnostics, {
    sources: sourcesOf(used.diagnostics, textOf(source.value), config?.value),
    ...(config === undefined ? {} : { configPath: config.value.path }),
  });
};

/** Reads and compiles a file with its overrides, or says what is wrong in a form that `main` can print. */
export const compileFile = async (
  io: Io,
  file: string,
  options: ModelOptions,
): Promise<CompiledSource | Wrong> => {
  const compiled = await withSource(io, file, options, async ({ source, ...given }) =>
    (await import("../index.ts")).compile(source, given),
  );
  if ("kind" in compiled) return compiled;
  return { program: compiled.value, warnings: compiled.warnings };
};

/** Reads and checks all that a file declares. */
export const checkSource = async (
  io: Io,
  file: string,
  options: ModelOptions,
): Promise<{ readonly checked: CheckedFile; readonly warnings: readonly Diagnostic[] } | Wrong> => {
  const found = await withSource(io, file, options, async ({ source, ...given }) =>
    (await import("../library/check.ts")).check(source, given),
  );
  return "kind" in found ? found : { checked: found.value, warnings: found.warnings };
};

/** A file as the texts that messages quote. */
const textOf = ({ path, text }: SourceFile): Sources => new Map([[path, text]]);

/** The texts that diagnostics point into: those that are known, the rest of what was imported, and what overrides it. */
const sourcesOf = (
  diagnostics: readonly Diagnostic[],
  known: Sources,
  config?: ConfigFile,
): Sources => {
  const files = diagnostics.flatMap(({ primary, secondary }) =>
    [...(primary === undefined ? [] : [primary]), ...secondary].map(({ span }) => span.file),
  );
  const texts = new Map(known);
  if (config?.text !== undefined) texts.set(config.path, config.text);
  for (const file of files) {
    if (texts.has(file)) continue;
    if (file.startsWith("--set ")) texts.set(file, file.slice("--set ".length));
    else if (existsSync(file)) texts.set(file, readFileSync(file, "utf8"));
  }
  return texts;
};

/** What was found to be wrong once a program was compiled, such as with the data that its settings name. */
export const wrongOf = (
  diagnostics: readonly Diagnostic[],
  { sources, overrides: { config } }: Program,
): Wrong =>
  wrong(diagnostics, {
    sources: sourcesOf(diagnostics, sources, config),
    ...(config === undefined ? {} : { configPath: config.path }),
  });

const readConfig = (io: Io, file: string): Result<ConfigFile> => {
  const path = pathOf(io, file);
  const text = readText(path);
  if (!text.ok) return text;
  const values = parseJson(text.value);
  return values.ok
    ? success({ path, values: values.value, text: text.value })
    : failure(badConfigFile(path, values.reason));
};

type Parsed =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly reason: string };

const parseJson = (text: string): Parsed => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { ok: true, value: { ...value } }
      : { ok: false, reason: "it holds no object" };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
};

const unreadable: ReadonlyMap<unknown, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["ENOTDIR", "a part of its path is a file"],
  ["EISDIR", "it is a folder"],
  ["ENAMETOOLONG", "its name is too long"],
  ["ERR_INVALID_ARG_VALUE", "no file can have this name"],
]);

const readText = (path: string): Result<string> => {
  try {
    return success(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error && "code" in error && unreadable.get(error.code);
    // What else there is, such as too many open files, is not the command line's fault.
    if (typeof reason !== "string") throw error;
    return failure(cannotReadFile(path, reason));
  }
};

/** What was found to be wrong with a run; its folder has the texts. */
export const wrongOfRun = async (
  io: Io,
  path: string,
  diagnostics: readonly Diagnostic[],
): Promise<Wrong> => {
  const { openRun } = await import("../index.ts");
  const run = openRun(pathOf(io, path));
  if (!run.ok) return wrong(diagnostics);
  const { sources, overrides } = run.value;
  const known = new Map(sources.map(({ path: from, text }) => [from, text]));
  return wrong(diagnostics, {
    sources: sourcesOf(diagnostics, known, overrides.config),
    ...(overrides.config === undefined ? {} : { configPath: overrides.config.path }),
  });
};
