import {
  failure,
  success,
  type Diagnostic,
  type Result,
  type SourceFile,
} from "../diagnostics/diagnostic.ts";
import type { Model } from "../ir/model.ts";
import { analyseSource, pickModel, planOf, programInfo, type CompileOptions } from "./analyse.ts";
import type { CheckedFile, ProgramInfo } from "./program.ts";

/**
 * Checks a `.gtm` text without choosing a model: a library needs none, and of several models, each that is checked
 * comes back. `model` names the only one to check.
 */
export const check = (source: SourceFile, options: CompileOptions): Result<CheckedFile> => {
  const read = analyseSource(source, options);
  if (!read.ok) return read;
  const { modules, models } = read.value;
  const wanted =
    options.model === undefined ? success(models) : only(pickModel(models, options.model, source));
  if (!wanted.ok) return wanted;
  const checked: ProgramInfo[] = [];
  const diagnostics: Diagnostic[] = [];
  const warnings = [...read.warnings];
  for (const model of wanted.value) {
    const plan = planOf(model, read.value);
    if (plan.ok) {
      warnings.push(...plan.warnings);
      checked.push(programInfo(model, plan.value));
    } else diagnostics.push(...plan.diagnostics);
  }
  if (diagnostics.length > 0) return failure(...diagnostics);
  const declared = modules.entry.items.filter(({ kind }) => kind !== "train").length;
  return success({ models: checked, declarations: declared, sources: modules.sources }, warnings);
};

const only = (model: Result<Model>): Result<readonly Model[]> =>
  model.ok ? success([model.value]) : model;
