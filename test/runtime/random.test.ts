import { describe, expect, test } from "vitest";
import { below, gumbel, normal, philox, uniform, type NoiseKey } from "../../src/runtime/random.ts";

const key: NoiseKey = { seed: 7, stream: "z.noise", step: 3 };
const count = 40_000;
/** Five standard errors of the mean of `count` draws of unit variance: wrong once in two million seeds. */
const fiveErrors = 5 / Math.sqrt(count);

const mean = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i += 1) total += values[i] ?? 0;
  return total / values.length;
};
const meanOf = (values: ArrayLike<number>, f: (x: number) => number): number =>
  mean(Float64Array.from(values, f));

const integers = (noise: NoiseKey, size: number, bound: number): Int32Array => {
  const draw = below(noise, size);
  return Int32Array.from({ length: size }, () => draw(bound));
};

/** Largest distance between the empirical and the true distribution function. */
const kolmogorov = (values: ArrayLike<number>, distribution: (x: number) => number): number => {
  const sorted = Float64Array.from(values).sort();
  return sorted.reduce((worst, x, i) => {
    const p = distribution(x);
    return Math.max(worst, p - i / sorted.length, (i + 1) / sorted.length - p);
  }, 0);
};
/** Exceeded with probability 2 exp(-2 · 2²) < 1e-3. */
const kolmogorovLimit = 2 / Math.sqrt(count);

describe("philox", () => {
  // The vectors published with Random123, file tests/kat_vectors.
  test.each([
    [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    ],
  ] as const)("%j with key %j", (counter, [k, l], expected) => {
    const words = Uint32Array.from(counter);
    philox(words, [k, l]);
    expect([...words].map((word) => word.toString(16).padStart(8, "0")).join(" ")).toBe(expected);
  });
});

describe("keys", () => {
  test("the same key gives the same numbers, of which fewer are a prefix", () => {
    expect(normal(key, 1001)).toEqual(normal(key, 1001));
    expect(normal(key, 7)).toEqual(normal(key, 1001).slice(0, 7));
    expect(uniform(key, 7)).toEqual(uniform(key, 1001).slice(0, 7));
  });

  test.each([
    ["seed", { ...key, seed: 8 }],
    ["high half of the seed", { ...key, seed: 7 + 2 ** 32 }],
    ["stream", { ...key, stream: "z.noisf" }],
    ["step", { ...key, step: 4 }],
  ])("another %s gives uncorrelated numbers", (_, other) => {
    const a = normal(key, count);
    const b = normal(other, count);
    expect(Math.abs(mean(a.map((x, i) => x * (b[i] ?? 0))))).toBeLessThan(fiveErrors);
  });

  test("these very numbers, on every machine", () => {
    expect([...normal(key, 4)]).toEqual([
      0.31665024161338806, 0.5771229267120361, 1.0151184797286987, 1.063950538635254,
    ]);
    expect([...uniform(key, 2)]).toEqual([0.8051963448524475, 0.295132577419281]);
    expect([...gumbel(key, 2)]).toEqual([1.529383897781372, -0.19912180304527283]);
  });
});

describe("distributions", () => {
  test("uniform lies strictly between 0 and 1, also as float32", () => {
    const values = uniform(key, count);
    expect(values.every((x) => x > 0 && x < 1)).toBe(true);
    expect(kolmogorov(values, (x) => x)).toBeLessThan(kolmogorovLimit);
  });

  test("normal has the normal's first four moments and no correlation within pairs", () => {
    const values = normal(key, count);
    expect(Math.abs(mean(values))).toBeLessThan(fiveErrors);
    // x², x³ and x⁴ have variances 2, 15 and 96.
    expect(Math.abs(meanOf(values, (x) => x ** 2) - 1)).toBeLessThan(fiveErrors * Math.sqrt(2));
    expect(Math.abs(meanOf(values, (x) => x ** 3))).toBeLessThan(fiveErrors * Math.sqrt(15));
    expect(Math.abs(meanOf(values, (x) => x ** 4) - 3)).toBeLessThan(fiveErrors * Math.sqrt(96));
    const pairs = Float64Array.from(
      { length: count / 2 },
      (_, i) => (values[2 * i] ?? 0) * (values[2 * i + 1] ?? 0),
    );
    expect(Math.abs(mean(pairs))).toBeLessThan(fiveErrors * Math.SQRT2);
  });

  test("gumbel has distribution function exp(-exp(-x))", () => {
    const distance = kolmogorov(gumbel(key, count), (x) => Math.exp(-Math.exp(-x)));
    expect(distance).toBeLessThan(kolmogorovLimit);
  });

  test("the squared radius of normal is exponential", () => {
    // Box and Muller: the squares of a pair add up to -2 ln u.
    const values = normal(key, count);
    const sums = Float64Array.from(
      { length: count / 2 },
      (_, i) => (values[2 * i] ?? 0) ** 2 + (values[2 * i + 1] ?? 0) ** 2,
    );
    expect(kolmogorov(sums, (x) => 1 - Math.exp(-x / 2))).toBeLessThan(
      kolmogorovLimit * Math.SQRT2,
    );
  });

  test("integers are uniform below a bound that does not divide 2^32", () => {
    const bound = 6;
    const counts = new Float64Array(bound);
    for (const value of integers(key, count, bound)) counts[value] = (counts[value] ?? 0) + 1;
    const expected = count / bound;
    // Chi-square with five degrees of freedom exceeds 30 with probability 1e-5.
    const chiSquare = counts.reduce((total, n) => total + (n - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(30);
  });

  test("integers reject the words that would favour some values", () => {
    // floor(word · 3/8) maps eight neighbouring words to three values, 3, 3 and 2 times: the third of each three
    // would come with probability 1/4.
    const third = meanOf(integers(key, count, 3 * 2 ** 29), (x) => (x % 3 === 2 ? 1 : 0));
    expect(Math.abs(third - 1 / 3)).toBeLessThan(fiveErrors * Math.sqrt(2 / 9));
  });
});
