import { binary, constant, float, get, load } from "../../../src/code/build.ts";
import type { Address, CodeExpr, Lanes, Module, CodeStatement } from "../../../src/code/code.ts";
import { f32, i32 } from "../../../src/code/type.ts";
import { along, count, kernel, type Elements } from "./modules.ts";

/**
 * Statements of every kind, for some threads: a running sum over time of rows that all threads share, its total by one
 * of them, reversed and strided copies, and elements picked and placed by computed indices.
 */
export const statementsModule = (lanes: Lanes, threads: number, length = 5): Module => {
  const type = f32(lanes);
  const row = (buffer: string, first = 0): Address => ({
    buffer,
    offset: {
      constant: first,
      terms: [
        { variable: "t", scale: count },
        { variable: "i", scale: 1 },
      ],
    },
  });
  const parts = (body: readonly CodeStatement[], step: number = lanes): CodeStatement => ({
    kind: "for",
    variable: "i",
    from: { part: "from", size: count },
    to: { part: "to", size: count },
    step,
    ...(step === 1 ? {} : { overlap: true }),
    body,
  });
  const buffer = (name: string, size: number, index: number, scalar: "f32" | "i32" = "f32") => ({
    name,
    scalar,
    size,
    place: { kind: "argument", index } as const,
  });
  const sum = (local: string, of: CodeExpr): CodeStatement => ({
    kind: "set",
    local,
    value: binary("add", get(local, f32(1)), of),
  });
  return {
    buffers: [
      buffer("x", length * count, 0),
      buffer("order", count, 1, "i32"),
      buffer("totals", length, 2),
      buffer("reversed", length * count, 3),
      buffer("picked", count, 4),
      buffer("placed", count, 5),
      buffer("strided", 3 * 16, 6),
      { name: "carry", scalar: "f32", size: count, place: { kind: "arena", offset: 16 } },
      { name: "rows", scalar: "f32", size: length * count, place: { kind: "arena", offset: 64 } },
    ],
    arguments: 7,
    arena: 64 + length * count,
    threads,
    functions: [],
    kernels: [
      kernel("start", [
        parts([{ kind: "store", type, to: along("carry"), value: float(0, lanes) }]),
      ]),
      kernel(
        "advance",
        [
          parts(
            [
              {
                kind: "let",
                local: "next",
                type: f32(1),
                value: binary("add", load(along("carry"), f32(1)), load(row("x"), f32(1))),
              },
              { kind: "store", type: f32(1), to: along("carry"), value: get("next", f32(1)) },
              { kind: "store", type: f32(1), to: row("rows"), value: get("next", f32(1)) },
            ],
            1,
          ),
        ],
        { times: ["t"] },
      ),
      kernel(
        "total",
        [
          { kind: "let", local: "sum", type: f32(1), value: float(0, 1), mutable: true },
          {
            kind: "for",
            variable: "i",
            from: 0,
            to: count,
            step: 1,
            reverse: true,
            body: [sum("sum", load(row("rows"), f32(1)))],
          },
          {
            kind: "store",
            type: f32(1),
            to: along("totals", "t"),
            value: get("sum", f32(1)),
          },
        ],
        { times: ["t"], alone: true, origin: "a total */ of each step" },
      ),
      kernel(
        "reverse",
        [
          parts([
            {
              kind: "store",
              type,
              to: row("reversed"),
              value: load(
                {
                  buffer: "rows",
                  offset: {
                    constant: (length - 1) * count,
                    terms: [
                      { variable: "t", scale: -count },
                      { variable: "i", scale: 1 },
                    ],
                  },
                },
                type,
              ),
            },
          ]),
        ],
        { times: ["t"] },
      ),
      kernel(
        "pick",
        [
          {
            kind: "for",
            variable: "i",
            from: 0,
            to: count,
            step: 1,
            body: [
              { kind: "let", local: "at", type: i32(1), value: load(along("order"), i32(1)) },
              {
                kind: "store",
                type: f32(1),
                to: along("picked"),
                value: load(
                  { buffer: "rows", offset: constant(count), dynamic: { local: "at", stride: 1 } },
                  f32(1),
                ),
              },
              {
                kind: "store",
                type: f32(1),
                to: { buffer: "placed", offset: constant(0), dynamic: { local: "at", stride: 1 } },
                value: load(along("x"), f32(1)),
              },
            ],
          },
          {
            kind: "store",
            type,
            to: { buffer: "strided", offset: constant(1) },
            value: load({ buffer: "x", offset: constant(2) }, type),
            ...(lanes === 1 ? {} : { step: 3 }),
          },
        ],
        { alone: true },
      ),
    ],
    schedule: [
      { kind: "run", kernel: "start" },
      ...(threads > 1 ? [{ kind: "barrier" } as const] : []),
      {
        kind: "loop",
        variable: "t",
        length,
        reverse: false,
        body: [
          { kind: "run", kernel: "advance" },
          ...(threads > 1 ? [{ kind: "barrier" } as const] : []),
          { kind: "run", kernel: "total" },
        ],
      },
      {
        kind: "loop",
        variable: "t'",
        length: 1,
        reverse: true,
        body: [{ kind: "run", kernel: "pick" }],
      },
      {
        kind: "loop",
        variable: "t",
        length,
        reverse: true,
        body: [{ kind: "run", kernel: "reverse" }],
      },
    ],
  };
};

/** Arguments of a `statementsModule`; `order` is a permutation. */
export const statementsInputs = (length = 5): readonly Elements[] => [
  Float32Array.from({ length: length * count }, (_, i) => Math.fround(Math.sin(i) + i / 50)),
  Int32Array.from({ length: count }, (_, i) => (i * 5) % count),
];
