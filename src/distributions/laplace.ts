import { abs, add, div, log, max, mul, neg, sign, sub } from "../graph/build.ts";
import { distribution, type Distribution } from "./distribution.ts";

/** Half of the smallest step of a 24-bit uniform: what u = 0 or 1 stands for, lest its logarithm be -∞. */
const SMALLEST = 2 ** -24;

/** Density exp(-|x - loc| / scale) / (2 scale). */
export const laplace: Distribution = distribution({
  name: "Laplace",
  parameters: { loc: "real", scale: "pos" },
  support: "real",
  reparameterised: true,
  noise: "uniform",
  logProb: ({ loc, scale }, x) => sub(neg(div(abs(sub(x, loc)), scale)), add(log(scale), Math.LN2)),
  // The inverse distribution function: loc - scale sign(u - ½) log(1 - 2 |u - ½|).
  sample: ({ loc, scale }, u) => {
    const centred = sub(u, 0.5);
    const tail = max(sub(1, mul(2, abs(centred))), SMALLEST);
    return sub(loc, mul(scale, mul(sign(centred), log(tail))));
  },
  mean: ({ loc }) => loc,
  entropy: ({ scale }) => add(log(scale), 1 + Math.LN2),
});
