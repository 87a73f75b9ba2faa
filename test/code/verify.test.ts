import { expect, test } from "vitest";
import { binary, constant, float, get, load } from "../../src/code/build.ts";
import type { Address, Module, CodeStatement, ScheduleStep } from "../../src/code/code.ts";
import { interpretModule } from "../../src/code/interpret.ts";
import { f32 } from "../../src/code/type.ts";
import { verifyModule } from "../../src/code/verify.ts";

const place = (buffer: string, variable?: string): Address => ({
  buffer,
  offset: variable === undefined ? constant(0) : { constant: 0, terms: [{ variable, scale: 1 }] },
});

const moduleOf = (
  kernels: readonly (readonly CodeStatement[])[],
  schedule: readonly ScheduleStep[] = [{ kind: "run", kernel: "k0" }],
  threads = 1,
): Module => ({
  buffers: [
    { name: "x", scalar: "f32", size: 10, place: { kind: "argument", index: 0 } },
    { name: "y", scalar: "f32", size: 10, place: { kind: "argument", index: 1 } },
  ],
  arguments: 2,
  arena: 0,
  threads,
  functions: [],
  kernels: kernels.map((body, i) => ({ name: `k${i}`, alone: false, times: [], flops: 0, body })),
  schedule,
});

const one = float(1, 1);
const define = (local: string, value = one): CodeStatement => ({
  kind: "let",
  local,
  type: f32(1),
  value,
});
const loop = (
  to: number,
  step: number,
  body: readonly CodeStatement[],
  overlap?: true,
): CodeStatement => ({
  kind: "for",
  variable: "i",
  from: 0,
  to,
  step,
  body,
  ...(overlap === undefined ? {} : { overlap }),
});
const copy = (lanes: 1 | 4): CodeStatement => ({
  kind: "store",
  type: f32(lanes),
  to: place("y", "i"),
  value: load(place("x", "i"), f32(lanes)),
});

test.each<readonly [string, readonly CodeStatement[]]>([
  ["defined twice", [define("a"), define("a")]],
  ["read before it is defined", [define("a", get("b", f32(1)))]],
  ["does not change", [define("a"), { kind: "set", local: "a", value: one }]],
  ["no loop over i here", [copy(1)]],
  ["x[0..11] of 10", [loop(10, 4, [copy(4)])]],
  ["no buffer z", [define("a", load(place("z"), f32(1)))]],
  ["is f32x4, not f32", [define("a", binary("add", one, float(1, 4)))]],
  ["has no whole step", [loop(3, 4, [copy(4)], true)]],
])("%s", (message, body) => {
  expect(() => {
    verifyModule(moduleOf([body]));
  }).toThrow(message);
});

test("a ragged end overlaps", () => {
  const module = moduleOf([[loop(10, 4, [copy(4)], true)]]);
  verifyModule(module);
  const x = Float32Array.from({ length: 10 }, (_, i) => i);
  const y = new Float32Array(10);
  interpretModule(module, [x, y]);
  expect(y).toEqual(x);
});

test("a barrier that lacks shows", () => {
  const partition = (body: readonly CodeStatement[]): CodeStatement => ({
    kind: "for",
    variable: "i",
    from: { part: "from", size: 10 },
    to: { part: "to", size: 10 },
    step: 1,
    body,
  });
  const fill = partition([{ kind: "store", type: f32(1), to: place("x", "i"), value: one }]);
  const reversed: Address = {
    buffer: "x",
    offset: { constant: 9, terms: [{ variable: "i", scale: -1 }] },
  };
  const turn = partition([
    { kind: "store", type: f32(1), to: place("y", "i"), value: load(reversed, f32(1)) },
  ]);
  const sumWith = (between: readonly ScheduleStep[]): number => {
    const y = new Float32Array(10);
    const steps: readonly ScheduleStep[] = [
      { kind: "run", kernel: "k0" },
      ...between,
      { kind: "run", kernel: "k1" },
    ];
    interpretModule(moduleOf([[fill], [turn]], steps, 2), [new Float32Array(10), y]);
    return y.reduce((a, b) => a + b, 0);
  };
  expect(sumWith([])).toBe(5);
  expect(sumWith([{ kind: "barrier" }])).toBe(10);
});
