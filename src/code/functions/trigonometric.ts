/**
 * sin and cos in float32: the argument without its quarter turns, and the polynomials of the Cephes library (sinf; Moshier
 * 1992).
 */
import { binary, compare, float, fma, int, polynomial, select, unary } from "../build.ts";
import type { Function } from "../code.ts";
import { define } from "./define.ts";

/**
 * Parts of π/2 whose sum is right to 76 bits. All but the last have 8 bits, so that their products with a count of quarter turns up to
 * 2^16 are exact, and what is left of an argument has its full precision also near a multiple of π.
 */
const quarterTurn = [
  1.5703125, 4.825592041015625e-4, 1.2665987014770508e-6, 9.8953023552894592e-10,
  2.5579538487363607e-12, 5.3903029534742384e-15,
];

/** Of 2^16 quarter turns. Farther out there is not a number, rather than a wrong one. */
const farthest = 102943;

/** Of sin r = r + r³·p(r²) and cos r = 1 - r²/2 + r⁴·p(r²) for |r| ≤ π/4. */
const sinCoefficients = [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4];
const cosCoefficients = [4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5];

/** sin of the argument and so many quarter turns. */
const turned = (name: string, turns: number): Function =>
  define(name, ["x"], ({ lanes, keep }, x = float(0, lanes)) => {
    // A NaN passes neither bound: its conversion to an integer would be undefined.
    const above = binary("max", float(-farthest, lanes), x);
    const near = keep(binary("min", above, float(farthest, lanes)));
    const n = keep(unary("round", binary("mul", near, float(2 / Math.PI, lanes))));
    const r = keep(quarterTurn.reduce((rest, part) => fma(n, float(-part, lanes), rest), near));
    const square = keep(binary("mul", r, r));
    const odd = fma(polynomial(square, lanes, sinCoefficients), binary("mul", square, r), r);
    const even = fma(
      polynomial(square, lanes, cosCoefficients),
      binary("mul", square, square),
      fma(square, float(-0.5, lanes), float(1, lanes)),
    );
    const quarter = keep(binary("add", unary("toInt", n), int(turns, lanes)), "i32");
    const has = (bit: number) =>
      compare("eq", binary("and", quarter, int(bit, lanes)), int(bit, lanes));
    const size = keep(select(has(1), even, odd));
    const value = select(has(2), unary("neg", size), size);
    const isNear = compare("le", unary("abs", x), float(farthest, lanes));
    return select(isNear, value, float(Number.NaN, lanes));
  });

/** Right to two units in the last place up to 102943 on both sides, and NaN beyond. */
export const sin: Function = turned("sin", 0);

/** As sin, a quarter turn farther. */
export const cos: Function = turned("cos", 1);
