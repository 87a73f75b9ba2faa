/** log Γ and its derivatives in float64, for x ≥ 0; NaN below. */

/** Of log Γ(2 + z) / z for |z| ≤ ½, to 5e-19. */
const nearTwo = [
  0.42278433509846714, 0.32246703342411324, -0.06735230105319814, 0.020580808427780335,
  -0.0073855510286680962, 0.0028905103310367721, -0.0011927539120033873, 0.00050966951534843731,
  -0.00022315475069647703, 9.9457674400967638e-5, -4.4926351667703418e-5, 2.0505584372896931e-5,
  -9.4384548840547227e-6, 4.3847319318293745e-6, -2.0449353231800521e-6, 9.1998980756713947e-7,
  -4.3032346929567319e-7, 2.7880013392491845e-7, -1.341570273460026e-7,
];

/** Of Σ B₂ₖ / (2k (2k - 1)) x^(1-2k), what Stirling's formula leaves of log Γ. */
const logGammaSeries = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];
/** Of Σ B₂ₖ / 2k x^-2k. */
const digammaSeries = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12];
/** Of Σ B₂ₖ x^(-1-2k). */
const trigammaSeries = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];

/** From here on the series are exact to float64. */
const FAR = 14;

const polynomial = (x: number, coefficients: readonly number[]): number =>
  coefficients.reduceRight((higher, lower) => higher * x + lower, 0);

/** log Γ(x); inf at 0. */
export const lgamma = (x: number): number => {
  if (!(x >= 0)) return Number.NaN;
  if (x === 0 || x === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  // At 1 and 2, where it is 0, it keeps its digits.
  if (x < 0.5) return x * polynomial(x, nearTwo) - Math.log(x) - Math.log1p(x);
  if (x < 1.5) return (x - 1) * polynomial(x - 1, nearTwo) - Math.log(x);
  if (x < 2.5) return (x - 2) * polynomial(x - 2, nearTwo);
  let product = 1;
  let y = x;
  for (; y < FAR; y += 1) product *= y;
  const stirling = (y - 0.5) * (Math.log(y) - 1) + 0.5 * Math.log(2 * Math.PI) - 0.5;
  return stirling + polynomial(1 / (y * y), logGammaSeries) / y - Math.log(product);
};

/** Γ'(x) / Γ(x); -inf at 0. */
export const digamma = (x: number): number => {
  if (!(x >= 0)) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  let total = 0;
  let y = x;
  for (; y < FAR; y += 1) total -= 1 / y;
  const t = 1 / (y * y);
  return total + (Math.log(y) - 0.5 / y - t * polynomial(t, digammaSeries));
};

/** The derivative of digamma; inf at 0. */
export const trigamma = (x: number): number => {
  if (!(x >= 0)) return Number.NaN;
  let total = 0;
  let y = x;
  for (; y < FAR; y += 1) total += 1 / (y * y);
  const r = 1 / y;
  return total + r * (1 + r * (0.5 + r * polynomial(r * r, trigammaSeries)));
};
