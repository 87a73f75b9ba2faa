import { describe, expect, test } from "vitest";
import { call, get, load } from "../../src/code/build.ts";
import type { CodeBuffer, Module } from "../../src/code/code.ts";
import { functionsFor } from "../../src/code/functions/index.ts";
import { interpretModule } from "../../src/code/interpret.ts";
import { f32 } from "../../src/code/type.ts";
import { verifyModule } from "../../src/code/verify.ts";

/** A function applied to whole arrays, 16 lanes at once. */
const apply = (name: string, ...inputs: readonly Float32Array[]): Float32Array => {
  const size = Math.ceil((inputs[0]?.length ?? 0) / 16) * 16;
  const padded = inputs.map((input) => {
    const data = new Float32Array(size).fill(1);
    data.set(input);
    return data;
  });
  const buffer = (index: number): CodeBuffer => ({
    name: `b${index}`,
    scalar: "f32",
    size,
    place: { kind: "argument", index },
  });
  const address = (index: number) => ({
    buffer: `b${index}`,
    offset: { constant: 0, terms: [{ variable: "i", scale: 1 }] },
  });
  const module: Module = {
    buffers: [...inputs, 0].map((_, index) => buffer(index)),
    arguments: inputs.length + 1,
    arena: 0,
    threads: 1,
    functions: functionsFor(new Set([name])),
    kernels: [
      {
        name: "map",
        alone: false,
        times: [],
        flops: 0,
        body: [
          {
            kind: "for",
            variable: "i",
            from: 0,
            to: size,
            step: 16,
            body: [
              ...inputs.map((_, index) => ({
                kind: "let" as const,
                local: `x${index}`,
                type: f32(16),
                value: load(address(index), f32(16)),
              })),
              {
                kind: "store",
                type: f32(16),
                to: address(inputs.length),
                value: call(name, ...inputs.map((_, index) => get(`x${index}`, f32(16)))),
              },
            ],
          },
        ],
      },
    ],
    schedule: [{ kind: "run", kernel: "map" }],
  };
  verifyModule(module);
  const result = new Float32Array(size);
  interpretModule(module, [...padded, result]);
  return result.subarray(0, inputs[0]?.length);
};

const grid = (from: number, to: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

/** The largest error relative to the true value. */
const relativeError = (
  found: Float32Array,
  inputs: readonly Float32Array[],
  truth: (...x: readonly number[]) => number,
): number =>
  found.reduce((worst, y, i) => {
    const wanted = truth(...inputs.map((input) => input[i] ?? Number.NaN));
    const error = y === wanted ? 0 : Math.abs(y - wanted) / Math.abs(wanted);
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error);
  }, 0);

const sigmoid = (x = 0): number => 1 / (1 + Math.exp(-x));
const softplus = (x = 0): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const { cos, exp, log, sin, tanh } = Math;

describe("relative error over a dense grid", () => {
  test.each([
    ["exp", exp, grid(-86.9, 88.72, 20011), 2.5e-7],
    ["exp", exp, grid(-1e-3, 1e-3, 1001), 1.3e-7],
    ["log", log, grid(1e-6, 4, 20011), 2.5e-7],
    ["log", log, grid(0.99, 1.01, 5001), 2.5e-7],
    ["log", log, grid(-87, 88, 10007).map(Math.exp), 1.5e-7],
    ["tanh", tanh, grid(-10, 10, 20011), 3e-7],
    ["tanh", tanh, grid(-1e-3, 1e-3, 1001), 1.3e-7],
    ["sigmoid", sigmoid, grid(-86.9, 30, 20011), 3e-7],
    ["softplus", softplus, grid(-86.9, 100, 20011), 3e-7],
    ["softplus", softplus, grid(-2, 2, 5003), 3e-7],
    ["sin", sin, grid(-10, 10, 10007), 2.5e-7],
    ["sin", sin, grid(-102943, 102943, 10007), 2.5e-7],
    ["cos", cos, grid(-10, 10, 10007), 2.5e-7],
    ["cos", cos, grid(-102943, 102943, 10007), 2.5e-7],
  ])("%s", (name, truth, x, bound) => {
    expect(relativeError(apply(name, x), [x], (at = 0) => truth(at))).toBeLessThan(bound);
  });

  test("pow grows with the exponent", () => {
    const a = grid(0.01, 9, 4001);
    for (const b of [-3, -1, -0.5, 0.5, 1, 2, 3.7, 10]) {
      const exponents = new Float32Array(a.length).fill(b);
      const error = relativeError(
        apply("pow", a, exponents),
        [a, exponents],
        (x = 0, y = 0) => x ** y,
      );
      expect(error).toBeLessThan(6e-6);
    }
  });
});

describe("edges", () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  test.each([
    ["exp", [-inf, -1e30, -104, 0, -0, 1e30, inf, nan], [0, 0, 0, 1, 1, inf, inf, nan]],
    ["exp", [88.73, 89, 100], [inf, inf, inf]],
    ["log", [0, -0, -1, -inf, 1, inf, nan], [-inf, -inf, nan, nan, 0, inf, nan]],
    ["tanh", [-inf, -30, 0, 30, inf, nan], [-1, -1, 0, 1, 1, nan]],
    ["sigmoid", [-inf, -200, 0, 200, inf, nan], [0, 0, 0.5, 1, 1, nan]],
    ["softplus", [-inf, -200, 200, inf, nan], [0, 0, 200, inf, nan]],
    ["lgamma", [-inf, -1.5, -0, 0, 1, 2, inf, nan], [nan, nan, inf, inf, 0, 0, inf, nan]],
    ["digamma", [-inf, -1.5, -0, 0, inf, nan], [nan, nan, -inf, -inf, inf, nan]],
    ["trigamma", [-inf, -1.5, 0, inf, nan], [nan, nan, inf, 0, nan]],
    ["sin", [-inf, -102944, 0, -0, 102944, 1e30, inf, nan], [nan, nan, 0, 0, nan, nan, nan, nan]],
    ["cos", [-inf, -102944, 0, -0, 102944, 1e30, inf, nan], [nan, nan, 1, 1, nan, nan, nan, nan]],
  ])("%s of %j", (name, x, y) => {
    expect([...apply(name, Float32Array.from(x))].map((v) => v + 0)).toEqual(y);
  });

  test("pow at 0, 1 and inf", () => {
    const a = Float32Array.of(0, 0, 0, 1, 2, nan, inf, inf);
    const b = Float32Array.of(2, 0, -1, 5, 0, 0, 2, -2);
    expect([...apply("pow", a, b)]).toEqual([0, 1, inf, 1, 1, 1, inf, 0]);
  });

  test("no result is denormal", () => {
    const x = grid(-88, -86, 4001);
    for (const name of ["exp", "sigmoid", "softplus"]) {
      const small = apply(name, x).filter((y) => y !== 0 && y < 2 ** -126);
      expect(small).toHaveLength(0);
    }
  });
});

test("what a function calls comes before it", () => {
  expect(functionsFor(new Set(["pow"])).map(({ name }) => name)).toEqual(["exp", "log", "pow"]);
});
