import { describe, expect, test } from "vitest";
import type { Arguments } from "../../src/distributions/distribution.ts";
import { distributionOf } from "../../src/distributions/index.ts";
import { closedFormKl } from "../../src/distributions/kl.ts";
import { constant, input } from "../../src/graph/build.ts";
import { runOne } from "../inference/support/run.ts";

type Scalars = Readonly<Record<string, number>>;

const given = (values: Scalars): Arguments =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value, [1])]));

const klOf = (family: string, q: Scalars, p: Scalars): number => {
  const closed = closedFormKl(family, family);
  if (closed === undefined) throw new Error(`no closed form for ${family}`);
  return runOne(closed(given(q), given(p)))[0] ?? Number.NaN;
};

const categoricalKl = (q: readonly number[], p: readonly number[]): number => {
  const closed = closedFormKl("Categorical", "Categorical");
  const nodes = [input("q", [1, q.length]), input("p", [1, p.length])] as const;
  const kl = closed?.({ logits: nodes[0] }, { logits: nodes[1] }) ?? constant(Number.NaN);
  return runOne(kl, { q, p })[0] ?? Number.NaN;
};

const logit = (p: number): number => Math.log(p / (1 - p));

describe("known values, nats", () => {
  test("Normal", () => {
    expect(klOf("Normal", { loc: 1, scale: 2 }, { loc: 0, scale: 1 })).toBeCloseTo(
      1.3068528194400546,
      14,
    );
    expect(klOf("Normal", { loc: 0, scale: 1 }, { loc: 2, scale: 3 })).toBeCloseTo(
      0.8763900664458877,
      14,
    );
  });

  test("Categorical and Bernoulli", () => {
    expect(categoricalKl([1, 2, 3], [0, 0, 0])).toBeCloseTo(0.26621670682817067, 14);
    const kl = klOf("Bernoulli", { logits: logit(0.7) }, { logits: logit(0.4) });
    expect(kl).toBeCloseTo(0.18378689738681217, 14);
  });
});

describe.each([
  ["Normal", { loc: 0.3, scale: 0.8 }, { loc: -0.5, scale: 1.7 }, [-12, 12]],
  ["LogNormal", { loc: 0.3, scale: 0.3 }, { loc: -0.2, scale: 0.5 }, [1e-9, 15]],
  ["Laplace", { loc: 0.3, scale: 0.8 }, { loc: -0.5, scale: 1.7 }, [-30, 30]],
] as const)("%s", (family, q, p, [low, high]) => {
  test("equals quadrature of q (log q - log p)", () => {
    const count = 60_000;
    const width = (high - low) / count;
    const x = input("x", [count]);
    const at = Array.from({ length: count }, (_, i) => low + (i + 0.5) * width);
    const { logProb } = distributionOf(family);
    const logQ = runOne(logProb(given(q), x), { x: at });
    const logP = runOne(logProb(given(p), x), { x: at });
    const kl = logQ.reduce((sum, l, i) => sum + Math.exp(l) * (l - (logP[i] ?? 0)) * width, 0);
    // Midpoint rule with h < 1e-3: h²/24 · ∫|f''| < 1e-6 (kinks of the Laplace included).
    expect(klOf(family, q, p)).toBeCloseTo(kl, 5);
  });

  test("is 0 of equals, positive otherwise, and not symmetric", () => {
    expect(klOf(family, q, q)).toBeCloseTo(0, 14);
    expect(klOf(family, q, p)).toBeGreaterThan(0);
    expect(Math.abs(klOf(family, q, p) - klOf(family, p, q))).toBeGreaterThan(0.01);
  });
});

describe("limits", () => {
  test("of a discrete divergence: vanishing probabilities contribute nothing", () => {
    expect(categoricalKl([0, -1e4], [0, 0])).toBeCloseTo(Math.log(2), 14);
    expect(klOf("Bernoulli", { logits: -1e3 }, { logits: 0 })).toBeCloseTo(Math.log(2), 14);
  });

  test("pairs without a closed form are unknown, not wrong", () => {
    expect(closedFormKl("Normal", "Laplace")).toBeUndefined();
  });
});
