import { add, greater, log, mul, neg, select } from "../graph/build.ts";
import { distribution, type Distribution } from "./distribution.ts";

const IMPOSSIBLE = Number.NEGATIVE_INFINITY;

/** Constant from low to low + width, and impossible elsewhere. A width, unlike a second end, is positive by its type. */
export const uniform: Distribution = distribution({
  name: "Uniform",
  parameters: { low: "real", width: "pos" },
  support: "real",
  reparameterised: true,
  noise: "uniform",
  logProb: ({ low, width }, x) => {
    const upper = select(greater(x, add(low, width)), IMPOSSIBLE, neg(log(width)));
    return select(greater(low, x), IMPOSSIBLE, upper);
  },
  sample: ({ low, width }, u) => add(low, mul(width, u)),
  mean: ({ low, width }) => add(low, mul(0.5, width)),
  entropy: ({ width }) => log(width),
});
