/**
 * exp, log and pow in float32. Range reduction and minimax polynomials are those of the Cephes library (expf, logf;
 * Moshier 1992). Nothing here makes denormals: results that would be are 0.
 */
import { binary, call, compare, float, fma, int, polynomial, select, unary } from "../build.ts";
import type { CodeExpr, Function, Lanes } from "../code.ts";
import { define, type Maker } from "./define.ts";

/** ln 2 in two parts: the first has so few bits that its product with an exponent is exact. */
const ln2High = 0.693359375;
const ln2Low = -2.12194440054690583e-4;

/** Of e^r = 1 + r + r²·p(r) for |r| ≤ ln 2 / 2. */
const expCoefficients = [
  5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3,
  1.98756915e-4,
];

/** e^x; 0 below -87, inf above 88.72. */
export const exp: Function = define("exp", ["x"], ({ lanes, keep }, x = float(0, lanes)) => {
  // At these ends the result is 0 and inf by itself. A NaN passes both.
  const bounded = keep(binary("min", binary("max", x, float(-87.3, lanes)), float(89, lanes)));
  // The other way round a NaN does not pass: its conversion to an integer would be undefined.
  const number = binary("max", float(-87.3, lanes), bounded);
  const n = keep(unary("round", binary("mul", number, float(Math.LOG2E, lanes))));
  const r = keep(fma(n, float(-ln2Low, lanes), fma(n, float(-ln2High, lanes), bounded)));
  const rest = fma(polynomial(r, lanes, expCoefficients), binary("mul", r, r), r);
  const mantissa = keep(binary("add", rest, float(1, lanes)));
  // n reaches 128, whose power of two is no float32: so twice the mantissa times half the power.
  const exponent = binary("add", unary("toInt", n), int(126, lanes));
  const power = unary("asFloat", binary("shiftLeft", exponent, int(23, lanes)));
  return binary("mul", binary("add", mantissa, mantissa), power);
});

/** Of log(1 + f) = f - f²/2 + f³·p(f) for 1 + f in [√½, √2]. */
const logCoefficients = [
  3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1,
  -1.2420140846e-1, 1.167699874e-1, -1.151461031e-1, 7.0376836292e-2,
];

/** log(1 + f) + e·ln 2. */
export const logOfParts = (f: CodeExpr, e: CodeExpr, { lanes, keep }: Maker): CodeExpr => {
  const square = keep(binary("mul", f, f));
  const cubic = binary("mul", polynomial(f, lanes, logCoefficients), binary("mul", f, square));
  const small = fma(square, float(-0.5, lanes), fma(e, float(ln2Low, lanes), cubic));
  return fma(e, float(ln2High, lanes), binary("add", f, small));
};

/** The bits of √½. */
const bitsOfRootHalf = 0x3f3504f3;

/** Denormals are made normal first. */
export const log: Function = define("log", ["x"], (maker, x = float(0, maker.lanes)) => {
  const { lanes, keep } = maker;
  const denormal = keep(compare("lt", x, float(2 ** -126, lanes)), "mask");
  const normal = select(denormal, binary("mul", x, float(2 ** 23, lanes)), x);
  const bits = keep(unary("asInt", normal), "i32");
  const exponent = keep(
    binary("shiftRight", binary("sub", bits, int(bitsOfRootHalf, lanes)), int(23, lanes)),
    "i32",
  );
  const mantissa = unary(
    "asFloat",
    binary("sub", bits, binary("shiftLeft", exponent, int(23, lanes))),
  );
  const f = keep(binary("sub", mantissa, float(1, lanes)));
  const shift = select(denormal, float(-23, lanes), float(0, lanes));
  const e = keep(binary("add", unary("toFloat", exponent), shift));
  const positive = logOfParts(f, e, maker);
  // inf and NaN give themselves.
  const finite = select(compare("lt", x, infinity(lanes)), positive, x);
  const atMostZero = select(
    compare("eq", x, float(0, lanes)),
    float(Number.NEGATIVE_INFINITY, lanes),
    float(Number.NaN, lanes),
  );
  return select(compare("le", x, float(0, lanes)), atMostZero, finite);
});

const infinity = (lanes: Lanes): CodeExpr => float(Number.POSITIVE_INFINITY, lanes);

/** a^b for a ≥ 0: its relative error grows with |b·log a|, to 1e-5 at the ends of the range. */
export const pow: Function = define(
  "pow",
  ["a", "b"],
  ({ lanes }, a = float(1, lanes), b = float(0, lanes)) =>
    select(
      compare("eq", b, float(0, lanes)),
      float(1, lanes),
      call("exp", binary("mul", b, call("log", a))),
    ),
);
