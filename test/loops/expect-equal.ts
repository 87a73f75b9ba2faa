/** Loop programs compared with the reference. */
import { expect } from "vitest";
import { interpretProgram } from "../../src/loops/interpret.ts";
import { outputBuffer } from "../../src/loops/lower/index.ts";
import type { LoopProgram } from "../../src/loops/program.ts";
import type { HostArray } from "../../src/runtime/backend.ts";

type Arrays = ReadonlyMap<string, HostArray>;

/** Both compute in float64; only the order of sums differs. */
const isNear = (got: number, want: number): boolean =>
  Number.isFinite(want) ? Math.abs(got - want) / (1 + Math.abs(want)) < 1e-9 : Object.is(got, want);

/** Runs the program and expects of every output, in place or not, what the reference made of the graph. */
export const expectEqual = (program: LoopProgram, feed: Arrays, expected: Arrays): void => {
  const inputs = new Map([...feed].map(([name, { data }]) => [name, data] as const));
  const found = interpretProgram(program, inputs);
  for (const [name, { data }] of expected) {
    const actual = found.get(outputBuffer(name)) ?? found.get(name) ?? [];
    const wrong = [...data.keys()].find((i) => !isNear(actual[i] ?? 0, data[i] ?? 0));
    if (wrong !== undefined) expect(actual[wrong], `${name}[${wrong}]`).toBe(data[wrong]);
    expect(actual).toHaveLength(data.length);
  }
};
