import { greater, mul, sigmoid, softplus, sub } from "../graph/build.ts";
import { distribution, type Distribution } from "./distribution.ts";

/**
 * 1 with log odds `logits`, else 0. Values strictly between (grey pixels) are taken at the same formula, as is
 * customary; the result is then no probability.
 */
export const bernoulli: Distribution = distribution({
  name: "Bernoulli",
  parameters: { logits: "real" },
  support: "unit",
  reparameterised: false,
  noise: "uniform",
  logProb: ({ logits }, x) => sub(mul(x, logits), softplus(logits)),
  sample: ({ logits }, u) => greater(sigmoid(logits), u),
  mean: ({ logits }) => sigmoid(logits),
  entropy: ({ logits }) => sub(softplus(logits), mul(logits, sigmoid(logits))),
});
