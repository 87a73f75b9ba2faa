import { add, greater, log, mul, neg, select, sqrt, sub } from "../graph/build.ts";
import type { Node } from "../graph/op.ts";

const central = [
  1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6,
  -3.5233877e-6, 3.43273939e-7, 2.81022636e-8,
];
const tail = [
  2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844,
  0.00134934322, 0.000100950558, -0.000200214257,
];

const polynomial = (x: Node, coefficients: readonly number[]): Node =>
  coefficients
    .slice(0, -2)
    .reduceRight<Node>(
      (higher, lower) => add(mul(higher, x), lower),
      add(mul(x, coefficients.at(-1) ?? 0), coefficients.at(-2) ?? 0),
    );

/** Where a standard normal variable lies below with probability u, to 2e-7 of itself (Giles, "Approximating the erfinv function"). */
export const normalQuantile = (u: Node): Node => {
  const w = neg(log(mul(mul(4, u), sub(1, u))));
  const near = polynomial(sub(w, 2.5), central);
  const far = polynomial(sub(sqrt(w), 3), tail);
  return mul(mul(Math.SQRT2, sub(mul(2, u), 1)), select(greater(5, w), near, far));
};
