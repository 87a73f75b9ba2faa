/** log Γ and its derivatives by their Taylor series around 2 and recurrence, and far from there by Stirling's series. */

/** ζ(k) - 1 for k ≥ 2, by the first terms and Euler and Maclaurin's formula for the others. */
const zetaMinusOne = (k: number): number => {
  const n = 100;
  let total = 0;
  for (let i = 2; i < n; i += 1) total += i ** -k;
  const [b1, b2, b3] = [
    k / 12,
    (k * (k + 1) * (k + 2)) / 720,
    (k * (k + 1) * (k + 2) * (k + 3) * (k + 4)) / 30240,
  ];
  const rest = n / (k - 1) + 1 / 2 + b1 / n - b2 / n ** 3 + b3 / n ** 5;
  return total + rest * n ** -k;
};

const EULER = 0.57721566490153286;

/** The coefficients of log Γ(2 + z): of z^0, z^1, … */
const taylor = Array.from({ length: 40 }, (_, k) => {
  if (k < 2) return k * (1 - EULER);
  return ((k % 2 === 0 ? 1 : -1) * zetaMinusOne(k)) / k;
});

const derivativeOf = (coefficients: readonly number[]): readonly number[] =>
  coefficients.slice(1).map((coefficient, i) => (i + 1) * coefficient);

/** Bernoulli's numbers B₂, B₄, … */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

const sum = (terms: readonly number[]): number => terms.reduceRight((total, x) => total + x, 0);

interface Method {
  /** Its power series around 2. */
  readonly series: readonly number[];
  /** f(x + 1) - f(x). */
  readonly step: (x: number) => number;
  /** For large x. */
  readonly far: (x: number) => number;
  readonly atZero: number;
}

const evaluate =
  ({ series, step, far, atZero }: Method) =>
  (x: number): number => {
    if (!(x >= 0)) return Number.NaN;
    if (x === 0) return atZero;
    if (x > 16) return far(x);
    // How far from the nearest whole number is exact.
    const nearest = Math.round(x);
    const z = x - nearest;
    const value = sum(series.map((coefficient, k) => coefficient * z ** k));
    // For tiny x, 1 + x is 1.
    if (nearest === 0) return value - step(1 + x) - step(x);
    if (nearest === 1) return value - step(x);
    return value + sum(Array.from({ length: nearest - 2 }, (_, i) => step(x - i - 1)));
  };

export const lgamma: (x: number) => number = evaluate({
  series: taylor,
  step: Math.log,
  far: (x) =>
    (x - 0.5) * (Math.log(x) - 1) +
    (Math.log(2 * Math.PI) - 1) / 2 +
    sum(bernoulli.map((b, i) => b / ((2 * i + 2) * (2 * i + 1) * x ** (2 * i + 1)))),
  atZero: Number.POSITIVE_INFINITY,
});

export const digamma: (x: number) => number = evaluate({
  series: derivativeOf(taylor),
  step: (x) => 1 / x,
  far: (x) =>
    Math.log(x) - 1 / (2 * x) - sum(bernoulli.map((b, i) => b / ((2 * i + 2) * x ** (2 * i + 2)))),
  atZero: Number.NEGATIVE_INFINITY,
});

export const trigamma: (x: number) => number = evaluate({
  series: derivativeOf(derivativeOf(taylor)),
  step: (x) => -1 / (x * x),
  far: (x) => 1 / x + 1 / (2 * x * x) + sum(bernoulli.map((b, i) => b / x ** (2 * i + 3))),
  atZero: Number.POSITIVE_INFINITY,
});
