/** What donated inputs become is computed where these are, or copied there at last. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/graph/op.ts";
import { sameType } from "../../src/graph/shapes.ts";
import { interpretProgram } from "../../src/loops/interpret.ts";
import { lower } from "../../src/loops/lower/index.ts";
import { inPlace } from "../../src/loops/passes/in-place.ts";
import { optimiseLoops } from "../../src/loops/passes/index.ts";
import { plan } from "../../src/loops/passes/plan.ts";
import { partition } from "../../src/loops/passes/partition.ts";
import type { Access, Instruction, Nest, LoopProgram } from "../../src/loops/program.ts";
import { verifyProgram } from "../../src/loops/verify.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { donatedCases, donatedValues } from "../graph/donated-cases.ts";
import { inputValues, randomGraph } from "../graph/passes/random-graph.ts";
import { findClobbered, findRace } from "../support/loop-memory.ts";
import { expectEqual } from "./expect-equal.ts";

/** The program in place, once it is shown to be valid and to compute the same, for any number of threads. */
const check = (graph: Graph, values: ReadonlyMap<string, HostArray>): LoopProgram => {
  const expected = evaluate(graph, values);
  const lowered = lower(graph);
  verifyProgram(lowered);
  const optimised = optimiseLoops(lowered);
  for (const program of [inPlace(lowered), optimised]) {
    verifyProgram(program);
    expectEqual(program, values, expected);
    expect(findClobbered(plan(program))).toBeUndefined();
    for (const threads of [2, 3]) {
      const partitioned = partition(plan(program), threads);
      verifyProgram(partitioned);
      expect(findRace(partitioned)).toBeUndefined();
    }
  }
  return optimised;
};

const rolesIn = ({ buffers }: LoopProgram, role: string): readonly string[] =>
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

describe("is copied", () => {
  const at = (buffer: string, ...strides: number[]): Access => ({
    buffer,
    base: 0,
    strides,
    steps: [],
  });
  const nest = (axes: readonly number[], to: Access, ...from: readonly Access[]): Nest => ({
    kind: "nest",
    axes,
    reduced: 0,
    body: [
      ...from.map((access): Instruction => ({ op: "load", dtype: "float", from: access })),
      { op: "binary", name: "add", a: 0, b: from.length - 1 },
      { op: "store", value: from.length, to },
    ],
  });
  const program = (...body: readonly Nest[]): LoopProgram => ({
    buffers: [
      { name: "a", dtype: "float", size: 8, role: "input" },
      { name: "x", dtype: "float", size: 8, role: "input" },
      { name: "t", dtype: "float", size: 8, role: "temporary" },
      { name: "a'", dtype: "float", size: 8, role: "output", replaces: "a" },
      { name: "y'", dtype: "float", size: 8, role: "output" },
    ],
    body,
    threads: 1,
    arena: 0,
  });
  const values = new Map([
    ["a", [1, 2, 3, 4, 5, 6, 7, 8]],
    ["x", [8, 1, 6, 3, 5, 7, 4, 9]],
  ]);

  test.each([
    [
      "what is stored twice, the same each time",
      program(
        nest([8], at("y'", 1), at("x", 1), at("x", 1)),
        nest([2, 8], at("a'", 0, 1), at("a", 0, 1), at("x", 0, 1)),
      ),
    ],
    [
      "what is made of something that changes later",
      program(
        nest([8], at("t", 1), at("x", 1), at("x", 1)),
        nest([8], at("a'", 1), at("a", 1), at("t", 1)),
        nest([8], at("t", 1), at("a", 1), at("x", 1)),
        nest([8], at("y'", 1), at("t", 1), at("x", 1)),
      ),
    ],
  ])("%s", (_, given) => {
    verifyProgram(given);
    const made = inPlace(given);
    verifyProgram(made);
    const before = interpretProgram(given, values);
    const after = interpretProgram(made, values);
    expect([after.get("a"), after.get("y'")]).toEqual([before.get("a'"), before.get("y'")]);
    expect(rolesIn(made, "temporary")).toContain("a'");
  });
});
