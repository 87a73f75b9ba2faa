import { describe, expect, test } from "vitest";
import * as g from "../../src/graph/build.ts";
import { gradient } from "../support/gradient.ts";
import type { Node } from "../../src/graph/op.ts";
import { valuesOf } from "../support/finite-difference.ts";

/** The gradient of Σ f(x) at a point where differences would not tell. */
const slope = (f: (x: Node) => Node, data: readonly number[], shape = [data.length]): number[] => {
  const x = g.input("x", shape);
  const { gradients } = gradient(f(x), [x]);
  const inputs = new Map([["x", { shape, data: Float64Array.from(data) }]]);
  return [...(valuesOf(gradients, inputs)[0]?.data ?? [])];
};

describe("where a function has a kink or a tie", () => {
  test("abs, sign and relu have slope 0 at 0", () => {
    expect(slope(g.abs, [-2, 0, 2])).toEqual([-1, 0, 1]);
    expect(slope(g.sign, [-2, 0, 2])).toEqual([0, 0, 0]);
    expect(slope(g.relu, [-2, 0, 2])).toEqual([0, 0, 1]);
  });

  test("amax gives a tie to the first, over several axes in row-major order", () => {
    expect(slope((x) => g.amax(x, [0]), [1, 3, 3])).toEqual([0, 1, 0]);
    expect(slope((x) => g.amax(x, [0, 1]), [1, 2, 7, 7, 7, 0], [2, 3])).toEqual([0, 0, 1, 0, 0, 0]);
    expect(slope((x) => g.amax(x, [1, 0]), [1, 2, 7, 7, 7, 0], [2, 3])).toEqual([0, 0, 1, 0, 0, 0]);
  });

  test("max and min give a tie to the first operand", () => {
    const one = g.constant(1, [1]);
    expect(slope((x) => g.max(x, one), [1])).toEqual([1]);
    expect(slope((x) => g.max(one, x), [1])).toEqual([0]);
    expect(slope((x) => g.min(x, one), [1])).toEqual([1]);
    expect(slope((x) => g.min(one, x), [1])).toEqual([0]);
  });

  test("values sorted with ties get the cotangent of the place that they went to", () => {
    const weights = g.iota([1, 4], 1, "float");
    const f = (x: Node): Node => g.mul(g.gather(x, g.argsort(x), 1), weights);
    expect(slope(f, [5, 2, 5, 2], [1, 4])).toEqual([2, 0, 3, 1]);
  });

  test("pow is flat at base 0, in the base and in the exponent", () => {
    expect(slope((x) => g.pow(x, 2), [0, 3])).toEqual([0, 6]);
    expect(slope((x) => g.pow(x, 0.5), [0, 4])).toEqual([0, 0.25]);
    expect(slope((x) => g.pow(g.constant(0, [2]), x), [0, 2])).toEqual([0, 0]);
  });

  test("logsumexp passes nothing to -inf entries, and stays finite when there is nothing else", () => {
    const never = Number.NEGATIVE_INFINITY;
    expect(slope(g.logsumexp, [never, 1, never])).toEqual([0, 1, 0]);
    expect(slope(g.logsumexp, [never, never])).toEqual([0.5, 0.5]);
  });

  test("logsumexp does not overflow", () => {
    expect(slope(g.logsumexp, [1e5, 1e5, -1e5])).toEqual([0.5, 0.5, 0]);
  });

  test("log and sqrt have an infinite slope at 0, which a cotangent of 0 does not meet", () => {
    const chosen =
      (f: (x: Node) => Node) =>
      (x: Node): Node =>
        g.select(g.greater(x, 0), f(x), 0);
    expect(slope(g.log, [0, 2])).toEqual([Number.POSITIVE_INFINITY, 0.5]);
    expect(slope(g.sqrt, [0, 4])).toEqual([Number.POSITIVE_INFINITY, 0.25]);
    expect(slope(chosen(g.log), [0, 2])).toEqual([0, 0.5]);
    expect(slope(chosen(g.sqrt), [0, 4])).toEqual([0, 0.25]);
  });

  test("so have lgamma and digamma", () => {
    const infinite = Number.POSITIVE_INFINITY;
    expect(slope(g.lgamma, [0])).toEqual([-infinite]);
    expect(slope(g.digamma, [0])).toEqual([infinite]);
    const unused = (x: Node): Node => g.select(g.greater(x, 0), x, 0);
    expect(slope((x) => g.mul(unused(g.lgamma(x)), 0), [0])).toEqual([0]);
    expect(slope((x) => g.mul(unused(g.digamma(x)), 0), [0])).toEqual([0]);
  });

  test("an impossible outcome has no slope, and neither has where it came from", () => {
    const logP = (x: Node): Node => g.slice(g.logSoftmax(g.log(x)), [1], [1]);
    // Up to the rounding of float64.
    const slopes = (f: (x: Node) => Node): readonly number[] =>
      slope(f, [0, 1, 3]).map((x) => Math.round(x * 1e12) / 1e12 + 0);
    expect(slopes(logP)).toEqual([0, 0.75, -0.25]);
    expect(slopes((x) => g.softmax(g.log(x)))).toEqual([0, 0, 0]);
  });
});
