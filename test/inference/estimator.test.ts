import { describe, expect, test } from "vitest";
import { input, reshape, softmax, sub } from "../../src/graph/build.ts";
import type { Node } from "../../src/graph/op.ts";
import { leaveOneOut, logMeanExp, vimcoSurrogate } from "../../src/inference/estimator.ts";
import type { Baseline } from "../../src/inference/spec.ts";
import { gradientOf, prepare } from "./support/run.ts";

const at = (xs: readonly number[] | undefined, i: number): number => xs?.[i] ?? Number.NaN;
const maxError = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, i) => Math.abs(x - at(b, i))));

/** Of log weights 0, 1, 2, 3: what the bound would be without each. */
const published: Readonly<Record<Baseline, readonly number[]>> = {
  arithmetic: [2.3089936758, 2.2503999281, 2.0712337309, 1.3089936758],
  geometric: [2.2402290139, 2.1332513208, 1.9314303439, 1.2402290139],
};
const baselines = Object.keys(published) as Baseline[];

describe("VIMCO's signal", () => {
  const signal = (logWeights: readonly number[], baseline: Baseline): readonly number[] => {
    const lw = input("lw", [1, logWeights.length]);
    const bound = logMeanExp(lw);
    return (
      prepare(new Map([["signal", sub(bound, leaveOneOut(lw, baseline))]]))({ lw: logWeights }).get(
        "signal",
      ) ?? []
    );
  };
  const baselineOf = (logWeights: readonly number[], baseline: Baseline): readonly number[] => {
    const lw = input("lw", [1, logWeights.length]);
    return prepare(new Map([["b", leaveOneOut(lw, baseline)]]))({ lw: logWeights }).get("b") ?? [];
  };

  test("baselines of VIMCO are as published", () => {
    const four = [0, 1, 2, 3];
    const lw = input("lw", [1, 4]);
    const values = prepare(
      new Map<string, Node>([
        ["L", logMeanExp(lw)],
        ["w", softmax(lw)],
      ]),
    )({ lw: four });
    expect(at(values.get("L"), 0)).toBeCloseTo(2.053895337441305, 14);
    const weights = [0.0320586033, 0.0871443187, 0.2368828181, 0.6439142599];
    expect(maxError(values.get("w") ?? [], weights)).toBeLessThan(1e-10);
    for (const [baseline, wanted] of Object.entries(published)) {
      expect(maxError(baselineOf(four, baseline as Baseline), wanted)).toBeLessThan(1e-10);
      const swapped = baselineOf([-1.5, -0.2], baseline as Baseline);
      expect(maxError(swapped, [-0.2, -1.5])).toBeLessThan(1e-14);
    }
    const extreme = [698.61370564, 0.24022901392, 698.61370564, 698.61370564];
    expect(maxError(baselineOf([0, 700, -1, 1], "geometric"), extreme)).toBeLessThan(1e-8);
  });

  test.each(baselines)("VIMCO's signal is 0 for equal weights, %s", (baseline) => {
    for (const value of signal([-2.3, -2.3, -2.3], baseline))
      expect(Math.abs(value)).toBeLessThan(1e-14);
  });

  test.each(baselines)("VIMCO's signal ignores a constant, follows order, %s", (baseline) => {
    const base = signal([0.3, -1.2, 2], baseline);
    expect(maxError(signal([100.3, 98.8, 102], baseline), base)).toBeLessThan(1e-12);
    const permuted = signal([2, 0.3, -1.2], baseline);
    expect(maxError(permuted, [at(base, 2), at(base, 0), at(base, 1)])).toBeLessThan(1e-14);
  });

  test.each(baselines)("extreme weights leave gradients finite, %s", (baseline) => {
    for (const logWeights of [
      [0, -1000, -1000, -1000],
      [-1e4, -1e4, -1e4, -1e4],
      [0, 700, -1, 1],
      [3e4, -3e4, 0, 0],
    ]) {
      const lw = input("lw", [1, 4]);
      const lq = input("lq", [1, 4]);
      const { value, gradient } = gradientOf(reshape(vimcoSurrogate(lw, lq, baseline), []), [
        lw,
        lq,
      ])({ lw: logWeights, lq: [-1, -2, -3, -4] });
      expect(Number.isFinite(value)).toBe(true);
      expect(gradient.every(Number.isFinite)).toBe(true);
    }
  });
});
