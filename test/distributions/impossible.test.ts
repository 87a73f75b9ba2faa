/** Logits of ±inf are probabilities of 0 and 1: densities, divergences, draws and gradients where they are met. */
import { describe, expect, test } from "vitest";
import type { Arguments } from "../../src/distributions/distribution.ts";
import { distributionOf } from "../../src/distributions/index.ts";
import { weighted } from "../../src/distributions/weighted.ts";
import { closedFormKl } from "../../src/distributions/kl.ts";
import { constant, input, log, reshape, sum } from "../../src/graph/build.ts";
import { gradient } from "../support/gradient.ts";
import type { Node } from "../../src/graph/op.ts";
import { leaveOneOut, logMeanExp, vimcoSurrogate } from "../../src/inference/estimator.ts";
import { uniforms } from "../support/numbers.ts";
import { runOne } from "../inference/support/run.ts";

const inf = Number.POSITIVE_INFINITY;
const third = -Math.log(3);

const close = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    const wanted = expected[i] ?? Number.NaN;
    if (Number.isFinite(wanted)) expect(value).toBeCloseTo(wanted, 13);
    else expect(value).toBe(wanted);
  });
};

/** By the logits of q, or of p. */
const slope = (
  node: Node,
  by: Node,
  values: Readonly<Record<string, readonly number[]>>,
): number[] => {
  const scalar = reshape(
    sum(
      node,
      node.shape.map((_, axis) => axis),
    ),
    [],
  );
  const [slopes] = gradient(scalar, [by]).gradients;
  return [...runOne(slopes ?? constant(Number.NaN), values)];
};

