/** From an optimised graph to code, one exported function an arrow. */
import type { Graph } from "../graph/op.ts";
import { lower } from "../loops/lower/index.ts";
import { optimiseLoops } from "../loops/passes/index.ts";
import { plan } from "../loops/passes/plan.ts";
import { share } from "../loops/passes/share.ts";
import type { Program } from "../loops/program.ts";
import type { Module, Target } from "./code.ts";
import { emit } from "./emit/index.ts";

/** What code is generated for. */
export interface GenerateOptions {
  readonly target: Target;
  /** How many threads run it together. */
  readonly threads: number;
}

/** The planned loop program: memory laid out, work shared out among threads. */
export const schedule = (graph: Graph, threads: number): Program =>
  share(plan(optimiseLoops(lower(graph))), threads);

/** The module's arguments are the graph's inputs, then its outputs, in the graph's order. */
export const generate = (graph: Graph, { target, threads }: GenerateOptions): Module =>
  emit(schedule(graph, threads), target);
