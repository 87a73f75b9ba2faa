import { describe, expect, test } from "vitest";
import { distributionOf } from "../../src/distributions/index.ts";
import { closedFormKl } from "../../src/distributions/kl.ts";
import { input } from "../../src/graph/build.ts";
import type { Arguments } from "../../src/distributions/distribution.ts";
import { runOne } from "../inference/support/run.ts";
import { cases, logProbsAt, summed, type Parameters } from "./cases.ts";

const klOf = (family: string, q: Parameters, p: Parameters): number => {
  const closed = closedFormKl(family, family);
  if (closed === undefined) throw new Error(`no closed form for ${family}`);
  const { categorical } = distributionOf(family).signature;
  const sides = Object.entries({ q, p }).map(([side, values]) =>
    Object.entries(values).map(([name, numbers]) => ({ name, input: `${side}.${name}`, numbers })),
  );
  const [left, right] = sides.map((side): Arguments =>
    Object.fromEntries(
      side.map((one) => [one.name, input(one.input, categorical ? [1, one.numbers.length] : [1])]),
    ),
  );
  const numbers = Object.fromEntries(sides.flat().map((one) => [one.input, one.numbers]));
  return runOne(closed(left ?? {}, right ?? {}), numbers)[0] ?? Number.NaN;
};

describe.each(Object.entries(cases))("%s", (family, one) => {
  const { parameters: q, kl } = one;
  test(`the divergence of ${family} has a closed form exactly where its case says so`, () => {
    expect(closedFormKl(family, family) === undefined).toBe(kl === undefined);
  });
  if (kl === undefined) return;

  test(`the divergence of ${family} is known, and that of its densities`, () => {
    expect(klOf(family, q, kl.from)).toBeCloseTo(kl.nats, 13);
    const { total, points } = summed(distributionOf(family), one);
    const logP = logProbsAt(distributionOf(family), kl.from, points);
    const known = total((_, logQ, i) => Math.exp(logQ) * (logQ - (logP[i] ?? 0)));
    expect(klOf(family, q, kl.from)).toBeCloseTo(known, 4);
  });

  test(`the divergence of ${family} is 0 of equals, positive otherwise, and not symmetric`, () => {
    expect(klOf(family, q, q)).toBeCloseTo(0, 14);
    expect(klOf(family, kl.from, q)).toBeGreaterThan(0);
    expect(Math.abs(klOf(family, q, kl.from) - klOf(family, kl.from, q))).toBeGreaterThan(0.001);
  });
});

test("vanishing probabilities contribute nothing to a discrete divergence", () => {
  const categorical = klOf("Categorical", { logits: [0, -1e4] }, { logits: [0, 0] });
  expect(categorical).toBeCloseTo(Math.log(2), 14);
  expect(klOf("Bernoulli", { logits: [-1e3] }, { logits: [0] })).toBeCloseTo(Math.log(2), 14);
});

test("pairs of families without a closed divergence are unknown, not wrong", () => {
  expect(closedFormKl("Normal", "Laplace")).toBeUndefined();
});