describe("Categorical", () => {
  const categorical = distributionOf("Categorical");
  const logits = input("logits", [1, 3]);
  const index = input("index", [1], "int");
  const at = (given: readonly number[]): number[] =>
    [0, 1, 2].flatMap((i) =>
      runOne(categorical.logProb({ logits }, index), { logits: given, index: [i] }),
    );

  test("log densities", () => {
    close(at([0, -inf, Math.log(3)]), [Math.log(0.25), -inf, Math.log(0.75)]);
    close(at([1, inf, -inf]), [-inf, 0, -inf]);
    close(at([inf, 5, inf]), [-Math.LN2, -inf, -Math.LN2]);
    close(at([-inf, -inf, -inf]), [-inf, -inf, -inf]);
    close(at([3e4, 3e4, 3e4]), [third, third, third]);
  });

  test("the gradient of a possible outcome, through a logarithm of 0", () => {
    const p = input("p", [1, 3]);
    const density = categorical.logProb({ logits: log(p) }, constant(0, [1], "int"));
    close(slope(density, p, { p: [1, 0, 3] }), [0.75, 0, -0.25]);
    const { logProb } = categorical;
    for (const i of [0, 1, 2]) {
      for (const given of [
        [0, -inf, 1],
        [-inf, -inf, -inf],
        [inf, 0, -inf],
      ]) {
        const node = logProb({ logits }, constant(i, [1], "int"));
        expect(slope(node, logits, { logits: given }).every(Number.isFinite)).toBe(true);
      }
    }
  });

  test("entropy and means", () => {
    const entropy = categorical.entropy?.({ logits }) ?? constant(Number.NaN);
    close(runOne(entropy, { logits: [0, -inf, 0] }), [Math.LN2]);
    close(runOne(entropy, { logits: [0, -inf, inf] }), [0]);
    close(runOne(categorical.mean({ logits }), { logits: [0, -inf, inf] }), [0, 0, 1]);
    expect(slope(entropy, logits, { logits: [0, -inf, 0] })).toEqual([0, 0, 0]);
  });

  test("draws never what has probability 0, and share what is certain", () => {
    const next = uniforms(3);
    const count = 4000;
    const noise = Array.from({ length: 3 * count }, () => -Math.log(-Math.log(next())));
    const draw = (given: readonly number[]): number[] => {
      const drawn = runOne(categorical.sample({ logits }, input("noise", [count, 3])), {
        logits: given,
        noise,
      });
      return [0, 1, 2].map((i) => drawn.filter((x) => x === i).length / count);
    };
    expect(draw([-inf, 0, -inf])).toEqual([0, 1, 0]);
    expect(draw([5, inf, -inf])).toEqual([0, 1, 0]);
    const [none, left = 0, right = 0] = draw([-inf, 0, 0]);
    expect(none).toBe(0);
    // Five standard errors.
    expect(Math.abs(left - right)).toBeLessThan(5 / Math.sqrt(count));
    const [first = 0, never, last = 0] = draw([inf, 9, inf]);
    expect(never).toBe(0);
    expect(Math.abs(first - last)).toBeLessThan(5 / Math.sqrt(count));
  });

  test("divergences: 0 log 0 is 0, and what p calls impossible costs infinitely much", () => {
    const kl = closedFormKl("Categorical", "Categorical");
    const [q, p] = [input("q", [1, 3]), input("p", [1, 3])];
    const node = kl?.({ logits: q }, { logits: p }) ?? constant(Number.NaN);
    const of = (a: readonly number[], b: readonly number[]): number[] => [
      ...runOne(node, { q: a, p: b }),
    ];
    close(of([0, 0, -inf], [0, 0, -inf]), [0]);
    close(of([0, 0, -inf], [0, 0, 0]), [Math.log(3 / 2)]);
    close(of([0, 0, 0], [0, 0, -inf]), [inf]);
    close(of([inf, 0, 0], [0, -inf, 0]), [Math.LN2]);
    for (const by of [q, p]) {
      const slopes = slope(node, by, { q: [0, 1, -inf], p: [0.5, 0, -inf] });
      expect(slopes.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("Bernoulli", () => {
  const bernoulli = distributionOf("Bernoulli");
  const logits = input("logits", [1]);
  const logProb = (l: number, x: number): number =>
    runOne(bernoulli.logProb({ logits }, constant(x, [1])), { logits: [l] })[0] ?? Number.NaN;

  test("log densities, certain and nearly so", () => {
    for (const sign of [1, -1]) {
      const [likely, unlikely] = sign === 1 ? [1, 0] : [0, 1];
      close([logProb(sign * inf, likely)], [0]);
      expect(logProb(sign * inf, unlikely)).toBe(-inf);
      expect(logProb(sign * inf, 0.5)).toBe(-inf);
      expect(logProb(sign * 40, likely)).toBeCloseTo(-Math.exp(-40), 30);
      expect(logProb(sign * 1e30, unlikely)).toBe(-1e30);
    }
  });

  test("the gradient is x - p everywhere, also at 0", () => {
    for (const x of [0, 0.3, 1]) {
      const node = bernoulli.logProb({ logits }, constant(x, [1]));
      for (const l of [-50, -2, 0, 2, 50]) {
        const [found = Number.NaN] = slope(node, logits, { logits: [l] });
        expect(found).toBeCloseTo(x - 1 / (1 + Math.exp(-l)), 14);
      }
      for (const l of [-inf, inf]) {
        expect(slope(node, logits, { logits: [l] }).every(Number.isFinite)).toBe(true);
      }
    }
  });

  test("draws, entropies and divergences", () => {
    const drawn = (l: number): readonly number[] =>
      runOne(bernoulli.sample({ logits }, input("u", [3])), {
        logits: [l],
        u: [2 ** -24, 0.5, 1 - 2 ** -24],
      });
    expect(drawn(-inf)).toEqual([0, 0, 0]);
    expect(drawn(inf)).toEqual([1, 1, 1]);
    const entropy = bernoulli.entropy?.({ logits }) ?? constant(Number.NaN);
    for (const l of [-inf, inf]) close(runOne(entropy, { logits: [l] }), [0]);
    const kl = closedFormKl("Bernoulli", "Bernoulli");
    const of = (q: number, p: number): number[] => {
      const given = (value: number): Arguments => ({ logits: constant(value, [1]) });
      return [...runOne(kl?.(given(q), given(p)) ?? constant(Number.NaN))];
    };
    close(of(-inf, -inf), [0]);
    close(of(inf, 0), [Math.LN2]);
    close(of(0, inf), [inf]);
    const [small = Number.NaN] = of(30, 40);
    expect(small / (9 * Math.exp(-30) + Math.exp(-40))).toBeCloseTo(1, 11);
  });
});

test("a term of probability 0 is 0, whatever it multiplies, and so are its slopes", () => {
  const [p, x] = [input("p", [3]), input("x", [3])];
  const values = { p: [0, 0, 0.5], x: [inf, 7, 7] };
  close(runOne(weighted(p, x), values), [0, 0, 3.5]);
  close(slope(weighted(p, x), p, values), [0, 0, 7]);
  close(slope(weighted(p, x), x, values), [0, 0, 0.5]);
});

test("LogNormal is impossible at 0 and infinity", () => {
  const parameters = { loc: constant(0.5, [1]), scale: constant(2, [1]) };
  const x = input("x", [2]);
  expect(runOne(distributionOf("LogNormal").logProb(parameters, x), { x: [0, inf] })).toEqual([
    -inf,
    -inf,
  ]);
});

describe("bounds of particles of which some are impossible", () => {
  const lw = input("lw", [1, 4]);
  const lq = input("lq", [1, 4]);
  const guide = [-1, -2, -3, -4];

  test.each(["arithmetic", "geometric"] as const)("vimco with the %s baseline", (baseline) => {
    const surrogate = vimcoSurrogate(lw, lq, baseline);
    for (const weights of [
      [0, -inf, -1, -inf],
      [-inf, -3, -inf, -inf],
    ]) {
      const given = { lw: weights, lq: guide };
      const alive = weights.filter((w) => w > -inf);
      const bound = Math.log(alive.reduce((total, w) => total + Math.exp(w), 0) / 4);
      close(runOne(logMeanExp(lw), given), [bound]);
      for (const by of [lw, lq]) {
        expect(slope(surrogate, by, given).every(Number.isFinite)).toBe(true);
      }
    }
  });

  test("a particle without possible company has no baseline", () => {
    const [own, ...others] = runOne(leaveOneOut(lw, "arithmetic"), { lw: [-3, -inf, -inf, -inf] });
    expect(own).toBe(0);
    close(
      others,
      Array.from({ length: 3 }, () => -3 - Math.log(3)),
    );
  });

  test("where all are impossible the bound is -inf", () => {
    close(runOne(logMeanExp(lw), { lw: [-inf, -inf, -inf, -inf] }), [-inf]);
  });
});

test("Uniform is impossible outside its ends, with slopes of 0 by them and of what it is by its width", () => {
  const [low, width, x] = [input("low", [1]), input("width", [1]), input("x", [4])];
  const logProb = distributionOf("Uniform").logProb({ low, width }, x);
  const values = { low: [-1], width: [4], x: [-1.1, -1, 3, inf] };
  close(runOne(logProb, values), [-inf, -Math.log(4), -Math.log(4), -inf]);
  expect(slope(logProb, width, values)).toEqual([-0.5]);
  expect(slope(logProb, low, values)).toEqual([0]);
});

test("Uniform costs infinitely much where the other has no room for it", () => {
  const kl = closedFormKl("Uniform", "Uniform");
  const of = (lq: number, wq: number, lp: number, wp: number): number[] => {
    const given = (low: number, width: number): Arguments => ({
      low: constant(low, [1]),
      width: constant(width, [1]),
    });
    return [...runOne(kl?.(given(lq, wq), given(lp, wp)) ?? constant(Number.NaN))];
  };
  close(of(0, 1, 0, 2), [Math.LN2]);
  close(of(0, 2, 1, 1), [inf]);
  close(of(0, 2, 0, 1), [inf]);
  close(of(0, 2, -1, 2), [inf]);
});

test("Logistic is impossible at infinity, and Exponential too", () => {
  const one = constant(1, [1]);
  const x = input("x", [2]);
  const logistic = distributionOf("Logistic").logProb({ loc: one, scale: one }, x);
  expect(runOne(logistic, { x: [-inf, inf] })).toEqual([-inf, -inf]);
  const exponential = distributionOf("Exponential").logProb({ rate: one }, x);
  expect(runOne(exponential, { x: [0, inf] })).toEqual([0, -inf]);
});
