/** Operators and functions that work element by element, and matrix products. */
import type { Span } from "../../../diagnostics/span.ts";
import type { BinaryValue, UnaryValue } from "../../../ir/value.ts";
import type { BinaryOperator, Comparison } from "../../ast.ts";
import { apply, applyOne } from "./apply.ts";
import * as errors from "../errors/shapes.ts";
import { lies, ofBinary, ofUnary, relax, selects } from "../types/ranges.ts";
import type { Frame, Term, ValueTerm } from "./terms.ts";
import { poison, sizesOf } from "./terms.ts";
import type { Base } from "../../../ir/model.ts";

/** A value and the text it comes from. */
export interface Sited {
  readonly term: ValueTerm;
  readonly span: Span;
}

/** Reports a value that only selects, where arithmetic needs a number. */
export const isNumber = ({ term, span }: Sited, where: string, frame: Frame): boolean => {
  if (!selects(term.type.base)) return true;
  frame.report(errors.indexInArithmetic(span, where, term.type, sizesOf(frame)));
  return false;
};

/** `a op b` with axes matched by name; `shown` is the operator or function as written. */
export const elementwise = (
  frame: Frame,
  op: BinaryValue,
  shown: string,
  a: Sited,
  b: Sited,
  span: Span,
): Term => {
  if (![a, b].every((side) => isNumber(side, shown, frame))) return poison;
  const operands = [a, b].map(({ term }) => ({ term, core: 0 }));
  const base = ofBinary[op](a.term, b.term);
  const result = apply(frame, op, operands, {}, { base, span });
  if (result.kind === "value") return result;
  const sides = [a, b].map(({ term: { type }, span: at }) => ({ span: at, type }));
  frame.report(
    errors.notAligned(
      result.kind,
      span,
      shown,
      sides,
      sizesOf(frame),
      frame.analysis.modules.sources,
    ),
  );
  return poison;
};

/** A function of each element. */
export const unary = (
  frame: Frame,
  op: UnaryValue,
  shown: string,
  operand: Sited,
  span: Span,
): Term => {
  if (!isNumber(operand, shown, frame)) return poison;
  const { term } = operand;
  const base = ofUnary[op](term.type.base);
  const { axes } = term.type;
  const result = applyOne(frame, op, { term, core: axes.length }, {}, { base, core: axes, span });
  if (op !== "neg" || term.constant === undefined) return result;
  return { ...result, constant: -term.constant };
};

const products: Readonly<Record<string, "dot" | "vecmat" | "matvec" | "matmul">> = {
  "1 1": "dot",
  "1 2": "vecmat",
  "2 1": "matvec",
  "2 2": "matmul",
};

/** Rows that are weighted by a simplex stay in their range. */
const productBase = (a: ValueTerm, b: ValueTerm, vector: boolean): Base => {
  const [left, right] = [a.type.base, b.type.base];
  if (left === "simplex") return vector ? relax(right) : right;
  return lies(left, "pos") && lies(right, "pos") ? "pos" : "real";
};

/** `a @ b`: the last axis of a with the first of b, by position. */
export const product = (frame: Frame, a: Sited, b: Sited, span: Span): Term => {
  if (![a, b].every((side) => isNumber(side, "@", frame))) return poison;
  const [left, right] = [a.term.type.axes, b.term.type.axes];
  const op = products[`${left.length} ${right.length}`];
  const sides = [a, b].map(({ term: { type }, span: at }) => ({ span: at, type }));
  if (op === undefined || left.at(-1)?.dim !== right[0]?.dim) {
    frame.report(errors.productMismatch(span, sides, op !== undefined, sizesOf(frame)));
    return poison;
  }
  const operands = [a, b].map(({ term }) => ({ term, core: term.type.axes.length }));
  const core = [...left.slice(0, -1), ...right.slice(1)];
  const base = productBase(a.term, b.term, right.length === 1);
  const result = apply(frame, op, operands, {}, { base, core, span });
  return result.kind === "value" ? result : poison;
};

/** Operators that match axes by name. */
export const operatorOps: {
  readonly [K in Exclude<BinaryOperator, "@" | Comparison>]: BinaryValue;
} = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "^": "pow",
};
