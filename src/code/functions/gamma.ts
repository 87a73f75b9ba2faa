/**
 * log Γ and its derivatives in float32, for x ≥ 0 and NaN below: minimax polynomials near 1 and 2, made with mpmath, and Stirling's
 * series far from there.
 */
import { binary, call, compare, float, fma, polynomial, select, unary } from "../build.ts";
import type { CodeExpr, Function, Lanes } from "../code.ts";
import { define } from "./define.ts";

/** Of log Γ(1 + z) = z·p(z) for |z| ≤ ½. */
const nearOne = [
  -0.5772156661, 0.8224669052, -0.4006851559, 0.2705948464, -0.2074154498, 0.1691217238,
  -0.1433556557, 0.1312135812, -0.1188908674, 0.06483359645, -0.05003049501, 0.1804352465,
  -0.1783846645,
];
/** Of log Γ(2 + z) = z·p(z) for z from -½ to 1. */
const nearTwo = [
  0.4227843372, 0.322467036, -0.06735251402, 0.02058086655, -0.007382154306, 0.002887141549,
  -0.001209165442, 5.37061546e-4, -2.100865966e-4, 4.465982277e-5,
];
/** Of log Γ(3 + z) = p(z) for z from 0 to 3. */
const aboveThree = [
  0.6931471783, 0.9227845331, 0.1974642901, -0.02567124313, 0.004917771927, -0.001077231049,
  2.299789199e-4, -4.02654666e-5, 4.715809461e-6, -2.627118384e-7,
];
/** Of log Γ(x) = (x - ½)(log x - 1) + (log 2π - 1)/2 + p(1/x²)/x for x ≥ 6. */
const stirling = [0.08333333296, -0.002777534119, 7.699153266e-4];

const less = (x: CodeExpr, bound: number, lanes: Lanes): CodeExpr =>
  compare("lt", x, float(bound, lanes));

const minus = (x: CodeExpr, number: number, lanes: Lanes): CodeExpr =>
  binary("sub", x, float(number, lanes));

/** inf at 0; the zeros at 1 and 2 are exact, and numbers near them have all their digits. */
export const lgamma: Function = define("lgamma", ["x"], ({ lanes, keep }, x = float(0, lanes)) => {
  const log = keep(call("log", x));
  const small = keep(less(x, 0.5, lanes), "mask");
  const z = keep(select(small, x, minus(x, 1, lanes)));
  const low = binary(
    "sub",
    binary("mul", z, polynomial(z, lanes, nearOne)),
    select(small, log, float(0, lanes)),
  );
  const two = keep(minus(x, 2, lanes));
  const middle = binary("mul", two, polynomial(two, lanes, nearTwo));
  const three = keep(minus(x, 3, lanes));
  const high = polynomial(three, lanes, aboveThree);
  const r = keep(binary("div", float(1, lanes), x));
  const rest = fma(
    r,
    polynomial(binary("mul", r, r), lanes, stirling),
    float((Math.log(2 * Math.PI) - 1) / 2, lanes),
  );
  const far = fma(minus(x, 0.5, lanes), minus(log, 1, lanes), rest);
  const above = select(less(x, 3, lanes), middle, select(less(x, 6, lanes), high, far));
  return select(less(x, 1.5, lanes), low, above);
});

/** Of y·ψ(y) for y = 2 + z, |z| ≤ 1. */
const digammaNear = [
  0.8455686697, 1.712652439, 0.2408202938, -0.03740983902, 0.008467340985, -0.002244908126,
  6.461050706e-4, -1.873133041e-4, 5.759420601e-5, -2.604009478e-5, 8.665935616e-6,
];
/** Of ψ(x) = log x - 1/2x - p(1/x²)/x² for x ≥ 3. */
const digammaFar = [0.08333332814, -0.008331786443, 0.003894552444, -0.002972512151];

/** -inf at 0, or -0. */
export const digamma: Function = define(
  "digamma",
  ["x"],
  ({ lanes, keep }, x = float(0, lanes)) => {
    const size = keep(unary("abs", x));
    const small = keep(less(size, 1, lanes), "mask");
    const r = keep(binary("div", float(1, lanes), size));
    const y = select(small, binary("add", size, float(1, lanes)), size);
    const z = keep(minus(size, 2, lanes));
    const shifted = keep(select(small, minus(size, 1, lanes), z));
    const near = binary(
      "sub",
      binary("div", polynomial(shifted, lanes, digammaNear), y),
      select(small, r, float(0, lanes)),
    );
    const square = keep(binary("mul", r, r));
    const slow = fma(r, float(-0.5, lanes), call("log", size));
    const far = binary("sub", slow, binary("mul", square, polynomial(square, lanes, digammaFar)));
    const value = select(less(size, 3, lanes), near, far);
    return select(less(x, 0, lanes), float(Number.NaN, lanes), value);
  },
);

/** Of y²·ψ'(y) for y = 2 + z, |z| ≤ 1. */
const trigammaNear = [
  2.579736266, 0.9632809708, 0.01635773533, -0.007077681315, 0.002985835614, -0.001240100762,
  5.02878545e-4, -1.814519897e-4, 6.977272951e-5, -4.546231531e-5, 1.784453452e-5,
];
/** Of ψ'(x) = 1/x + 1/2x² + p(1/x²)/x³ for x ≥ 3. */
const trigammaFar = [0.1666666637, -0.03333192493, 0.02370177403, -0.03031563036, 0.03714683161];

/** inf at 0. */
export const trigamma: Function = define(
  "trigamma",
  ["x"],
  ({ lanes, keep }, x = float(0, lanes)) => {
    const small = keep(less(x, 1, lanes), "mask");
    const r = keep(binary("div", float(1, lanes), x));
    const square = keep(binary("mul", r, r));
    const y = keep(select(small, binary("add", x, float(1, lanes)), x));
    const z = keep(select(small, minus(x, 1, lanes), minus(x, 2, lanes)));
    const near = binary(
      "add",
      binary("div", polynomial(z, lanes, trigammaNear), binary("mul", y, y)),
      select(small, square, float(0, lanes)),
    );
    const series = fma(r, polynomial(square, lanes, trigammaFar), float(0.5, lanes));
    const far = binary("mul", r, fma(r, series, float(1, lanes)));
    const value = select(less(x, 3, lanes), near, far);
    return select(less(x, 0, lanes), float(Number.NaN, lanes), value);
  },
);
