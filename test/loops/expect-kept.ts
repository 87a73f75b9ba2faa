/** Graphs on their way to threads. */
import { expect } from "vitest";
import type { Graph } from "../../src/graph/op.ts";
import { lower } from "../../src/loops/lower/index.ts";
import { optimiseLoops } from "../../src/loops/passes/index.ts";
import { plan } from "../../src/loops/passes/plan.ts";
import { partition } from "../../src/loops/passes/partition.ts";
import { verifyProgram } from "../../src/loops/verify.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { findClobbered, findRace } from "../support/loop-memory.ts";
import { expectEqual } from "./expect-equal.ts";

type Arrays = ReadonlyMap<string, HostArray>;

/** The graph is lowered right, and keeps its results through every pass, without races of two threads. */
export const expectKept = (graph: Graph, feed: Arrays, expected: Arrays): void => {
  const program = lower(graph);
  verifyProgram(program);
  expectEqual(program, feed, expected);
  const partitioned = partition(plan(optimiseLoops(program)), 2);
  verifyProgram(partitioned);
  expect(findRace(partitioned)).toBeUndefined();
  expect(findClobbered(partitioned)).toBeUndefined();
  expectEqual(partitioned, feed, expected);
};
