import { add, greater, mul, neg, select, sigmoid, softplus, sub } from "../graph/build.ts";
import { distribution, type Distribution } from "./distribution.ts";
import { weighted } from "./weighted.ts";

/**
 * 1 with log odds `logits`, else 0; log odds of ±inf are certainty. Values strictly between (grey pixels) are taken at
 * the same formula, as is customary; the result is then no probability.
 */
export const bernoulli: Distribution = distribution({
  name: "Bernoulli",
  parameters: { logits: "real" },
  support: "unit",
  reparameterised: false,
  noise: "uniform",
  // x l - softplus(l), which cancels where l is large, by the nearer of 0 and 1: -softplus(±l) for that one, and the rest
  // of x, which is 0 unless x is between, times l. Where l excludes the nearer one all is -inf, and the rest is left out.
  logProb: ({ logits }, x) => {
    const nearer = greater(x, 0.5);
    const away = mul(select(nearer, -1, 1), logits);
    const rest = select(greater(Infinity, away), sub(x, nearer), 0);
    return sub(mul(rest, select(rest, logits, 0)), softplus(away));
  },
  sample: ({ logits }, u) => greater(sigmoid(logits), u),
  mean: ({ logits }) => sigmoid(logits),
  entropy: ({ logits }) =>
    add(
      weighted(sigmoid(logits), softplus(neg(logits))),
      weighted(sigmoid(neg(logits)), softplus(logits)),
    ),
});
