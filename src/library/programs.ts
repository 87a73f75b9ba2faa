/** Programs: what a text says, and what it needs. */
import type { CompileOptions } from "../program/analyse.ts";
import { compile as compileWith } from "../program/compile.ts";
import type { Dataset } from "../data/dataset.ts";
import { oneOf, perhaps } from "../diagnostics/argument.ts";
import { success, type Result, type SourceFile } from "../diagnostics/diagnostic.ts";
import * as render from "../diagnostics/render.ts";
import { diskPrelude, loadFromDisk } from "../program/disk.ts";
import type { MemoryForecast } from "../program/forecast.ts";
import type { ExecutedStage, Program } from "../program/program.ts";
import { ofSource } from "./check.ts";
import { answering, insisting, promising, type ArgumentRules } from "./door.ts";
import * as rules from "./rules.ts";

type Dims = Readonly<Record<string, number>>;

/** Compiles a text; imports are read from the disk beside `source.path` unless `load` says otherwise. */
export const compile: (source: SourceFile, options?: Partial<CompileOptions>) => Result<Program> =
  answering("compile", ofSource, (source: SourceFile, options: Partial<CompileOptions> = {}) =>
    compileWith(source, { load: loadFromDisk, prelude: diskPrelude(), ...options }),
  );

/** Forms of the training step below the graph, as text. What makes code is loaded only when it is asked for. */
export const inspectExecuted: (
  program: Program,
  stage: ExecutedStage,
  format: "text" | "json",
) => Promise<Result<string>> = promising(
  "inspectExecuted",
  { program: rules.aProgram, stage: oneOf("loops", "code"), format: oneOf("text", "json") },
  async (program: Program, stage: ExecutedStage, format: "text" | "json") => {
    const { printExecuted } = await import("../program/executed.ts");
    return success(printExecuted(program, stage, format));
  },
);

const ofMemory: ArgumentRules = {
  program: rules.aProgram,
  dataset: rules.aDataset,
  dims: rules.dimensions,
};

/** How much memory training will take, before anything runs. */
export const forecastMemory: (
  program: Program,
  dataset: Dataset,
  dims: Dims,
) => Promise<Result<MemoryForecast>> = promising(
  "forecastMemory",
  ofMemory,
  async (program: Program, dataset: Dataset, dims: Dims) => {
    const memory = await import("../program/forecast.ts");
    return success(memory.forecastMemory(program, dataset, dims));
  },
);

/** The diagnostics as a person reads them in a terminal. */
export const renderText: typeof render.renderText = insisting(
  "renderText",
  { diagnostics: rules.lists, sources: perhaps(rules.aMap) },
  render.renderText,
);

/** The diagnostics as a JSON array, ending with a line break. */
export const renderJson: typeof render.renderJson = insisting(
  "renderJson",
  { diagnostics: rules.lists, sources: rules.aMap },
  render.renderJson,
);
