import { afterAll, describe, expect, test } from "vitest";
import { binary, constant, float, fma, get, load, splat, unary } from "../../../src/code/build.ts";
import type { Affine, Lanes, CodeStatement } from "../../../src/code/code.ts";
import { f32, i32 } from "../../../src/code/type.ts";
import {
  interpret,
  kernelOf,
  machineOf,
  moduleOf,
  moduleOfBody,
  run,
  type Argument,
} from "./run.ts";

const at = (terms: Readonly<Record<string, number>>, base = 0): Affine => ({
  constant: base,
  terms: Object.entries(terms).map(([variable, scale]) => ({ variable, scale })),
});

type For = Extract<CodeStatement, { kind: "for" }>;
const loop = (
  variable: string,
  to: number,
  body: readonly CodeStatement[],
  more: Partial<For> = {},
): CodeStatement => ({ kind: "for", variable, from: 0, to, step: 1, body, ...more });

const ramp = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => ((i * 37) % 64) / 8 - 3);

const args: readonly Argument[] = [
  { name: "x", scalar: "f32", size: 240 },
  { name: "n", scalar: "i32", size: 8 },
  { name: "y", scalar: "f32", size: 240 },
];
const given = [
  ramp(240),
  Int32Array.from([3, 0, 7, 1, 2, 5, 4, 6]),
  new Float32Array(240),
] as const;

/** y[to] = x[from] + x[from + 1]. */
const addNext = (from: Affine, to: Affine, lanes: Lanes): CodeStatement => ({
  kind: "store",
  type: f32(lanes),
  to: { buffer: "y", offset: to },
  value: binary(
    "add",
    load({ buffer: "x", offset: from }, f32(lanes)),
    load({ buffer: "x", offset: { ...from, constant: from.constant + 1 } }, f32(lanes)),
  ),
});

const bodies: Readonly<Record<string, readonly CodeStatement[]>> = {
  "a loop": [loop("i", 13, [addNext(at({ i: 1 }), at({ i: 1 }), 1)])],
  "a loop of one step": [loop("i", 1, [addNext(at({ i: 1 }, 5), at({ i: 1 }, 3), 4)])],
  "a loop from elsewhere by a step": [
    loop("i", 29, [addNext(at({ i: 2 }), at({ i: 3 }), 4)], { from: 5, step: 4 }),
  ],
  "overlapping vectors": [
    loop("i", 13, [addNext(at({ i: 1 }), at({ i: 1 }), 4)], { step: 4, overlap: true }),
  ],
  "overlap of one whole step": [
    loop("i", 4, [addNext(at({ i: 1 }), at({ i: 1 }), 4)], { step: 4, overlap: true }),
  ],
  "a reverse loop": [
    loop(
      "i",
      12,
      [
        {
          kind: "store",
          type: f32(1),
          to: { buffer: "y", offset: at({ i: 1 }) },
          value: binary(
            "add",
            load({ buffer: "y", offset: at({ i: 1 }, 1) }, f32(1)),
            load({ buffer: "x", offset: at({ i: 1 }) }, f32(1)),
          ),
        },
      ],
      { from: 2, reverse: true },
    ),
  ],
  "addresses against the loop": [loop("i", 13, [addNext(at({ i: -2 }, 30), at({ i: -1 }, 12), 1)])],
  "nested loops": [
    loop("i", 5, [
      loop("j", 7, [
        loop("k", 6, [addNext(at({ k: 1, i: 40, j: 2 }), at({ i: 42, j: 6, k: 1 }), 1)]),
        addNext(at({ i: 40 }), at({ j: 1 }, 230), 1),
      ]),
    ]),
  ],
  "nested ragged vectors": [
    loop(
      "i",
      5,
      [
        loop("j", 10, [addNext(at({ i: 11, j: 1 }), at({ i: 10, j: 1 }), 4)], {
          step: 4,
          overlap: true,
        }),
      ],
      { step: 2, overlap: true },
    ),
  ],
  "elements apart": [
    loop("i", 4, [
      {
        kind: "store",
        type: f32(4),
        to: { buffer: "y", offset: at({ i: 17 }, 20) },
        step: -3,
        value: load({ buffer: "x", offset: at({ i: 9 }) }, f32(4), 7),
      },
    ]),
  ],
  "indices computed at run time": [
    loop("i", 8, [
      {
        kind: "let",
        local: "row",
        type: i32(1),
        value: load({ buffer: "n", offset: at({ i: 1 }) }, i32(1)),
      },
      {
        kind: "store",
        type: f32(4),
        to: { buffer: "y", offset: at({ i: 4 }) },
        value: load(
          { buffer: "x", offset: at({}, 2), dynamic: { local: "row", stride: 4 } },
          f32(4),
        ),
      },
    ]),
    loop("k", 8, [
      {
        kind: "let",
        local: "to",
        type: i32(1),
        value: load({ buffer: "n", offset: at({ k: 1 }) }, i32(1)),
      },
      {
        kind: "store",
        type: f32(1),
        to: { buffer: "y", offset: at({ k: 8 }, 100), dynamic: { local: "to", stride: 1 } },
        value: unary("toFloat", { kind: "index", of: at({ k: 3 }, 1) }),
      },
    ]),
  ],
  "a tile of a product": [
    loop(
      "c",
      24,
      [
        { kind: "let", local: "s0", type: f32(4), value: float(0, 4), mutable: true },
        { kind: "let", local: "s1", type: f32(4), value: float(0, 4), mutable: true },
        loop("k", 5, [
          {
            kind: "let",
            local: "b",
            type: f32(4),
            value: load({ buffer: "x", offset: at({ k: 24, c: 1 }) }, f32(4)),
          },
          ...[0, 1].map((row): CodeStatement => ({
            kind: "set",
            local: `s${row}`,
            value: fma(
              splat(load({ buffer: "x", offset: at({ k: 1 }, 120 + 5 * row) }, f32(1)), 4),
              get("b", f32(4)),
              get(`s${row}`, f32(4)),
            ),
          })),
        ]),
        ...[0, 1].map((row): CodeStatement => ({
          kind: "store",
          type: f32(4),
          to: { buffer: "y", offset: at({ c: 1 }, 24 * row) },
          value: get(`s${row}`, f32(4)),
        })),
      ],
      { step: 4 },
    ),
  ],
  "the arena": [
    loop("i", 16, [
      {
        kind: "store",
        type: f32(1),
        to: { buffer: "arena", offset: at({ i: 1 }, 3) },
        value: load({ buffer: "x", offset: at({ i: 1 }) }, f32(1)),
      },
    ]),
    loop("j", 16, [
      {
        kind: "store",
        type: f32(1),
        to: { buffer: "y", offset: at({ j: 1 }) },
        value: binary(
          "sub",
          load({ buffer: "arena", offset: at({ j: -1 }, 18) }, f32(1)),
          load({ buffer: "arena", offset: constant(3) }, f32(1)),
        ),
      },
    ]),
  ],
};

