/** The arithmetic of loop programs in expressions of code. */
import type { ReduceOp } from "../../loops/program.ts";
import type { BinaryName, UnaryName } from "../../graph/kinds.ts";
import type { Dtype } from "../../graph/op.ts";
import { tabulate } from "../../graph/table.ts";
import { binary, call, compare, float, fma, int, select, unary } from "../build.ts";
import type { CodeExpr, Lanes, CodeType } from "../code.ts";
import { unaryFunctions } from "../functions/index.ts";
import { f32, i32 } from "../type.ts";

/** How one kind of number is computed with. */
interface Numbers {
  readonly dtype: Dtype;
  readonly lanes: Lanes;
}

export const typeFor = (dtype: Dtype, lanes: Lanes): CodeType =>
  dtype === "float" ? f32(lanes) : i32(lanes);

/** The number in each lane. */
export const literal = (value: number, { dtype, lanes }: Numbers): CodeExpr =>
  dtype === "float" ? float(value, lanes) : int(value, lanes);

const negative = (x: CodeExpr, numbers: Numbers): CodeExpr =>
  numbers.dtype === "float" ? unary("neg", x) : binary("sub", literal(0, numbers), x);

/** What no instruction computes is a function. `numbers` are those of the operand. */
export const unaryOf: Readonly<Record<UnaryName, (x: CodeExpr, numbers: Numbers) => CodeExpr>> = {
  ...tabulate(unaryFunctions, (name) => (x: CodeExpr) => call(name, x)),
  neg: negative,
  sqrt: (x) => unary("sqrt", x),
  square: (x) => binary("mul", x, x),
  reciprocal: (x, numbers) => binary("div", literal(1, numbers), x),
  abs: (x, numbers) =>
    numbers.dtype === "float" ? unary("abs", x) : binary("max", x, negative(x, numbers)),
  // What is neither below nor above is 0, or NaN, and stays.
  sign: (x, numbers) => {
    const zero = literal(0, numbers);
    const notAbove = select(compare("lt", x, zero), literal(-1, numbers), x);
    return select(compare("lt", zero, x), literal(1, numbers), notAbove);
  },
  relu: (x, numbers) => binary("max", x, literal(0, numbers)),
};

/** Of ints by way of floats, towards zero. */
const throughFloats = (
  a: CodeExpr,
  b: CodeExpr,
  of: (a: CodeExpr, b: CodeExpr) => CodeExpr,
): CodeExpr => unary("toInt", of(unary("toFloat", a), unary("toFloat", b)));

const div = (a: CodeExpr, b: CodeExpr): CodeExpr => binary("div", a, b);
const pow = (a: CodeExpr, b: CodeExpr): CodeExpr => call("pow", a, b);

/** `dtype` is that of the operands. */
export const binaryOf: Readonly<
  Record<BinaryName, (a: CodeExpr, b: CodeExpr, dtype: Dtype) => CodeExpr>
> = {
  add: (a, b) => binary("add", a, b),
  sub: (a, b) => binary("sub", a, b),
  mul: (a, b) => binary("mul", a, b),
  div: (a, b, dtype) => (dtype === "float" ? div(a, b) : throughFloats(a, b, div)),
  pow: (a, b, dtype) => (dtype === "float" ? pow(a, b) : throughFloats(a, b, pow)),
  max: (a, b) => binary("max", a, b),
  min: (a, b) => binary("min", a, b),
};

/** What a reduction begins with. */
export const identityOf = (op: ReduceOp, numbers: Numbers): CodeExpr => {
  const [low, high] =
    numbers.dtype === "float"
      ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      : [-(2 ** 31), 2 ** 31 - 1];
  return literal({ add: 0, mul: 1, max: low, min: high }[op], numbers);
};

/** An expression that may be a product not yet rounded. */
export type Factor =
  CodeExpr | { readonly kind: "product"; readonly a: CodeExpr; readonly b: CodeExpr };

/** a + b. */
export const sum = (a: Factor, b: Factor): CodeExpr => {
  if (a.kind === "product") return fma(a.a, a.b, rounded(b));
  if (b.kind === "product") return fma(b.a, b.b, a);
  return binary("add", a, b);
};

/** As an expression of its own. */
export const rounded = (factor: Factor): CodeExpr =>
  factor.kind === "product" ? binary("mul", factor.a, factor.b) : factor;
