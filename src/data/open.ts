/** Datasets by the names that `train` blocks use. */
import { failure, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { DataContext, DataSpec } from "./context.ts";
import type { Dataset } from "./dataset.ts";
import { unknownTask } from "./errors.ts";
import { maze, singleImages, tableRecall } from "./image-tasks.ts";
import { pianoRoll } from "./piano-roll.ts";
import { dynamicDependency, parityRecall, perfectRecall, similarityRecall } from "./recall.ts";
import { sequences, table } from "./sequences.ts";
import type { Source } from "./source.ts";
import { walk } from "./walk.ts";

/** The sources' names, as `train` blocks write them. */
export type SourceName =
  | "perfect_recall"
  | "parity_recall"
  | "dynamic_dependency"
  | "similarity_recall"
  | "maze"
  | "recall"
  | "images"
  | "sequences"
  | "table"
  | "piano_roll"
  | "walk";

/** A new source is one file and one entry here. */
const byName: Readonly<Record<SourceName, Source>> = {
  perfect_recall: perfectRecall,
  parity_recall: parityRecall,
  dynamic_dependency: dynamicDependency,
  similarity_recall: similarityRecall,
  maze,
  recall: tableRecall,
  images: singleImages,
  sequences,
  table,
  piano_roll: pianoRoll,
  walk,
};

/** Every data source. */
export const sources: readonly Source[] = Object.values(byName);

/** Names of the data sources. */
export const sourceNames: readonly string[] = sources.map(({ name }) => name);

/** What is wrong with the name or the arguments of a data source, as far as no file has to be opened (E0601, E0602). */
export const checkSourceCall = (call: DataSpec): readonly Diagnostic[] =>
  sourceOf(call)?.check(call) ?? [unknownTask(call, sourceNames)];

const sourceOf = ({ name }: DataSpec): Source | undefined =>
  sources.find((source) => source.name === name);

/** Opens what a `train` block names, or says what is unknown, missing or unreadable (E0601 to E0609). */
export const openDataset = (call: DataSpec, context: DataContext): Result<Dataset> => {
  const found = sourceOf(call);
  return found === undefined ? failure(unknownTask(call, sourceNames)) : found.open(call, context);
};
