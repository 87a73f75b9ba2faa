/** Whatever the program is, every pass keeps its outputs and its invariants. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { optimise } from "../../../src/graph/passes/index.ts";
import type { Graph } from "../../../src/graph/op.ts";
import { lower } from "../../../src/loops/lower/index.ts";
import { evaluate } from "../../../src/runtime/reference.ts";
import { inputValues, randomGraph, wideGraph } from "../../graph/passes/random-graph.ts";
import { expectEqual } from "../expect-equal.ts";
import { checkPasses } from "./expect-same.ts";

const inputsOf = (graph: Graph): ReadonlyMap<string, ArrayLike<number>> =>
  new Map([...inputValues(graph)].map(([name, { data }]) => [name, data] as const));

test("random programs keep their outputs", () => {
  fc.assert(
    fc.property(randomGraph, (graph) => {
      checkPasses(lower(graph), inputsOf(graph), 1e-9);
    }),
    { numRuns: 60, seed: 1 },
  );
});

test("random programs of optimised graphs keep their outputs", () => {
  fc.assert(
    fc.property(randomGraph, (graph) => {
      const made = optimise(graph);
      expect(checkPasses(lower(made), inputsOf(graph), 1e-9)).toBeDefined();
    }),
    { numRuns: 40, seed: 2 },
  );
});

test("random graphs are lowered right, and their programs keep their outputs, at the edges of tiles", () => {
  fc.assert(
    fc.property(wideGraph, (graph) => {
      const program = lower(graph);
      expectEqual(program, inputValues(graph), evaluate(graph, inputValues(graph)));
      checkPasses(program, inputsOf(graph), 1e-9);
    }),
    { numRuns: 60, seed: 3 },
  );
});
