/** From an optimised graph to code, one exported function an arrow. */
import type { Graph } from "../graph/op.ts";
import { lower } from "../loops/lower/index.ts";
import { optimiseLoops } from "../loops/passes/index.ts";
import { plan } from "../loops/passes/plan.ts";
import { partition } from "../loops/passes/partition.ts";
import type { BufferDeclaration, LoopProgram } from "../loops/program.ts";
import type { Module, CodeTarget } from "./code.ts";
import { emit } from "./emit/index.ts";

/** What code is generated for. */
export interface GenerateOptions {
  readonly target: CodeTarget;
  /** How many threads run it together. */
  readonly threads: number;
}

/** Bytes that an executable of loops takes: its arena, and the buffers that it is given, updates and gives. */
export interface MemoryUse {
  readonly arena: number;
  readonly inputs: number;
  readonly state: number;
  readonly outputs: number;
}

/** What the graph will take, known before any code is made. */
export const memoryUse = (graph: Graph): MemoryUse => {
  const { arena, buffers } = laidOut(graph);
  const bytes = (role: BufferDeclaration["role"]): number =>
    buffers.reduce((sum, one) => sum + (one.role === role ? 4 * one.size : 0), 0);
  return {
    arena: 4 * arena,
    inputs: bytes("input"),
    state: bytes("state"),
    outputs: bytes("output"),
  };
};

const laidOut = (graph: Graph): LoopProgram => plan(optimiseLoops(lower(graph)));

/** The planned loop program: memory laid out, work partitioned among threads. */
export const schedule = (graph: Graph, threads: number): LoopProgram =>
  partition(laidOut(graph), threads);

/** The module's arguments are the graph's inputs, then the outputs that replace none, in the graph's order. */
export const generate = (graph: Graph, { target, threads }: GenerateOptions): Module =>
  emit(schedule(graph, threads), target);
