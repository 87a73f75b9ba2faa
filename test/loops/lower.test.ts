/** Lowered programs compute what the reference does: every primitive with its gradient. */
import { describe, test } from "vitest";
import type { Graph } from "../../src/graph/op.ts";
import { lower } from "../../src/loops/lower/index.ts";
import { verifyProgram } from "../../src/loops/verify.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { cases } from "../graph/vjp-cases.ts";
import { graphOf } from "../runtime/case-graph.ts";
import { edgeCases } from "../runtime/edge-cases.ts";
import { expectEqual } from "./expect-equal.ts";

const expectLowered = (graph: Graph, values: ReadonlyMap<string, HostArray>): void => {
  const program = lower(graph);
  verifyProgram(program);
  expectEqual(program, values, evaluate(graph, values));
};

describe.each(Object.entries(cases))("%s", (_, problems) => {
  test.each(problems.map((problem) => [problem.about ?? "plain", problem] as const))(
    "%s",
    (__, problem) => {
      const { graph, values } = graphOf(problem, problem.stopped !== true);
      expectLowered(graph, values);
    },
  );
});

test.each(edgeCases.map((problem) => [problem.about ?? "", problem] as const))(
  "%s",
  (_, problem) => {
    const { graph, values } = graphOf(problem, false);
    expectLowered(graph, values);
  },
);
