import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Node, NodeOf } from "../../../src/graph/op.ts";
import { optimise, passes } from "../../../src/graph/passes/index.ts";
import { layout, matmulForm } from "../../../src/graph/passes/layout.ts";
import { applyPass } from "../../../src/graph/passes/pass.ts";
import { bodyRoots, topological } from "../../../src/graph/walk.ts";
import { verify } from "../../../src/graph/verify.ts";
import { difference, inputValues, randomGraph } from "./random-graph.ts";

const contracts = (outputs: Iterable<Node>): readonly NodeOf<"contract">[] =>
  topological(outputs).flatMap((node) => {
    if (node.op === "scan") return contracts(bodyRoots(node.attrs.body));
    return node.op === "contract" ? [node] : [];
  });

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

  test("the layout keeps results and puts every contraction in matrix form", () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const placed = layout(optimise(graph));
        verify(placed);
        expect(difference(graph, placed, inputValues(graph))).toBeLessThan(TOLERANCE);
        for (const node of contracts(placed.outputs.values())) {
          const { batch, m, k, n } = matmulForm(node);
          expect(node.attrs).toEqual({ a: batch + m + k, b: batch + k + n, out: batch + m + n });
        }
      }),
      { numRuns: 60, seed: 20240612 },
    );
  });
});
