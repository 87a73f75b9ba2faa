/** Whatever a simplex is made of, it sums to 1, and its gradient is that of the exact formula. */
import fc from "fast-check";
import { expect, test } from "vitest";
import * as g from "../../src/graph/build.ts";
import { gradient } from "../support/gradient.ts";
import type { Node } from "../../src/graph/op.ts";
import { normalized } from "../../src/inference/composites.ts";
import { logSumExp, runOne } from "./support/run.ts";

const total = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0);

const vectorOf = (size: number): Node => g.input("x", [size]);

const expectClose = (actual: readonly number[], expected: readonly number[]): void => {
  actual.forEach((value, i) => {
    const wanted = expected[i] ?? Number.NaN;
    // Logarithms as large as 7000 are rounded before they are exponents.
    expect(Math.abs(value - wanted), `${value}, not ${wanted}`).toBeLessThanOrEqual(
      1e-11 * Math.abs(wanted) + 1e-300,
    );
  });
};

/** Exponents of ten of a vector, whose spread may be nothing or all of float32. */
const exponents = fc
  .tuple(fc.double({ min: -44, max: 37, noNaN: true }), fc.double({ min: 0, max: 40, noNaN: true }))
  .chain(([middle, spread]) =>
    fc.array(
      fc
        .double({ min: -1, max: 1, noNaN: true })
        .map((x) => Math.max(-44, Math.min(37, middle + spread * x))),
      { minLength: 1, maxLength: 20 },
    ),
  );

test("normalize sums to 1 at any scale, and its entries are in proportion", () => {
  fc.assert(
    fc.property(exponents, (powers) => {
      const x = powers.map((power) => 10 ** power);
      const w = runOne(normalized(vectorOf(x.length)), { x });
      expect(total(w)).toBeCloseTo(1, 12);
      const top = Math.max(...x);
      const scaled = x.map((v) => v / top);
      expectClose(
        w,
        scaled.map((v) => v / total(scaled)),
      );
    }),
  );
});

test("normalize of a power sums to 1 at any exponent, in proportion, gradients included", () => {
  const exponent = fc.double({ min: 0, max: 150, noNaN: true });
  fc.assert(
    fc.property(exponents, exponent, (powers, gamma) => {
      const x = powers.map((power) => 10 ** power);
      const node = vectorOf(x.length);
      const power = g.input("gamma", [1]);
      const w = normalized(g.pow(node, power));
      const logs = x.map((v) => gamma * Math.log(v));
      const wanted = logs.map((v) => Math.exp(v - logSumExp(logs)));
      const given = { x, gamma: [gamma] };
      const found = runOne(w, given);
      expect(total(found)).toBeCloseTo(1, 12);
      expectClose(found, wanted);
      const { gradients } = gradient(g.sum(g.slice(w, [0], [1]), [0]), [node, power]);
      const [byX = [], byPower = []] = gradients.map((slope) => runOne(slope, given));
      const [first = 0] = wanted;
      // d w₀ / d log xᵢ = γ w₀ (δ - wᵢ), whose parts may cancel; the slope by xᵢ itself may be less than the least number.
      byX.forEach((slope, i) => {
        const exact = gamma * first * ((i === 0 ? 1 : 0) - (wanted[i] ?? 0));
        expect(Math.abs(slope * (x[i] ?? 0) - exact)).toBeLessThanOrEqual(
          1e-10 * gamma * first + 1e-300 + Number.MIN_VALUE * (x[i] ?? 0),
        );
      });
      expect(byPower.every(Number.isFinite)).toBe(true);
    }),
  );
});

test("powers and exponentials need not be numbers themselves", () => {
  const x = vectorOf(3);
  expectClose(runOne(normalized(g.exp(x)), { x: [1e4, 1e4, 0] }), [0.5, 0.5, 0]);
  expectClose(runOne(normalized(g.square(x)), { x: [-3e-200, 4e-200, 0] }), [0.36, 0.64, 0]);
  expectClose(runOne(normalized(g.pow(x, 4)), { x: [-1e-100, 1e-100, 0] }), [0.5, 0.5, 0]);
  expectClose(runOne(normalized(g.pow(x, -2)), { x: [1e-200, 1e-200, 1] }), [0.5, 0.5, 0]);
});

test("zeros alone are made equal, without a gradient that is not a number", () => {
  const x = vectorOf(4);
  const gamma = g.input("gamma", [1]);
  const given = { x: [0, 0, 0, 0], gamma: [3] };
  for (const w of [normalized(x), normalized(g.pow(x, gamma)), g.softmax(g.log(x))]) {
    expect(runOne(w, given)).toEqual([0.25, 0.25, 0.25, 0.25]);
  }
  const { gradients } = gradient(g.slice(normalized(g.pow(x, gamma)), [0], [1]), [x, gamma]);
  for (const slope of gradients) expect(runOne(slope, given).every(Number.isFinite)).toBe(true);
  expect(runOne(normalized(g.pow(x, gamma)), { x: [0, 2, 0, 2], gamma: [0] })).toEqual([
    0.25, 0.25, 0.25, 0.25,
  ]);
});
