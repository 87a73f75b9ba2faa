/** Random programs of loops keep their results through every pass; each run takes other programs than the last. */
import fc from "fast-check";
import { test } from "vitest";
import { lower } from "../../src/loops/lower/index.ts";
import { inputValues, randomGraph } from "../graph/passes/random-graph.ts";
import { checkPasses } from "../loops/passes/expect-same.ts";
import { wentThrough } from "../support/soak.ts";

test("passes over loops keep the outputs of random programs", (context) => {
  let count = 0;
  fc.assert(
    fc.property(randomGraph, (graph) => {
      const inputs = new Map(
        [...inputValues(graph)].map(([name, { data }]) => [name, data] as const),
      );
      checkPasses(lower(graph), inputs, 1e-9);
      wentThrough(context, ++count, "programs");
    }),
    { numRuns: 20_000 },
  );
});
