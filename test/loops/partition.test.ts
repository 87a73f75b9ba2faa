import { describe, expect, test } from "vitest";
import { partial } from "../../src/loops/passes/partial.ts";
import { plan } from "../../src/loops/passes/plan.ts";
import { partition } from "../../src/loops/passes/partition.ts";
import type {
  Access,
  BufferDeclaration,
  Nest,
  Product,
  LoopProgram,
  Statement,
} from "../../src/loops/program.ts";
import { interpretProgram } from "../../src/loops/interpret.ts";
import { verifyProgram } from "../../src/loops/verify.ts";
import { findRace } from "../support/loop-memory.ts";
import { randomProgram } from "./random-program.ts";

const outline = (statements: readonly Statement[]): string[] =>
  statements.flatMap((one): string[] => {
    if (one.kind === "barrier") return ["barrier"];
    if (one.kind === "loop")
      return [`for ${one.length}`, ...outline(one.body).map((s) => `  ${s}`)];
    return [`${one.kind} [${one.axes.join(", ")}] by ${one.partitioned ?? "all"}`];
  });

const partitioned = (program: LoopProgram, threads: number): string[] => {
  const result = partition(plan(program), threads);
  verifyProgram(result);
  expect(findRace(result)).toBe(undefined);
  return outline(result.body);
};

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

const access = (
  name: string,
  strides: readonly number[],
  steps: readonly number[] = [],
  base = 0,
): Access => ({ buffer: name, base, strides, steps });

const map = (axes: readonly number[], from: Access, to: Access): Nest => ({
  kind: "nest",
  axes,
  reduced: 0,
  body: [
    { op: "load", dtype: "float", from },
    { op: "unary", name: "tanh", of: 0 },
    { op: "store", value: 1, to },
  ],
});

/** rows x inner times inner x columns. */
const product = (
  [rows, inner, columns]: readonly [number, number, number],
  a: string,
  b: string,
  to: string,
  [aStep, toStep, toBase]: readonly [number, number, number] = [0, 0, 0],
): Product => ({
  kind: "product",
  axes: [rows, columns],
  row: 0,
  column: 1,
  terms: [
    {
      inner: [inner],
      a: access(a, [inner, 0, 1], [aStep]),
      b: access(b, [0, 1, columns], [0]),
    },
  ],
  body: [
    { op: "product" },
    { op: "store", value: 0, to: access(to, [columns, 1], [toStep], toBase) },
  ],
});

/** h[t + 1] = tanh(h[t] · w), with rows of 128. */
const recurrent = (batch: number): LoopProgram => {
  const size = batch * 128;
  return {
    buffers: [
      buffer("w", 128 * 128, "input"),
      buffer("x", size, "input"),
      buffer("sum", size),
      buffer("h", 6 * size, "output"),
    ],
    body: [
      map([size], access("x", [1]), access("h", [1])),
      {
        kind: "loop",
        length: 5,
        reverse: false,
        body: [
          product([batch, 128, 128], "h", "w", "sum", [size, 0, 0]),
          map([size], access("sum", [1], [0]), access("h", [1], [size], size)),
        ],
      },
    ],
    threads: 1,
    arena: 0,
  };
};

describe("a time loop", () => {
  test("whose threads keep to their own rows does not make them wait", () => {
    expect(partitioned(recurrent(10), 2)).toEqual([
      "nest [1280] by 0",
      "for 5",
      "  product [10, 128] by 0",
      "  nest [1280] by 0",
    ]);
  });

  test("splits merged axes again where threads do not divide the rows", () => {
    expect(partitioned(recurrent(9), 2)).toEqual([
      "nest [1152] by 0",
      "barrier",
      "for 5",
      "  product [9, 128] by 0",
      "  nest [9, 128] by 0",
    ]);
  });

  test("of one row too small to be worth waiting runs on one thread", () => {
    expect(partitioned(recurrent(1), 2).slice(-2)).toEqual([
      "  product [1, 128] by alone",
      "  nest [128] by alone",
    ]);
  });
});

test("one thread needs nothing", () => {
  const program = plan(recurrent(4));
  expect(partition(program, 1)).toEqual({ ...program, threads: 1 });
});

