import { add, div, log, mul, square, sub } from "../graph/build.ts";
import { distribution, type Distribution } from "./distribution.ts";

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** N(loc, scale²). */
export const normal: Distribution = distribution({
  name: "Normal",
  parameters: { loc: "real", scale: "pos" },
  support: "real",
  reparameterised: true,
  noise: "normal",
  logProb: ({ loc, scale }, x) =>
    sub(mul(-0.5, square(div(sub(x, loc), scale))), add(log(scale), HALF_LOG_TWO_PI)),
  sample: ({ loc, scale }, noise) => add(loc, mul(scale, noise)),
  mean: ({ loc }) => loc,
  entropy: ({ scale }) => add(log(scale), 0.5 + HALF_LOG_TWO_PI),
});
