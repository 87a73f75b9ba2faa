import {
  add,
  cast,
  cumsum,
  div,
  exp,
  greater,
  iota,
  lgamma,
  log,
  max,
  mul,
  reshape,
  select,
  sqrt,
  square,
  sub,
  sum,
} from "../graph/build.ts";
import type { Node } from "../graph/op.ts";
import { distribution, type Distribution } from "./distribution.ts";
import { normalQuantile } from "./normal-quantile.ts";
import { weighted } from "./weighted.ts";

/** Up to this rate probabilities are summed; above, the expansion of the quantile is exact to 2e-6 in total variation. */
const SUMMED = 81;
/** How many counts are summed: of a rate up to 81, those outside have probabilities below 2^-24 in all. */
const WINDOW = 128;
/** Keeps 0 log(0) a number. */
const LOWEST_LOG = -1000;

const whole = (x: Node): Node => cast(cast(x, "int"), "float");

/** How many counts k are exceeded with a probability above u; tails are summed from their far end, where they are small. */
const bySum = (rate: Node, u: Node): Node => {
  const axis = rate.shape.length;
  const wide = (x: Node): Node => reshape(x, [...x.shape, 1]);
  const first = whole(max(sub(rate, mul(6, sqrt(rate))), 0));
  const places = iota([...rate.shape.map(() => 1), WINDOW], axis, "float");
  const k = add(wide(first), places);
  const logRate = max(log(rate), LOWEST_LOG);
  const p = exp(sub(sub(mul(k, wide(logRate)), wide(rate)), lgamma(add(k, 1))));
  const exceeded = cumsum(p, axis, { exclusive: true, reverse: true });
  const counted = sum(greater(exceeded, wide(u)), [axis]);
  return add(first, reshape(counted, counted.shape.slice(0, -1)));
};

// λ + √λ z + (z² + 2)/6 - (z³ + 2z)/(72 √λ) + (3z⁴ + 7z² - 16)/(810 λ), an expansion of the quantile
// to the order 1/λ: the count is its whole part.
const byExpansion = (rate: Node, u: Node): Node => {
  const z = normalQuantile(sub(1, u));
  const root = sqrt(rate);
  const z2 = square(z);
  const second = div(add(z2, 2), 6);
  const third = div(mul(z, add(z2, 2)), mul(72, root));
  const fourth = div(sub(mul(z2, add(mul(3, z2), 7)), 16), mul(810, rate));
  return whole(max(add(add(rate, mul(root, z)), add(sub(second, third), fourth)), 0));
};

/** A count of events that come independently at this rate. */
export const poisson: Distribution = distribution({
  name: "Poisson",
  parameters: { rate: "pos" },
  support: "count",
  reparameterised: false,
  noise: "uniform",
  logProb: ({ rate }, x) => sub(sub(weighted(x, log(rate)), rate), lgamma(add(x, 1))),
  sample: ({ rate }, u) =>
    select(greater(rate, SUMMED), byExpansion(max(rate, SUMMED), u), bySum(rate, u)),
  mean: ({ rate }) => rate,
});
