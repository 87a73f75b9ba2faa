import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { optimise, passes } from "../../../src/graph/passes/index.ts";
import { applyPass } from "../../../src/graph/passes/pass.ts";
import { verify } from "../../../src/graph/verify.ts";
import { difference, inputValues, randomGraph } from "./random-graph.ts";

describe("passes on random graphs", () => {
  // float64 of at most a few hundred operations on values of order 1
  const TOLERANCE = 1e-9;

  test("every pass leaves a valid graph with the same results", () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        verify(graph);
        let current = graph;
        for (const [name, pass] of passes) {
          const next = applyPass(pass, current);
          verify(next);
          expect(difference(current, next, inputValues(graph)), name).toBeLessThan(TOLERANCE);
          current = next;
        }
        expect(difference(graph, optimise(graph), inputValues(graph))).toBeLessThan(TOLERANCE);
      }),
      { numRuns: 60, seed: 20240611 },
    );
  });
});
