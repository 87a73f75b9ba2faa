import type { TrainConfig } from "../config/config.ts";
import { success, type Result, type SourceFile } from "../diagnostics/diagnostic.ts";
import { printGraph, printGraphJson } from "../graph/print.ts";
import { deriveEvaluation, deriveObjective } from "../inference/objective.ts";
import type { Plan } from "../inference/legality.ts";
import type { Bound } from "../inference/spec.ts";
import type { Model } from "../ir/model.ts";
import { printModel } from "../ir/print.ts";
import type { Modules } from "../language/modules.ts";
import { printFile } from "../language/print.ts";
import { optimise } from "../graph/passes/index.ts";
import type { BatchSizes } from "../inference/graphs.ts";
import type { Problem } from "../training/problem.ts";
import { analyseSource, pickModel, planOf, programInfo, type CompileOptions } from "./analyse.ts";
import { inspectionStep } from "./inspection.ts";
import { resolveParameters } from "./parameters.ts";
import { placesIn } from "../ir/places.ts";
import { samplingOf } from "./sampling.ts";
import type { CompileOverrides, Program } from "./program.ts";

/**
 * Compiles a `.gtm` text: parse, apply overrides, check and lower, derive. Graphs are made on demand by the program's
 * methods, one for each set of sizes. All errors of all files come back together.
 */
export const compile = (source: SourceFile, options: CompileOptions): Result<Program> => {
  const read = analyseSource(source, options);
  if (!read.ok) return read;
  const { modules, models, config } = read.value;
  const model = pickModel(models, options.model, source);
  if (!model.ok) return model;
  const plan = planOf(model.value, read.value);
  if (!plan.ok) return plan;
  return success(program(source, options, modules, model.value, config, plan.value), [
    ...read.warnings,
    ...plan.warnings,
  ]);
};

/** Remembers the graph of each set of sizes: a batch size or length comes back at every iteration. */
const bySizes = <S, G>(make: (sizes: S) => G): ((sizes: S) => G) => {
  const known = new Map<string, G>();
  return (sizes) => {
    const key = JSON.stringify(sizes);
    const found = known.get(key) ?? make(sizes);
    known.set(key, found);
    return found;
  };
};

/** What each bound is of a sequence that is measured. */
const reportedAs: Readonly<Record<Bound["kind"], Problem["bound"]>> = {
  elbo: "terms",
  iwae: "weights",
};

const program = (
  source: SourceFile,
  { model: named, set, config: file }: CompileOverrides,
  modules: Modules,
  model: Model,
  config: TrainConfig,
  plan: Plan,
): Program => {
  const { spec } = plan;
  const problem: Problem = {
    parameters: resolveParameters(model),
    objective: bySizes((sizes: BatchSizes) => deriveObjective(plan, sizes)),
    evaluation: bySizes((sizes: BatchSizes) => deriveEvaluation(model, sizes, spec.kl)),
    bound: reportedAs[spec.bound.kind],
  };
  return {
    source,
    overrides: {
      ...(named === undefined ? {} : { model: named }),
      ...(set === undefined ? {} : { set }),
      ...(file === undefined ? {} : { config: file }),
    },
    sources: modules.sources,
    model,
    config: config.run,
    problem,
    info: programInfo(model, plan),
    sampling: (target, sizes) => {
      const drawn = samplingOf(model, target, sizes);
      return drawn.ok
        ? success({ graph: optimise(drawn.value.graph), noise: drawn.value.noise })
        : drawn;
    },
    locate: placesIn(model, modules.sources),
    inspect: (stage, format) => {
      const json = format === "json";
      switch (stage) {
        case "ast":
          return json ? JSON.stringify(modules.entry, null, 2) : printFile(modules.entry);
        case "ir":
          return json ? JSON.stringify(model, null, 2) : printModel(model);
        case "graph": {
          const graph = inspectionStep(model, problem, config.run.training);
          return json ? printGraphJson(graph) : printGraph(graph);
        }
      }
    },
  };
};
