import { div, log, mul, neg, reciprocal, sub } from "../graph/build.ts";
import { distribution, type Distribution } from "./distribution.ts";

/** Density rate exp(-rate x) of positive values. */
export const exponential: Distribution = distribution({
  name: "Exponential",
  parameters: { rate: "pos" },
  support: "pos",
  reparameterised: true,
  noise: "uniform",
  logProb: ({ rate }, x) => sub(log(rate), mul(rate, x)),
  // The inverse of the survival function; u is never 0 or 1.
  sample: ({ rate }, u) => div(neg(log(u)), rate),
  mean: ({ rate }) => reciprocal(rate),
  entropy: ({ rate }) => sub(1, log(rate)),
});
