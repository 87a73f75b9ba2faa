/** Draws of counts at small and large rates, held against the distribution function; and rates and counts of 0. */
import { expect, test } from "vitest";
import { distributionOf } from "../../src/distributions/index.ts";
import { constant, input } from "../../src/graph/build.ts";
import { gradient } from "../support/gradient.ts";
import { runOne } from "../inference/support/run.ts";

const poisson = distributionOf("Poisson");

// from scipy import stats as s; s.poisson(rate).isf([2**-24, .001, .1, .5, .9, .999, 1 - 2**-24])
const quantiles: readonly (readonly [rate: number, counts: readonly number[]])[] = [
  [1e-6, [1, 0, 0, 0, 0, 0, 0]],
  [0.3, [6, 3, 1, 0, 0, 0, 0]],
  [4, [18, 11, 7, 4, 2, 0, 0]],
  [36.5, [73, 57, 44, 36, 29, 19, 10]],
  [81, [133, 110, 93, 81, 70, 55, 38]],
  [82, [134, 111, 94, 82, 71, 56, 39]],
  [400, [510, 463, 426, 400, 374, 340, 299]],
  [10000.0, [10534, 10310, 10128, 10000, 9872, 9692, 9475]],
  [1000000.0, [1005299, 1003092, 1001282, 1000000, 998719, 996911, 994710]],
];
const exceeded = [2 ** -24, 0.001, 0.1, 0.5, 0.9, 0.999, 1 - 2 ** -24];

test.each(quantiles)("draws at a rate of %d are SciPy's quantiles", (rate, counts) => {
  const drawn = poisson.sample({ rate: constant(rate, [1]) }, input("u", [exceeded.length]));
  expect([...runOne(drawn, { u: exceeded })]).toEqual(counts);
});

// Where the distribution function steps from one count to the next, found by draws of evenly spaced numbers.
test.each([
  [5, "summed"],
  [85, "expanded"],
])("draws at a rate of %d, %s, have its probabilities", (rate) => {
  const n = 4000;
  const u = Array.from({ length: n }, (_, i) => (i + 0.5) / n);
  const drawn = runOne(poisson.sample({ rate: constant(rate, [1]) }, input("u", [n])), { u });
  const counts = Array.from({ length: 3 * rate }, (_, k) => k);
  const logProbs = runOne(
    poisson.logProb({ rate: constant(rate, [1]) }, input("x", [counts.length])),
    { x: counts },
  );
  for (const [k, logProb] of [...logProbs].entries()) {
    const share = drawn.filter((x) => x === k).length / n;
    // Each end of an interval is off by a spacing at most, and by the error of the expansion.
    expect(Math.abs(share - Math.exp(logProb))).toBeLessThan(1 / n + 1e-6);
  }
});

test("no events are certain at a rate of 0, and nothing else is possible", () => {
  const rate = input("rate", [1]);
  const x = input("x", [2]);
  const logProb = poisson.logProb({ rate }, x);
  expect([...runOne(logProb, { rate: [0], x: [0, 1] })]).toEqual([0, -Infinity]);
  const drawn = poisson.sample({ rate }, input("u", [2]));
  expect([...runOne(drawn, { rate: [0], u: [2 ** -24, 0.5] })]).toEqual([0, 0]);
});

test("the slope by the rate is x / rate - 1", () => {
  const rate = input("rate", []);
  const logProb = poisson.logProb({ rate }, constant(3, []));
  const [slope = constant(Number.NaN)] = gradient(logProb, [rate]).gradients;
  expect(runOne(slope, { rate: [2] })[0]).toBeCloseTo(0.5, 14);
});
