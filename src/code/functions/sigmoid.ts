/** Functions with two flat or straight ends, in terms of exp of something negative. */
import { binary, call, compare, float, fma, polynomial, select, unary } from "../build.ts";
import type { CodeExpr, Function, Lanes } from "../code.ts";
import { define } from "./define.ts";
import { logOfParts } from "./exponential.ts";

const expOfMinusAbs = (x: CodeExpr): CodeExpr => call("exp", unary("neg", unary("abs", x)));

const isNegative = (x: CodeExpr, lanes: Lanes): CodeExpr => compare("lt", x, float(0, lanes));

/** 1 / (1 + e^-x), to full relative accuracy however small it is. */
export const sigmoid: Function = define(
  "sigmoid",
  ["x"],
  ({ lanes, keep }, x = float(0, lanes)) => {
    const z = keep(expOfMinusAbs(x));
    const one = float(1, lanes);
    return binary("div", select(isNegative(x, lanes), z, one), binary("add", one, z));
  },
);

/** log(1 + e^x) = max(x, 0) + log(1 + z), where z = e^-|x| ≤ 1. */
export const softplus: Function = define("softplus", ["x"], (maker, x = float(0, maker.lanes)) => {
  const { lanes, keep } = maker;
  const z = keep(expOfMinusAbs(x));
  // 1 + z itself, or twice 1 + (z - 1)/2: as of log's mantissa, but without rounding a small z away.
  const large = keep(compare("lt", float(Math.SQRT2 - 1, lanes), z), "mask");
  const half = fma(z, float(0.5, lanes), float(-0.5, lanes));
  const f = keep(select(large, half, z));
  const e = keep(select(large, float(1, lanes), float(0, lanes)));
  return binary("add", binary("max", x, float(0, lanes)), logOfParts(f, e, maker));
});

/** Of tanh x = x + x³·p(x²) for |x| < 0.625 (Cephes, tanhf). */
const tanhCoefficients = [
  -3.33332819422e-1, 1.33314422036e-1, -5.37397155531e-2, 2.06390887954e-2, -5.70498872745e-3,
];

/** Odd; ±1 at the ends, and no farther. */
export const tanh: Function = define("tanh", ["x"], ({ lanes, keep }, x = float(0, lanes)) => {
  const one = float(1, lanes);
  const size = keep(unary("abs", x));
  const z = keep(call("exp", binary("mul", size, float(-2, lanes))));
  const far = keep(binary("div", binary("sub", one, z), binary("add", one, z)));
  const signed = select(isNegative(x, lanes), unary("neg", far), far);
  const square = keep(binary("mul", x, x));
  const near = fma(polynomial(square, lanes, tanhCoefficients), binary("mul", square, x), x);
  return select(compare("lt", size, float(0.625, lanes)), near, signed);
});
