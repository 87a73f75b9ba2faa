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
  // x l - softplus(l), which cancels where l is large, as two terms of one sign: (x - [l > 0]) l and -softplus(-|l|).
  logProb: ({ logits }, x) => {
    const likely = greater(logits, 0);
    const rest = sub(x, likely);
    const sign = sub(1, mul(2, likely)); // a constant to the gradient, unlike |l| smooth at 0
    return sub(mul(rest, select(rest, logits, 0)), softplus(mul(sign, logits)));
  },
  sample: ({ logits }, u) => greater(sigmoid(logits), u),
  mean: ({ logits }) => sigmoid(logits),
  entropy: ({ logits }) =>
    add(
      weighted(sigmoid(logits), softplus(neg(logits))),
      weighted(sigmoid(neg(logits)), softplus(logits)),
    ),
});
