import { afterAll, describe, expect, test } from "vitest";
import {
  binary,
  call,
  compare,
  constant,
  fma,
  float,
  get,
  int,
  load,
  select,
  splat,
  unary,
} from "../../../src/code/build.ts";
import type { CodeExpr, Lanes, CodeStatement } from "../../../src/code/code.ts";
import { f32, i32 } from "../../../src/code/type.ts";
import { interpret, machineOf, moduleOfBody, run, type Argument, type Elements } from "./run.ts";

const size = 24;
const args: readonly Argument[] = [
  { name: "x", scalar: "f32", size },
  { name: "n", scalar: "i32", size },
  { name: "float", scalar: "f32", size },
  { name: "int", scalar: "i32", size },
];
const given = [
  Float32Array.from([
    1.5, -2.5, 0, 3.25, -0.5, 2.5, -7.75, 100.5, 0.5, 1, -1, 2, 6, -6, 20, -20, 0.001, 5, 4, 3, 2,
    1, 0.25, 9,
  ]),
  Int32Array.from([3, -4, 0, 7, 100, -100, 12, 5, 2, 2, -1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3]),
  new Float32Array(size),
  new Int32Array(size),
] as const;

const x = (lanes: Lanes, at = 0, step = 1): CodeExpr =>
  load({ buffer: "x", offset: constant(at) }, f32(lanes), step);
const n = (lanes: Lanes, at = 0, step = 1): CodeExpr =>
  load({ buffer: "n", offset: constant(at) }, i32(lanes), step);
/** Numbers that say what a mask is. */
const shown = (of: CodeExpr, lanes: Lanes): CodeExpr => select(of, int(1, lanes), int(2, lanes));

/** One lane is all there is. */
const across = (op: "add" | "mul" | "min" | "max", of: CodeExpr, lanes: Lanes): CodeExpr =>
  lanes === 1 ? of : splat({ kind: "across", op, of }, lanes);

/** A zero has no sign here: the interpreter rounds -0.5 to 0. */
const positive = (results: readonly Elements[]): readonly Elements[] =>
  results.map((result) => result.map((value) => (value === 0 ? 0 : value)));

type Make = (lanes: Lanes) => CodeExpr;
const floats: Readonly<Record<string, Make>> = {
  number: (lanes) => float(-1.25, lanes),
  infinity: (lanes) => float(Number.NEGATIVE_INFINITY, lanes),
  nan: (lanes) => float(Number.NaN, lanes),
  load: x,
  "load elements apart": (lanes) => x(lanes, 3, 5),
  "load backwards": (lanes) => x(lanes, 10, -2),
  "load one for all": (lanes) => x(lanes, 7, 0),
  "load one": (lanes) => splat(x(1, 7), lanes),
  splat: (lanes) => splat(unary("neg", x(1, 3)), lanes),
  neg: (lanes) => unary("neg", x(lanes)),
  abs: (lanes) => unary("abs", x(lanes)),
  sqrt: (lanes) => unary("sqrt", x(lanes, 16)),
  "sqrt of negative": (lanes) => unary("sqrt", x(lanes, 1)),
  round: (lanes) => unary("round", x(lanes)),
  "round ties": (lanes) => unary("round", x(lanes, 4)),
  floor: (lanes) => unary("floor", x(lanes)),
  toFloat: (lanes) => unary("toFloat", n(lanes)),
  asFloat: (lanes) => unary("asFloat", unary("asInt", x(lanes))),
  add: (lanes) => binary("add", x(lanes), x(lanes, 4)),
  sub: (lanes) => binary("sub", x(lanes), x(lanes, 4)),
  mul: (lanes) => binary("mul", x(lanes), x(lanes, 4)),
  div: (lanes) => binary("div", x(lanes), x(lanes, 4)),
  min: (lanes) => binary("min", x(lanes), x(lanes, 4)),
  max: (lanes) => binary("max", x(lanes), x(lanes, 4)),
  "min with NaN before": (lanes) => binary("min", float(Number.NaN, lanes), x(lanes)),
  "min with NaN behind": (lanes) => binary("min", x(lanes), float(Number.NaN, lanes)),
  "max with NaN before": (lanes) => binary("max", float(Number.NaN, lanes), x(lanes)),
  "max with NaN behind": (lanes) => binary("max", x(lanes), float(Number.NaN, lanes)),
  // Exact: rounded once and twice alike.
  fma: (lanes) => fma(x(lanes), x(lanes, 4), x(lanes, 8)),
  select: (lanes) => select(compare("lt", x(lanes), float(0.5, lanes)), x(lanes, 4), x(lanes, 8)),
  "select by not": (lanes) =>
    select(unary("not", compare("eq", n(lanes), int(0, lanes))), x(lanes, 4), x(lanes, 8)),
  "across add": (lanes) => across("add", x(lanes, 4), lanes),
  "across mul": (lanes) => across("mul", x(lanes, 8), lanes),
  "across min": (lanes) => across("min", x(lanes, 4), lanes),
  "across max": (lanes) => across("max", x(lanes, 4), lanes),
};
const ints: Readonly<Record<string, Make>> = {
  number: (lanes) => int(-123456789, lanes),
  ramp: (lanes) => ({ kind: "ramp", lanes }),
  load: n,
  "load elements apart": (lanes) => n(lanes, 3, 5),
  index: (lanes) => splat({ kind: "index", of: constant(42) }, lanes),
  toInt: (lanes) => unary("toInt", x(lanes)),
  asInt: (lanes) => unary("asInt", x(lanes)),
  add: (lanes) => binary("add", n(lanes), n(lanes, 4)),
  sub: (lanes) => binary("sub", n(lanes), n(lanes, 4)),
  mul: (lanes) => binary("mul", n(lanes), n(lanes, 4)),
  min: (lanes) => binary("min", n(lanes), n(lanes, 4)),
  max: (lanes) => binary("max", n(lanes), n(lanes, 4)),
  shiftLeft: (lanes) => binary("shiftLeft", n(lanes), int(5, lanes)),
  shiftRight: (lanes) => binary("shiftRight", n(lanes), int(1, lanes)),
  and: (lanes) => binary("and", n(lanes), n(lanes, 4)),
  or: (lanes) => binary("or", n(lanes), n(lanes, 4)),
  lt: (lanes) => shown(compare("lt", x(lanes), x(lanes, 4)), lanes),
  le: (lanes) => shown(compare("le", x(lanes), x(lanes, 4)), lanes),
  eq: (lanes) => shown(compare("eq", x(lanes), x(lanes)), lanes),
  "eq of NaN": (lanes) =>
    shown(compare("eq", float(Number.NaN, lanes), float(Number.NaN, lanes)), lanes),
  "lt of ints": (lanes) => shown(compare("lt", n(lanes), n(lanes, 4)), lanes),
  "le of ints": (lanes) => shown(compare("le", n(lanes), n(lanes, 4)), lanes),
  "eq of ints": (lanes) => shown(compare("eq", n(lanes), int(0, lanes)), lanes),
  "and of masks": (lanes) =>
    shown(
      binary(
        "and",
        compare("lt", x(lanes), float(2, lanes)),
        compare("lt", float(0, lanes), x(lanes)),
      ),
      lanes,
    ),
  "or of masks": (lanes) =>
    shown(
      binary(
        "or",
        compare("lt", float(2, lanes), x(lanes)),
        compare("lt", x(lanes), float(0, lanes)),
      ),
      lanes,
    ),
  "across add": (lanes) => across("add", n(lanes, 4), lanes),
};

