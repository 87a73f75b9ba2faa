/** What donated inputs become is computed where these are, or copied there at last. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/graph/op.ts";
import { sameType } from "../../src/graph/shapes.ts";
import { lower } from "../../src/loops/lower/index.ts";
import { inPlace } from "../../src/loops/passes/in-place.ts";
import { optimiseLoops } from "../../src/loops/passes/index.ts";
import { plan } from "../../src/loops/passes/plan.ts";
import { share } from "../../src/loops/passes/share.ts";
import type { Program } from "../../src/loops/program.ts";
import { verifyProgram } from "../../src/loops/verify.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { donatedCases, donatedValues } from "../graph/donated-cases.ts";
import { inputValues, randomGraph } from "../graph/passes/random-graph.ts";
import { findClobbered, findRace } from "../support/loop-memory.ts";
import { expectEqual } from "./expect-equal.ts";

/** The program in place, once it is shown to be valid and to compute the same, for any number of threads. */
const check = (graph: Graph, values: ReadonlyMap<string, HostArray>): Program => {
  const expected = evaluate(graph, values);
  const lowered = lower(graph);
  verifyProgram(lowered);
  const optimised = optimiseLoops(lowered);
  for (const program of [inPlace(lowered), optimised]) {
    verifyProgram(program);
    expectEqual(program, values, expected);
    expect(findClobbered(plan(program))).toBeUndefined();
    for (const threads of [2, 3]) {
      const shared = share(plan(program), threads);
      verifyProgram(shared);
      expect(findRace(shared)).toBeUndefined();
    }
  }
  return optimised;
};

const rolesIn = ({ buffers }: Program, role: string): readonly string[] =>
  buffers.flatMap((buffer) => (buffer.role === role ? [buffer.name] : []));

describe("a donated input", () => {
  test.each(donatedCases)("$name", ({ graph, copied }) => {
    const program = check(graph, donatedValues(graph));
    expect(new Set(rolesIn(program, "state"))).toEqual(graph.donated);
    expect(rolesIn(program, "temporary").filter((name) => name.endsWith("'"))).toHaveLength(copied);
  });
});

/** The graph with outputs named after inputs of their types. */
const donating = ({ inputs, outputs }: Graph): Graph => {
  const free = [...inputs];
  const donated = new Set<string>();
  const renamed = [...outputs].map(([name, node]) => {
    const at = free.findIndex((input) => sameType(input, node));
    const [input] = at < 0 ? [] : free.splice(at, 1);
    if (input === undefined) return [name, node] as const;
    donated.add(input.attrs.name);
    return [input.attrs.name, node] as const;
  });
  return { inputs, outputs: new Map(renamed), donated };
};

test("random graphs keep their outputs", () => {
  let [direct, copied] = [0, 0];
  fc.assert(
    fc.property(randomGraph, (graph) => {
      const program = check(donating(graph), inputValues(graph));
      const copies = rolesIn(program, "temporary").filter((name) => name.endsWith("'")).length;
      copied += copies;
      direct += rolesIn(program, "state").length - copies;
    }),
    { numRuns: 80, seed: 3 },
  );
  expect(Math.min(direct, copied)).toBeGreaterThan(5);
});
