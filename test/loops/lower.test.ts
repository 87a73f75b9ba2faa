/** Lowered programs compute what the reference does: every primitive with its gradient, and whole training steps. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { modelsDirectory } from "../../src/index.ts";
import type { Graph } from "../../src/graph/op.ts";
import { interpretProgram } from "../../src/loops/interpret.ts";
import { lower, outputBuffer } from "../../src/loops/lower/index.ts";
import { verifyProgram } from "../../src/loops/verify.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { cases } from "../graph/vjp-cases.ts";
import { graphOf } from "../runtime/case-graph.ts";
import { edgeCases } from "../runtime/edge-cases.ts";
import { smallStep } from "../runtime/small-step.ts";

/** Both compute in float64; only the order of sums differs. */
const expectEqual = (graph: Graph, values: ReadonlyMap<string, HostArray>): void => {
  const program = lower(graph);
  verifyProgram(program);
  const inputs = new Map([...values].map(([name, { data }]) => [name, data] as const));
  const found = interpretProgram(program, inputs);
  for (const [name, { data }] of evaluate(graph, values)) {
    const actual = found.get(outputBuffer(name)) ?? [];
    [...data].forEach((want, i) => {
      const got = actual[i] ?? Number.NaN;
      if (Number.isFinite(want)) {
        expect(Math.abs(got - want) / (1 + Math.abs(want)), `${name}[${i}]`).toBeLessThan(1e-9);
      } else expect(got, `${name}[${i}]`).toBe(want);
    });
  }
};

describe.each(Object.entries(cases))("%s", (_, problems) => {
  test.each(problems.map((problem) => [problem.about ?? "plain", problem] as const))(
    "%s",
    (__, problem) => {
      const { graph, values } = graphOf(problem, problem.stopped !== true);
      expectEqual(graph, values);
    },
  );
});

test.each(edgeCases.map((problem) => [problem.about ?? "", problem] as const))(
  "%s",
  (_, problem) => {
    const { graph, values } = graphOf(problem, false);
    expectEqual(graph, values);
  },
);

test.each(readdirSync(modelsDirectory()).filter((name) => name.endsWith(".gtm")))(
  "a training step of %s",
  (file) => {
    const { graph, feed } = smallStep(file);
    expectEqual(graph, feed);
  },
);
