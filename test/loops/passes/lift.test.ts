/** Copies of a buffer that a loop also stores to. */
import { describe, expect, test } from "vitest";
import { dead } from "../../../src/loops/passes/dead.ts";
import { forward } from "../../../src/loops/passes/forward.ts";
import type { Access, Instruction, Nest, LoopProgram } from "../../../src/loops/program.ts";
import { verifyProgram } from "../../../src/loops/verify.ts";
import { programDifference } from "./expect-same.ts";

const STEPS = 3;
const row = (buffer: string, base: number, steps: readonly number[]): Access => ({
  buffer,
  base,
  strides: [1],
  steps,
});
const nest = (from: Access, to: Access, size = 2): Nest => {
  const load: Instruction = { op: "load", dtype: "float", from };
  const half: Instruction = { op: "number", dtype: "float", value: 0.5 };
  const scaled: Instruction = { op: "binary", name: "mul", a: 0, b: 1 };
  const isCopy = from.buffer !== "x";
  return {
    kind: "nest",
    axes: [size],
    reduced: 0,
    body: isCopy
      ? [load, { op: "store", value: 0, to }]
      : [load, half, scaled, { op: "store", value: 2, to }],
  };
};

/** A history of rows, of which every step copies row t + 1 to a stack, and stores to row t + 1 + `shift`. */
const program = (shift: number, reverse: boolean, storesFirst: boolean): LoopProgram => {
  const copy = nest(row("history", 2, [2]), row("stack", 0, [2]));
  const change = nest(row("x", 0, [2]), row("history", 2 + 2 * shift, [2]));
  const size = 2 * (STEPS + 2);
  return {
    buffers: [
      { name: "x", dtype: "float", size, role: "input" },
      { name: "y", dtype: "float", size, role: "input" },
      { name: "history", dtype: "float", size, role: "temporary" },
      { name: "stack", dtype: "float", size: 2 * STEPS, role: "temporary" },
      { name: "out", dtype: "float", size: 2 * STEPS, role: "output" },
    ],
    body: [
      nest(row("y", 0, []), row("history", 0, []), size),
      {
        kind: "loop",
        length: STEPS,
        reverse,
        body: storesFirst ? [change, copy] : [copy, change],
      },
      nest(row("stack", 0, []), row("out", 0, []), 2 * STEPS),
    ],
    threads: 1,
    arena: 0,
  };
};

const inputs = new Map(
  ["x", "y"].map((name, k) => [name, [...Array(10).keys()].map((i) => i + 20 * k)]),
);

describe.each([-1, 0, 1])("stored %i rows ahead", (shift) => {
  describe.each([false, true])("reverse: %s", (reverse) => {
    test.each([false, true])("stored first: %s", (storesFirst) => {
      const given = program(shift, reverse, storesFirst);
      const made = dead(forward(given));
      verifyProgram(made);
      expect(programDifference(given, made, inputs)).toBe(0);
      const isHistory = shift === 0 ? storesFirst : shift > 0 !== reverse;
      expect(made.buffers.some(({ name }) => name === "stack")).toBe(false);
      const [, loop] = made.body;
      expect(loop?.kind === "loop" && loop.body.length).toBe(isHistory ? 1 : 2);
    });
  });
});
