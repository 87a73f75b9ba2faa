import { describe, expect, test } from "vitest";
import { input, mul, reshape, sum } from "../../src/graph/build.ts";
import { convolve, convolveTransposed, type Geometry } from "../../src/graph/convolve.ts";
import { gradient } from "../support/gradient.ts";
import type { Node, Shape } from "../../src/graph/op.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { centralDifference, valuesOf } from "../support/finite-difference.ts";
import { randomArray } from "../support/numbers.ts";

/** Rounding of some tens of products of numbers below 1, in float64. */
const EXACT = 1e-13;

const geometry: Geometry = {
  strides: [2, 1],
  padding: [
    [1, 0],
    [2, 1],
  ],
};
const image: Shape = [2, 6, 4, 3];
const window: Shape = [3, 2, 3, 5];

const named = (name: string, seed: number, shape: Shape) => ({
  node: input(name, shape),
  array: randomArray(seed, shape),
});
const x = named("x", 1, image);
const kernel = named("kernel", 2, window);
const values = new Map<string, HostArray>([
  ["x", x.array],
  ["kernel", kernel.array],
]);

const total = (y: Node): Node =>
  reshape(
    sum(
      y,
      y.shape.map((_, axis) => axis),
    ),
    [],
  );

const valueOf = (node: Node, more: readonly (readonly [string, HostArray])[] = []): HostArray => {
  const [value] = valuesOf([node], new Map([...values, ...more]));
  if (value === undefined) throw new Error("no value");
  return value;
};

const at = ({ shape, data }: HostArray, ...place: readonly number[]): number =>
  place.every((i, axis) => i >= 0 && i < (shape[axis] ?? 0))
    ? (data[place.reduce((offset, i, axis) => offset * (shape[axis] ?? 1) + i, 0)] ?? Number.NaN)
    : 0;

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe("convolution", () => {
  test("is the sum over every window, zeros around", () => {
    const y = convolve(x.node, kernel.node, geometry);
    expect(y.shape).toEqual([2, 3, 6, 5]);
    const found = valueOf(y);
    for (const [b, row, column, out] of range(2).flatMap((b) =>
      range(3).flatMap((r) => range(6).flatMap((c) => range(5).map((o) => [b, r, c, o] as const))),
    )) {
      let expected = 0;
      for (const i of range(3)) {
        for (const j of range(2)) {
          for (const c of range(3)) {
            expected +=
              at(x.array, b, row * 2 + i - 1, column + j - 2, c) * at(kernel.array, i, j, c, out);
          }
        }
      }
      expect(Math.abs(at(found, b, row, column, out) - expected)).toBeLessThan(EXACT);
    }
  });

  test("has gradients", () => {
    const weights = named("weights", 3, [2, 3, 6, 5]);
    const scalar = total(mul(convolve(x.node, kernel.node, geometry), weights.node));
    const all = new Map(values).set("weights", weights.array);
    const { gradients } = gradient(scalar, [x.node, kernel.node]);
    valuesOf(gradients, all).forEach(({ data }, i) => {
      const expected = centralDifference(scalar, all, ["x", "kernel"][i] ?? "");
      expected.forEach((slope, j) => {
        expect(Math.abs(slope - (data[j] ?? Number.NaN))).toBeLessThan(1e-7);
      });
    });
  });

  test("and its transpose: <y, convolve x> is <transpose y, x>", () => {
    // Four rows: the windows end where the image ends, so that the transpose has its size.
    const small = named("small", 4, [2, 4, 4, 3]);
    const y = convolve(small.node, kernel.node, geometry);
    const cotangent = named("y", 5, y.shape);
    const turned = named("turned", 0, [3, 2, 5, 3]);
    const turnedKernel = turned.array.data.map((_, place) => {
      const [i, o] = [place % 3, Math.floor(place / 3) % 5];
      return kernel.array.data[Math.floor(place / 15) * 15 + i * 5 + o] ?? Number.NaN;
    });
    const back = convolveTransposed(cotangent.node, turned.node, geometry);
    expect(back.shape).toEqual(small.array.shape);
    const given = [
      ["small", small.array],
      ["y", cotangent.array],
      ["turned", { shape: turned.array.shape, data: turnedKernel }],
    ] as const;
    const one = valueOf(total(mul(y, cotangent.node)), given).data[0] ?? Number.NaN;
    const other = valueOf(total(mul(back, small.node)), given).data[0] ?? 0;
    expect(Math.abs(one - other)).toBeLessThan(EXACT * 100);
  });

  test("of a signal, without batch", () => {
    const signal = named("signal", 6, [7, 2]);
    const filter = named("filter", 7, [3, 2, 4]);
    const plain = { strides: [1], padding: [[0, 0]] } as const;
    expect(convolve(signal.node, filter.node, plain).shape).toEqual([5, 4]);
    expect(convolveTransposed(signal.node, filter.node, plain).shape).toEqual([9, 4]);
  });
});
