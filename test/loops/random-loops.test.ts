/** Random loops over memories, whose steps read what earlier steps left. The soak goes through thousands of them. */
import fc from "fast-check";
import { test } from "vitest";
import { optimise } from "../../src/graph/passes/index.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { randomLoop } from "../graph/random-loops.ts";
import { expectKept } from "./expect-kept.ts";

test.each<readonly [string, typeof optimise]>([
  ["as they are", (graph) => graph],
  ["optimised", optimise],
])("random loops over memories keep their results, %s", (_, prepare) => {
  fc.assert(
    fc.property(randomLoop, ({ graph, feed }) => {
      expectKept(prepare(graph), feed, evaluate(graph, feed));
    }),
    { numRuns: 25 },
  );
});