describe.each([{ relaxed: false }, { relaxed: true }])("relaxed $relaxed", ({ relaxed }) => {
  const machine = machineOf(1, relaxed);
  afterAll(machine.dispose);

  test.each(Object.keys(bodies))("%s", (name) => {
    const module = moduleOfBody(args, bodies[name] ?? [], { arena: 40 });
    const expected = interpret(module, given);
    expect(expected[2]).not.toEqual(given[2]);
    expect(run(machine, module, given)).toEqual(expected);
  });

  test("kernels run in order, in loops over time", () => {
    const accumulate = kernelOf(
      "accumulate",
      [
        {
          kind: "store",
          type: f32(4),
          to: { buffer: "y", offset: at({ t: 4, u: -4 }, 40) },
          value: binary(
            "add",
            load({ buffer: "y", offset: at({ t: 4, u: -4 }, 36) }, f32(4)),
            load({ buffer: "x", offset: at({ u: 3, t: 5 }) }, f32(4)),
          ),
        },
      ],
      { times: ["t", "u"] },
    );
    const mark = kernelOf(
      "mark",
      [
        {
          kind: "store",
          type: f32(1),
          to: { buffer: "y", offset: constant(36) },
          value: binary("add", load({ buffer: "y", offset: constant(36) }, f32(1)), float(1, 1)),
        },
      ],
      { alone: true },
    );
    const module = moduleOf(
      args,
      [accumulate, mark],
      [
        {
          kind: "loop",
          variable: "t",
          length: 6,
          reverse: false,
          body: [
            { kind: "run", kernel: "mark" },
            {
              kind: "loop",
              variable: "u",
              length: 3,
              reverse: true,
              body: [{ kind: "run", kernel: "accumulate" }],
            },
          ],
        },
      ],
    );
    expect(run(machine, module, given)).toEqual(interpret(module, given));
  });
});
