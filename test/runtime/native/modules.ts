/** Small modules written by hand, and how to run them. */
import {
  binary,
  call,
  compare,
  float,
  fma,
  get,
  int,
  load,
  select,
  splat,
  unary,
} from "../../../src/code/build.ts";
import type {
  Address,
  Affine,
  CodeExpr,
  Function,
  Kernel,
  Lanes,
  Module,
  CodeStatement,
} from "../../../src/code/code.ts";
import { f32, i32, mask, typeOf } from "../../../src/code/type.ts";
import { openCache } from "../../../src/runtime/native/cache.ts";
import { link, loadKoffi, type Linker } from "../../../src/runtime/native/library.ts";
import { findToolchain } from "../../../src/runtime/native/toolchain.ts";
import { need } from "../../support/need.ts";

/** A linker, or why there is none here. */
export const openLinker = async (): Promise<Linker | string> => {
  try {
    const toolchain = findToolchain(process.env);
    return {
      koffi: await loadKoffi(),
      toolchain,
      cache: openCache(process.env).directory,
      profile: false,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/** Arrays at the start of a line of memory: what modules take. */
export type Elements = Float32Array | Int32Array;

/** Runs a module once. */
export const runOnce = (module: Module, args: readonly Elements[], linker: Linker): void => {
  const linked = need(link(module, linker));
  linked.run(blockOf(args, linker));
  linked.dispose();
};

/** What a linked module runs on. Addresses do not keep arrays alive: they are kept here. */
export const blockOf = (args: readonly Elements[], { koffi }: Linker): BigUint64Array => {
  kept.push(args);
  return BigUint64Array.from([0n, ...args.map((array) => koffi.address(array))]);
};

const kept: (readonly Elements[])[] = [];

/** Elements that all loops of these modules run over: ragged for every number of lanes. */
export const count = 37;

export const along = (buffer: string, variable = "i", scale = 1, first = 0): Address => ({
  buffer,
  offset: affine(variable, scale, first),
});

const affine = (variable: string, scale = 1, first = 0): Affine => ({
  constant: first,
  terms: [{ variable, scale }],
});

/** Expressions of every kind, of inputs x, y (f32) and n, m (i32). */
const expressions = (lanes: Lanes): Readonly<Record<string, CodeExpr>> => {
  const [x, y] = [load(along("x"), f32(lanes)), load(along("y"), f32(lanes))];
  const [n, m] = [load(along("n"), i32(lanes)), load(along("m"), i32(lanes))];
  const [less, equal] = [compare("lt", x, y), compare("eq", x, y)];
  const pick = (of: CodeExpr): CodeExpr => select(of, float(1, lanes), float(2, lanes));
  const numbers = [0.1, -0, Infinity, -Infinity, NaN, 1e-42, 1 / 3, 2 ** 24 + 2, -1e30, 5];
  return {
    ...Object.fromEntries(numbers.map((value) => [`number ${value}`, float(value, lanes)])),
    "lowest int": int(-(2 ** 31), lanes),
    "highest int": int(2 ** 31 - 1, lanes),
    ramp: { kind: "ramp", lanes },
    index: splat({ kind: "index", of: affine("i", 3, 7) }, lanes),
    "splat f32": splat(load(along("x"), f32(1)), lanes),
    "splat i32": splat(load(along("n"), i32(1)), lanes),
    "splat mask": pick(splat(compare("lt", load(along("x"), f32(1)), float(0, 1)), lanes)),
    "step 2": load(along("x"), f32(lanes), 2),
    "step -1": load(along("x", "i", 1, 15), f32(lanes), -1),
    "step 3 of ints": load(along("n"), i32(lanes), 3),
    neg: unary("neg", x),
    abs: unary("abs", x),
    sqrt: unary("sqrt", x),
    round: unary("round", x),
    floor: unary("floor", x),
    toInt: unary("toInt", binary("max", binary("min", float(1e6, lanes), x), float(-1e6, lanes))),
    toFloat: unary("toFloat", n),
    asInt: unary("asInt", y),
    asFloat: unary("asFloat", n),
    ...Object.fromEntries(
      (["add", "sub", "mul", "div", "min", "max"] as const).map((op) => [op, binary(op, x, y)]),
    ),
    ...Object.fromEntries(
      (["add", "sub", "mul", "min", "max", "and", "or"] as const).map((op) => [
        `${op} of ints`,
        binary(op, n, m),
      ]),
    ),
    shiftLeft: binary("shiftLeft", n, int(3, lanes)),
    shiftRight: binary("shiftRight", n, int(3, lanes)),
    // Of numbers with few digits, so that it is the same rounded once and rounded twice.
    fma: fma(
      unary("round", unary("toFloat", binary("and", n, int(1023, lanes)))),
      float(0.75, lanes),
      float(0.125, lanes),
    ),
    ...Object.fromEntries(
      (["lt", "le", "eq"] as const).flatMap((op) => [
        [op, pick(compare(op, x, y))],
        [`${op} of ints`, select(compare(op, n, m), n, int(9, lanes))],
      ]),
    ),
    not: pick(unary("not", less)),
    "and of masks": pick(binary("and", unary("not", less), equal)),
    "or of masks": pick(binary("or", less, equal)),
    "select of masks": pick(select(less, equal, unary("not", equal))),
    call: call("outer", x, y),
    ...Object.fromEntries(
      (["add", "mul", "min", "max"] as const).flatMap((op): readonly [string, CodeExpr][] =>
        lanes === 1
          ? []
          : [
              [`across ${op}`, { kind: "across", op, of: x }],
              [`across ${op} of ints`, { kind: "across", op, of: n }],
            ],
      ),
    ),
  };
};

const functions: readonly Function[] = [
  {
    name: "inner",
    params: ["a"],
    body: (lanes) => ({ lets: [], result: unary("abs", get("a", f32(lanes))) }),
  },
  {
    name: "outer",
    params: ["a", "b"],
    body: (lanes) => {
      const [a, b] = [get("a", f32(lanes)), get("b", f32(lanes))];
      const smaller = select(get("less", mask(lanes)), a, b);
      return {
        lets: [{ kind: "let", local: "less", type: mask(lanes), value: compare("lt", a, b) }],
        result: binary("sub", call("inner", smaller), b),
      };
    },
  },
];

/** A kernel for each expression, which stores it to a buffer of its own. */
export const expressionsModule = (lanes: Lanes): Module => {
  const entries = Object.entries(expressions(lanes)).map(([name, value]) => ({
    name,
    value,
    type: typeOf(value, new Map()),
  }));
  const inputs = { x: "f32", y: "f32", n: "i32", m: "i32" } as const;
  return {
    buffers: [
      ...Object.entries(inputs).map(([name, scalar], index) => ({
        name,
        scalar,
        size: 4 * count,
        place: { kind: "argument", index } as const,
      })),
      ...entries.map(({ name, type }, i) => ({
        name,
        scalar: type.scalar === "i32" ? ("i32" as const) : ("f32" as const),
        size: count,
        place: { kind: "argument", index: 4 + i } as const,
      })),
    ],
    arguments: 4 + entries.length,
    arena: 0,
    threads: 1,
    functions,
    kernels: entries.map(({ name, value, type }) =>
      kernel(name, [
        {
          kind: "for",
          variable: "i",
          from: 0,
          to: count,
          step: lanes,
          overlap: true,
          body: [{ kind: "store", type, to: along(name), value }],
        },
      ]),
    ),
    schedule: entries.map(({ name }) => ({ kind: "run", kernel: name })),
  };
};

export const kernel = (
  name: string,
  body: readonly CodeStatement[],
  more: Partial<Kernel> = {},
): Kernel => ({
  name,
  alone: false,
  times: [],
  flops: 0,
  body,
  ...more,
});

/** Numbers with the special ones among them. */
export const inputsOf = (size: number): readonly Elements[] => {
  const floats = [NaN, 0, -0, Infinity, -Infinity, 0.5, 1.5, 2.5, -2.5, -0.5, 1e-42, 3e9, 7.25];
  const ints = [0, -1, 2 ** 31 - 1, -(2 ** 31), 5, 1023, -77];
  const mixed = (list: readonly number[], i: number): number =>
    i % 3 === 0 ? Math.round(1000 * Math.sin(i)) : (list[(i * 7) % list.length] ?? 0);
  return [
    Float32Array.from({ length: size }, (_, i) => mixed(floats, i)),
    Float32Array.from({ length: size }, (_, i) => mixed(floats, i * i + 2)),
    Int32Array.from({ length: size }, (_, i) => mixed(ints, i + 1)),
    Int32Array.from({ length: size }, (_, i) => mixed(ints, i * i + 4)),
  ];
};

/** The module's arguments: these, then one of zeros for each other. */
export const argumentsOf = (module: Module, given: readonly Elements[]): readonly Elements[] =>
  Array.from({ length: module.arguments }, (_, index) => {
    const known = given[index];
    if (known !== undefined) return known.slice();
    const buffer = module.buffers.find(
      ({ place }) => place.kind === "argument" && place.index === index,
    );
    const size = buffer?.size ?? 0;
    return buffer?.scalar === "i32" ? new Int32Array(size) : new Float32Array(size);
  });
