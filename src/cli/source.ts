import { existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Command } from "commander";
import {
  failure,
  success,
  type Diagnostic,
  type Result,
  type Sources,
} from "../diagnostics/diagnostic.ts";
import type { ConfigFile, Program, SourceFile } from "../index.ts";
import type { Io } from "./io.ts";
import { badConfigFile, cannotReadFile } from "./problems.ts";
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

/** A program and what the user changed about it. */
export interface Compiled {
  readonly program: Program;
  readonly warnings: readonly Diagnostic[];
  readonly set: readonly string[];
  readonly config?: ConfigFile;
}

/** A file name as messages show it, and as the process can open it. */
export const pathOf = (io: Io, file: string): string => {
  const path = relative(process.cwd(), resolve(io.cwd, file));
  return path.startsWith("..") ? resolve(io.cwd, file) : path;
};

const readSource = async (io: Io, file: string): Promise<Result<SourceFile>> => {
  if (file === "-") return success({ path: "<stdin>", text: await io.stdin() });
  const path = pathOf(io, file);
  const text = readText(path);
  return text.ok ? success({ path, text: text.value }) : text;
};

/** Reads and compiles a file with its overrides, or says what is wrong in a form that `main` can print. */
export const compileFile = async (
  io: Io,
  file: string,
  options: ModelOptions,
): Promise<Compiled | Wrong> => {
  const source = await readSource(io, file);
  if (!source.ok) return wrong(source.diagnostics);
  const config = options.config === undefined ? undefined : readConfig(io, options.config);
  if (config !== undefined && !config.ok) return wrong(config.diagnostics);
  const set = [
    ...(options.set ?? []),
    ...(options.seed === undefined ? [] : [`train.seed=${options.seed}`]),
    ...(options.steps === undefined ? [] : [`train.steps=${options.steps}`]),
  ];
  const { compile } = await import("../index.ts");
  const program = compile(source.value, {
    set,
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(config === undefined ? {} : { config: config.value }),
  });
  if (!program.ok) {
    return wrong(program.diagnostics, {
      sources: sourcesOf(program.diagnostics, source.value, config?.value),
      ...(config === undefined ? {} : { configPath: config.value.path }),
    });
  }
  return {
    program: program.value,
    warnings: program.warnings,
    set,
    ...(config === undefined ? {} : { config: config.value }),
  };
};

/** The texts that diagnostics point into: the file, what it imports, and what overrides it. */
export const sourcesOf = (
  diagnostics: readonly Diagnostic[],
  source: SourceFile,
  config?: ConfigFile,
): Sources => {
  const files = diagnostics.flatMap(({ primary, secondary }) =>
    [...(primary === undefined ? [] : [primary]), ...secondary].map(({ span }) => span.file),
  );
  const texts = new Map([[source.path, source.text]]);
  if (config?.text !== undefined) texts.set(config.path, config.text);
  for (const file of files) {
    if (texts.has(file)) continue;
    if (file.startsWith("--set ")) texts.set(file, file.slice("--set ".length));
    else if (existsSync(file)) texts.set(file, readFileSync(file, "utf8"));
  }
  return texts;
};

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

const readText = (path: string): Result<string> => {
  try {
    return success(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const known = new Map<unknown, string>([
      ["ENOENT", "there is no such file"],
      ["EISDIR", "it is a folder"],
    ]);
    return failure(cannotReadFile(path, known.get(code) ?? reason));
  }
};
