import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic, Result, Sources } from "../../../src/diagnostics/diagnostic.ts";
import { families } from "../../../src/distributions/index.ts";
import type { Model } from "../../../src/ir/model.ts";
import type { CheckedProgram } from "../../../src/language/language.ts";
import { analyse } from "../../../src/language/language.ts";
import type { SourceFile } from "../../../src/diagnostics/diagnostic.ts";
import { loadModules, resolvePath } from "../../../src/language/modules.ts";

const preludeFolder = "models/prelude";
const prelude: readonly SourceFile[] = readdirSync(preludeFolder).map((name) => ({
  path: `prelude/${name}`,
  text: readFileSync(join(preludeFolder, name), "utf8"),
}));

/** What a text says, or what is wrong with it; imports are read from disk. */
export const analyseText = (
  text: string,
  path = "models/test.gtm",
): { readonly result: Result<CheckedProgram>; readonly sources: Sources } => {
  const sources = new Map([[path, text]]);
  const load = (from: string, wanted: string): string | undefined => {
    const resolved = resolvePath(from, wanted);
    try {
      const found = readFileSync(resolved, "utf8");
      sources.set(resolved, found);
      return found;
    } catch {
      return undefined;
    }
  };
  const modules = loadModules({ path, text }, load, prelude);
  if (!modules.ok) return { result: modules, sources };
  return { result: analyse(modules.value, families), sources: modules.value.sources };
};

/** The only model of a text that must be right. */
export const modelOf = (text: string, path?: string): Model => {
  const { result } = analyseText(text, path);
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  const [model] = result.value.models;
  if (model === undefined) throw new Error("no model");
  return model;
};

/** What is wrong with a text. */
export const errorsOf = (text: string): readonly Diagnostic[] => {
  const { result } = analyseText(text);
  return result.ok ? [] : result.diagnostics;
};
