import { add, exp, log, max, mul, square, sub } from "../graph/build.ts";
import { distribution, type Distribution } from "./distribution.ts";
import { normal } from "./normal.ts";

/** Below every logarithm of a float64: at 0, log x minus this is -inf, as the density is, and not -inf + inf. */
const LOWEST_LOG = -1000;

/** exp of N(loc, scale²): positive values; loc and scale are those of the logarithm. */
export const logNormal: Distribution = distribution({
  name: "LogNormal",
  parameters: { loc: "real", scale: "pos" },
  support: "pos",
  reparameterised: true,
  noise: "normal",
  logProb: (parameters, x) => sub(normal.logProb(parameters, log(x)), max(log(x), LOWEST_LOG)),
  sample: (parameters, noise) => exp(normal.sample(parameters, noise)),
  mean: ({ loc, scale }) => exp(add(loc, mul(0.5, square(scale)))),
});