describe.each([
  { relaxed: false, lanes: 1 },
  { relaxed: false, lanes: 4 },
  { relaxed: true, lanes: 1 },
  { relaxed: true, lanes: 4 },
] as const)("lanes $lanes, relaxed $relaxed", ({ relaxed, lanes }) => {
  const machine = machineOf(1, relaxed);
  afterAll(machine.dispose);

  test.each(Object.keys(floats))("%s of floats", (name) => {
    const value = floats[name]?.(lanes) ?? float(0, 1);
    const body: readonly CodeStatement[] = [
      { kind: "let", local: "v", type: f32(lanes), value },
      {
        kind: "store",
        type: f32(lanes),
        to: { buffer: "float", offset: constant(2) },
        value: get("v", f32(lanes)),
      },
    ];
    const module = moduleOfBody(args, body);
    expect(positive(run(machine, module, given))).toEqual(positive(interpret(module, given)));
  });

  test.each(Object.keys(ints))("%s of ints", (name) => {
    const body: readonly CodeStatement[] = [
      {
        kind: "store",
        type: i32(lanes),
        to: { buffer: "int", offset: constant(1) },
        value: ints[name]?.(lanes) ?? int(0, 1),
        step: 3,
      },
    ];
    const module = moduleOfBody(args, body);
    expect(positive(run(machine, module, given))).toEqual(positive(interpret(module, given)));
  });

  test.each(["exp", "log", "sigmoid", "softplus", "tanh", "sin", "cos"])("%s", (name) => {
    const body: readonly CodeStatement[] = [0, 4, 8, 12, 16, 20].map((at) => ({
      kind: "store",
      type: f32(lanes),
      to: { buffer: "float", offset: constant(at) },
      value: call(name, x(lanes, at)),
    }));
    const module = moduleOfBody(args, body);
    const [, , actual] = run(machine, module, given);
    const [, , expected] = interpret(module, given);
    // A dozen operations on float32, each rounded, and fused or not.
    actual?.forEach((value, i) => {
      const right = expected?.[i] ?? 0;
      if (Number.isFinite(right)) {
        expect(Math.abs(value - right)).toBeLessThanOrEqual(12 * 2 ** -24 * (Math.abs(right) + 1));
      } else expect(value).toBe(right);
    });
  });
});

test("functions take several values", () => {
  const machine = machineOf(1, false);
  const body: readonly CodeStatement[] = [
    {
      kind: "store",
      type: f32(4),
      to: { buffer: "float", offset: constant(0) },
      value: call("pow", x(4, 16), x(4, 18)),
    },
  ];
  const [, , actual] = run(machine, moduleOfBody(args, body), given);
  [0.001 ** 4, 5 ** 3, 4 ** 2, 3].forEach((right, i) => {
    expect((actual?.[i] ?? 0) / right).toBeCloseTo(1, 5);
  });
  machine.dispose();
});
