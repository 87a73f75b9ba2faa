import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { binary, float, load } from "../../../src/code/build.ts";
import type { Affine, Module } from "../../../src/code/code.ts";
import { f32 } from "../../../src/code/type.ts";
import { interpret, kernelOf, machineOf, moduleOf, run } from "./run.ts";

const at = (terms: Readonly<Record<string, number>>, base = 0): Affine => ({
  constant: base,
  terms: Object.entries(terms).map(([variable, scale]) => ({ variable, scale })),
});

/**
 * In each of 10 steps every thread writes its part of y, and then reads what the others wrote: x = reverse of y + 1. The
 * first one counts the steps.
 */
const exchange = (threads: number, size: number): Module => {
  const part = { from: { part: "from", size }, to: { part: "to", size } } as const;
  const forward = kernelOf("forward", [
    {
      kind: "for",
      variable: "i",
      ...part,
      step: 4,
      overlap: true,
      body: [
        {
          kind: "store",
          type: f32(4),
          to: { buffer: "y", offset: at({ i: 1 }) },
          value: binary("add", load({ buffer: "x", offset: at({ i: 1 }) }, f32(4)), float(1, 4)),
        },
      ],
    },
  ]);
  const backward = kernelOf("backward", [
    {
      kind: "for",
      variable: "j",
      ...part,
      step: 1,
      body: [
        {
          kind: "store",
          type: f32(1),
          to: { buffer: "x", offset: at({ j: 1 }) },
          value: load({ buffer: "y", offset: at({ j: -1 }, size - 1) }, f32(1)),
        },
      ],
    },
  ]);
  const count = kernelOf(
    "count",
    [
      {
        kind: "store",
        type: f32(1),
        to: { buffer: "steps", offset: at({}) },
        value: binary("add", load({ buffer: "steps", offset: at({}) }, f32(1)), float(1, 1)),
      },
    ],
    { alone: true },
  );
  return moduleOf(
    [
      { name: "x", scalar: "f32", size },
      { name: "y", scalar: "f32", size },
      { name: "steps", scalar: "f32", size: 1 },
    ],
    [forward, backward, count],
    [
      {
        kind: "loop",
        variable: "t",
        length: 10,
        reverse: false,
        body: [
          { kind: "run", kernel: "forward" },
          { kind: "run", kernel: "count" },
          { kind: "barrier" },
          { kind: "run", kernel: "backward" },
          { kind: "barrier" },
        ],
      },
    ],
    { threads },
  );
};

const given = (size: number) => [
  Float32Array.from({ length: size }, (_, i) => i),
  new Float32Array(size),
  new Float32Array(1),
];

describe.each([1, 2, 3])("%i threads", (threads) => {
  const machine = machineOf(threads, false);
  afterAll(machine.dispose);

  test("wait for each other", () => {
    const module = exchange(threads, 53);
    expect(run(machine, module, given(53))).toEqual(interpret(module, given(53)));
  });

  test("run a thousand times", () => {
    const [x, , steps] = run(machine, exchange(threads, 50), given(50), 1000);
    expect(steps).toEqual(Float32Array.of(10_000));
    expect(x).toEqual(Float32Array.from({ length: 50 }, (_, i) => i + 10_000));
  });

  test("run several modules in turn, also after others are gone", () => {
    const before = machine.heap.count();
    for (const size of [20, 33, 47, 64]) {
      const module = exchange(threads, size);
      expect(run(machine, module, given(size), 3)).toEqual(
        [1, 2, 3].reduce(
          (args: readonly (Float32Array | Int32Array)[]) => interpret(module, args),
          given(size),
        ),
      );
    }
    expect(machine.heap.count()).toBe(before);
  });

  test("see memory that grew after they had started", () => {
    const module = exchange(threads, 300_000);
    const [x] = run(machine, module, given(300_000), 2);
    expect(x?.at(-1)).toBe(299_999 + 20);
  });
});

test("a thread that fails does not hang the others", () => {
  const machine = machineOf(2, false);
  const far = kernelOf("far", [
    {
      kind: "for",
      variable: "i",
      from: { part: "from", size: 2 },
      to: { part: "to", size: 2 },
      step: 1,
      body: [
        {
          kind: "store",
          type: f32(1),
          // The second thread's element is beyond all memory.
          to: { buffer: "x", offset: at({ i: 2 ** 29 - 1 }) },
          value: float(1, 1),
        },
      ],
    },
  ]);
  const module = moduleOf(
    [{ name: "x", scalar: "f32", size: 4 }],
    [far],
    [{ kind: "run", kernel: "far" }, { kind: "barrier" }],
    { threads: 2 },
  );
  expect(() => run(machine, module, [new Float32Array(4)])).toThrow();
  expect(() => run(machine, module, [new Float32Array(4)])).toThrow("a thread has failed");
  machine.dispose();
});

test("threads do not keep the process alive", () => {
  const path = fileURLToPath(new URL("left-open.ts", import.meta.url));
  const output = execFileSync(process.execPath, ["--import", "tsx", path], {
    encoding: "utf8",
    timeout: 10_000,
  });
  expect(output).toBe("done\n");
});
