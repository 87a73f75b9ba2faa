/** Random programs of loops, and loops over memories, keep their results; each run takes others than the last. */
import fc from "fast-check";
import { test } from "vitest";
import { optimise } from "../../src/graph/passes/index.ts";
import { lower } from "../../src/loops/lower/index.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { inputValues, randomGraph } from "../graph/passes/random-graph.ts";
import { randomLoop } from "../graph/random-loops.ts";
import { expectKept } from "../loops/expect-kept.ts";
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

test("random loops over memories keep their results, as they are and optimised", (context) => {
  let count = 0;
  fc.assert(
    fc.property(randomLoop, ({ graph, feed }) => {
      const expected = evaluate(graph, feed);
      for (const one of [graph, optimise(graph)]) expectKept(one, feed, expected);
      wentThrough(context, ++count, "loops");
    }),
    { numRuns: 3000 },
  );
});
