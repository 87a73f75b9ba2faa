import { describe, expect, test } from "vitest";
import { plan } from "../../src/loops/passes/plan.ts";
import { mostLive, pack } from "../../src/loops/passes/plan/pack.ts";
import type {
  Access,
  BufferDeclaration,
  Nest,
  LoopProgram,
  Statement,
} from "../../src/loops/program.ts";
import { verifyProgram } from "../../src/loops/verify.ts";
import { findClobbered } from "../support/loop-memory.ts";
import { uniforms } from "../support/numbers.ts";
import { randomProgram } from "./random-program.ts";

const at = (buffer: string, depth: number, step = 0, base = 0): Access => ({
  buffer,
  base,
  strides: [1],
  steps: Array.from({ length: depth }, (_, d) => (d === depth - 1 ? step : 0)),
});

const copy = (size: number, from: Access, to: Access): Nest => ({
  kind: "nest",
  axes: [size],
  reduced: 0,
  body: [
    { op: "load", dtype: "float", from },
    { op: "store", value: 0, to },
  ],
});

const buffer = (
  name: string,
  size: number,
  role: BufferDeclaration["role"] = "temporary",
): BufferDeclaration => ({
  name,
  dtype: "float",
  size,
  role,
});

const program = (
  buffers: readonly BufferDeclaration[],
  body: readonly Statement[],
): LoopProgram => ({
  buffers,
  body,
  threads: 1,
  arena: 0,
});

const offsets = (planned: LoopProgram): Record<string, number> =>
  Object.fromEntries(
    planned.buffers.flatMap(({ name, offset }) => (offset === undefined ? [] : [[name, offset]])),
  );

const ends = [buffer("x", 100, "input"), buffer("y", 100, "output")];

describe("memory is shared", () => {
  test("by temporaries that are not live at once; what one statement accesses is", () => {
    const chain = ["x", "a", "b", "c", "y"];
    const planned = plan(
      program(
        [...ends, buffer("a", 100), buffer("b", 100), buffer("c", 100)],
        chain.slice(1).map((to, i) => copy(100, at(chain[i] ?? "", 0), at(to, 0))),
      ),
    );
    expect(offsets(planned)).toEqual({ a: 0, b: 112, c: 0 });
    expect(planned.arena).toBe(224);
  });

  test("not with what a loop carries, nor with its history", () => {
    const body: Statement[] = [
      copy(100, at("x", 0), at("carried", 0)),
      copy(100, at("x", 0), at("before", 0)),
      copy(100, at("before", 0), at("history", 0)),
      {
        kind: "loop",
        length: 3,
        reverse: false,
        body: [
          copy(100, at("carried", 1), at("local", 1)),
          copy(100, at("history", 1, 100), at("carried", 1)),
          copy(100, at("local", 1), at("history", 1, 100, 100)),
        ],
      },
      copy(100, at("history", 0, 0, 300), at("y", 0)),
    ];
    const small = [buffer("carried", 100), buffer("before", 100), buffer("local", 100)];
    const planned = plan(program([...ends, ...small, buffer("history", 400)], body));
    // Only what is dead before the loop makes room.
    expect(offsets(planned)).toEqual({ history: 0, carried: 400, before: 512, local: 512 });
    expect(findClobbered(planned)).toBe(undefined);
  });

  test("in a loop only by large temporaries: small ones would make threads wait", () => {
    const loop = (size: number): LoopProgram =>
      program(
        [buffer("x", size, "input"), buffer("y", size, "output")].concat(
          ["a", "b", "c"].map((name) => buffer(name, size)),
        ),
        [
          {
            kind: "loop",
            length: 2,
            reverse: true,
            body: ["a", "b", "c", "y"].map((to, i) =>
              copy(size, at(["x", "a", "b", "c"][i] ?? "", 1), at(to, 1)),
            ),
          },
        ],
      );
    expect(plan(loop(1 << 10)).arena).toBe(3 << 10);
    expect(plan(loop(1 << 19)).arena).toBe(2 << 19);
  });

  test("when pieces stored side by side make what is read", () => {
    const half = (base: number): Access => ({
      buffer: "a",
      base,
      strides: [2 << 10, 1],
      steps: [0],
    });
    const store = (base: number): Nest => ({
      kind: "nest",
      axes: [1 << 9, 1 << 10],
      reduced: 0,
      body: [
        { op: "number", dtype: "float", value: 1 },
        { op: "store", value: 0, to: half(base) },
      ],
    });
    const size = 1 << 20;
    const body = (pieces: readonly number[]): LoopProgram =>
      program(
        [buffer("y", size, "output"), buffer("a", size), buffer("b", size), buffer("c", size)],
        [
          {
            kind: "loop",
            length: 2,
            reverse: false,
            body: [
              ...pieces.map(store),
              copy(size, at("a", 1), at("b", 1)),
              copy(size, at("b", 1), at("c", 1)),
              copy(size, at("c", 1), at("y", 1)),
            ],
          },
        ],
      );
    expect(plan(body([0, 1 << 10])).arena).toBe(2 * size);
    // The other half would be carried over from the iteration before.
    expect(plan(body([0])).arena).toBe(3 * size);
  });
});

describe("packing", () => {
  const items = (count: number, seed: number): { size: number; from: number; to: number }[] => {
    const next = uniforms(seed);
    return Array.from({ length: count }, () => {
      const from = Math.floor(next() * count);
      const size = 16 * (1 + Math.floor(next() ** 4 * 1000));
      return { size, from, to: from + Math.floor(next() ** 3 * count * 0.2) };
    });
  };

  test("is near the most that is live at once, and never overlaps", () => {
    let needed = 0;
    let taken = 0;
    for (let seed = 0; seed < 10; seed++) {
      const some = items(150, seed);
      const { offsets: places, size } = pack(some);
      needed += mostLive(some);
      taken += size;
      for (const [i, a] of some.entries()) {
        for (const [j, b] of some.entries()) {
          if (i >= j || a.to < b.from || b.to < a.from) continue;
          const [x, y] = [places[i] ?? 0, places[j] ?? 0];
          expect(x + a.size <= y || y + b.size <= x).toBe(true);
        }
      }
    }
    expect(taken).toBeLessThanOrEqual(1.06 * needed);
  });
});

test("random programs: nothing is stored over what is still read", () => {
  let before = 0;
  let after = 0;
  for (let seed = 0; seed < 80; seed++) {
    const random = randomProgram(seed);
    verifyProgram(random);
    expect(findClobbered(random), `seed ${seed}`).toBe(undefined);
    const planned = plan(random);
    verifyProgram(planned);
    expect(findClobbered(planned), `seed ${seed}`).toBe(undefined);
    const temporaries = planned.buffers.filter(({ role }) => role === "temporary");
    before += temporaries.reduce((sum, { size }) => sum + size, 0);
    after += planned.arena;
    for (const { offset } of temporaries) expect((offset ?? 1) % 16).toBe(0);
  }
  expect(after).toBeLessThan(0.8 * before);
});