test("rows handed to columns wait once", () => {
  const program: LoopProgram = {
    buffers: [
      buffer("w", 64 * 64, "input"),
      buffer("x", 64 * 64, "input"),
      buffer("a", 64 * 64),
      buffer("b", 64 * 64),
      buffer("y", 64 * 64, "output"),
    ],
    body: [
      product([64, 64, 64], "x", "w", "a"),
      map([64, 64], access("a", [64, 1]), access("b", [64, 1])),
      product([64, 64, 64], "w", "b", "y"),
    ].map((one) => withoutSteps(one)),
    threads: 1,
    arena: 0,
  };
  expect(partitioned(program, 2)).toEqual([
    "product [64, 64] by 0",
    "nest [64, 64] by 0",
    "barrier",
    "product [64, 64] by 0",
  ]);
});

const withoutSteps = (one: Nest | Product): Statement => {
  const bare = (from: Access): Access => ({ ...from, steps: [] });
  const body = one.body.map((x) => {
    if (x.op === "load") return { ...x, from: bare(x.from) };
    return x.op === "store" || x.op === "reduce" ? { ...x, to: bare(x.to) } : x;
  });
  if (one.kind === "nest") return { ...one, body };
  const terms = one.terms.map(({ inner, a, b }) => ({ inner, a: bare(a), b: bare(b) }));
  return { ...one, body, terms };
};

describe("random programs", () => {
  test.each([2, 3, 5])("run on %i threads without races", (threads) => {
    for (let seed = 0; seed < 60; seed++) {
      const program = partition(plan(randomProgram(seed)), threads);
      verifyProgram(program);
      expect(findRace(program), `seed ${seed}`).toBe(undefined);
    }
  });

  test("would race without their barriers, almost each of them", () => {
    let needed = 0;
    let all = 0;
    for (let seed = 0; seed < 12; seed++) {
      const program = partition(plan(randomProgram(seed)), 2);
      for (let k = 0; ; k++) {
        const fewer = withoutBarrier(program.body, k);
        if (fewer === undefined) break;
        all++;
        if (findRace({ ...program, body: fewer }) !== undefined) needed++;
      }
    }
    expect(all).toBeGreaterThan(30);
    expect(needed / all).toBeGreaterThan(0.9);
  });
});

/** The statements without the k-th barrier, if there is one. */
const withoutBarrier = (body: readonly Statement[], k: number): Statement[] | undefined => {
  let left = k;
  const walk = (statements: readonly Statement[]): Statement[] =>
    statements.flatMap((one): Statement[] => {
      if (one.kind === "loop") return [{ ...one, body: walk(one.body) }];
      return one.kind === "barrier" && left-- === 0 ? [] : [one];
    });
  const result = walk(body);
  return left < 0 ? result : undefined;
};

describe("long reductions", () => {
  const sum = (size: number): LoopProgram => ({
    buffers: [
      buffer("x", size, "input"),
      buffer("twice", size, "output"),
      buffer("y", 1, "output"),
    ],
    body: [
      {
        kind: "nest",
        axes: [size],
        reduced: 1,
        body: [
          { op: "load", dtype: "float", from: access("x", [1]) },
          { op: "binary", name: "add", a: 0, b: 0 },
          { op: "store", value: 1, to: access("twice", [1]) },
          { op: "index", axis: 0, scale: 1, offset: 1 },
          { op: "cast", dtype: "float", of: 3 },
          { op: "binary", name: "mul", a: 0, b: 4 },
          { op: "reduce", name: "add", value: 5, to: access("y", [0]) },
        ],
      },
    ],
    threads: 1,
    arena: 0,
  });

  test("are divided in two stages", () => {
    const program = partial(sum(8192));
    verifyProgram(program);
    expect(partitioned(program, 2)).toEqual([
      "nest [32, 256] by 0",
      "barrier",
      "nest [32] by alone",
    ]);
    const x = Float64Array.from({ length: 8192 }, (_, i) => (i % 7) - 3);
    // Whole numbers: sums are exact in any order.
    const inputs = new Map([["x", x]]);
    expect(interpretProgram(program, inputs)).toEqual(interpretProgram(sum(8192), inputs));
  });

  test("stay whole where they are short", () => {
    expect(partial(sum(1024))).toEqual(sum(1024));
  });
});
