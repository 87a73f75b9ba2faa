import { add, div, log, mul, neg, softplus, sub } from "../graph/build.ts";
import { distribution, type Distribution } from "./distribution.ts";

/** The distribution function is sigmoid((x - loc) / scale). */
export const logistic: Distribution = distribution({
  name: "Logistic",
  parameters: { loc: "real", scale: "pos" },
  support: "real",
  reparameterised: true,
  noise: "uniform",
  // The density is sigmoid(z) sigmoid(-z) / scale, and -log sigmoid(z) is softplus(-z).
  logProb: ({ loc, scale }, x) => {
    const z = div(sub(x, loc), scale);
    return sub(neg(add(softplus(z), softplus(neg(z)))), log(scale));
  },
  sample: ({ loc, scale }, u) => add(loc, mul(scale, sub(log(u), log(sub(1, u))))),
  mean: ({ loc }) => loc,
  entropy: ({ scale }) => add(log(scale), 2),
});
