import { describe, expect, test } from "vitest";
import { softplus, tanh } from "../../src/runtime/tfjs/loops.ts";
import { randomArray } from "../support/numbers.ts";

/** From 1e-30 to 100 and back below zero, evenly in the logarithm. */
const magnitudes = Float32Array.from({ length: 4001 }, (_, i) => {
  const exponent = -30 + (32 * (i % 2001)) / 2000;
  return (i < 2001 ? 1 : -1) * 10 ** exponent;
});

/** Errors relative to the true values, in units of float32's last place at 1. */
const worstError = (
  fill: (out: Float32Array, x: Float32Array) => void,
  truth: (x: number) => number,
  inputs: Float32Array,
): number => {
  const out = new Float32Array(inputs.length);
  fill(out, inputs);
  return (
    inputs.reduce((worst, x, i) => {
      const want = truth(x);
      const got = out[i] ?? Number.NaN;
      // Below the smallest normal number float32 has fewer digits.
      const error = Math.abs(got - want) / Math.max(Math.abs(want), 2 ** -126);
      return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error);
    }, 0) /
    2 ** -23
  );
};

const dense = Float32Array.from(randomArray(3, [20_000], -20, 20).data);

describe("loops are exact to a few units in the last place", () => {
  test("tanh, near zero and where it saturates", () => {
    expect(worstError(tanh, Math.tanh, magnitudes)).toBeLessThan(4);
    expect(worstError(tanh, Math.tanh, dense)).toBeLessThan(4);
  });

  test("softplus, also far below zero", () => {
    const truth = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    expect(worstError(softplus, truth, magnitudes)).toBeLessThan(4);
    expect(worstError(softplus, truth, dense)).toBeLessThan(4);
  });
});
