/** `a > b` and its like, and the choice between two values by a condition. */
import type { Span } from "../../../diagnostics/span.ts";
import type { Base } from "../../../ir/model.ts";
import type { BinaryOperator, Comparison } from "../../ast.ts";
import * as errors from "../errors/shapes.ts";
import { fits, join, relax } from "../types/ranges.ts";
import { apply, literal } from "./apply.ts";
import { stepsOf } from "./composed.ts";
import { elementwise, isNumber, type Sited } from "./elementwise.ts";
import { positional, sitedValue, type Builtin } from "./operands.ts";
import type { Frame, Term, ValueTerm } from "./terms.ts";
import { poison, sizesOf } from "./terms.ts";

const comparisons: ReadonlySet<BinaryOperator> = new Set<Comparison>([
  ">",
  ">=",
  "<",
  "<=",
  "==",
  "!=",
]);

/** Whether an operator compares. */
export const isComparison = (operator: BinaryOperator): operator is Comparison =>
  comparisons.has(operator);

/** 1 where it holds, else 0; what is NaN is unequal to everything, and neither larger nor smaller. */
export const compare = (
  frame: Frame,
  operator: Comparison,
  a: Sited,
  b: Sited,
  span: Span,
): Term => {
  const { two } = stepsOf(frame, operator, span);
  const greater = (left: Sited, right: Sited): Term =>
    elementwise(frame, "greater", operator, left, right, span);
  const equal = (): Term => elementwise(frame, "equal", operator, a, b, span);
  const orEqual = (term: Term): Term =>
    term.kind === "value" ? two("max", term, equal()) : poison;
  const not = (term: Term): Term =>
    term.kind === "value" ? two("sub", literal(frame, 1, "unit", span), term) : poison;
  switch (operator) {
    case ">":
      return greater(a, b);
    case "<":
      return greater(b, a);
    case ">=":
      return orEqual(greater(a, b));
    case "<=":
      return orEqual(greater(b, a));
    case "==":
      return equal();
    case "!=":
      return not(equal());
  }
};

/** Weights that sum to 1 along the last axis still do where whole vectors are chosen. */
const chosenBase = (condition: ValueTerm, a: ValueTerm, b: ValueTerm): Base => {
  const last = a.type.axes.at(-1);
  const whole =
    last !== undefined &&
    last.dim === b.type.axes.at(-1)?.dim &&
    condition.type.axes.every(({ dim }) => dim !== last.dim);
  const base = join(a.type.base, b.type.base);
  return whole ? base : relax(base);
};

/** `where(c, a, b)`. */
export const where: Builtin = {
  usage: "where(CONDITION, a, b)",
  type: (call) => {
    const { frame, span } = call;
    const exprs = positional(call, where.usage, [3]) ?? [];
    const sides = exprs.map((expr) => sitedValue(expr, frame)).filter((one) => one !== undefined);
    const [condition, a, b] = sides;
    if (condition === undefined || a === undefined || b === undefined) return poison;
    if (!sides.every((side) => isNumber(side, "where", frame))) return poison;
    if (!fits(condition.term, "unit")) {
      const needs = "a condition, a `unit` such as a comparison gives,";
      const { type } = condition.term;
      frame.report(errors.wrongOperand(condition.span, "where", needs, type, sizesOf(frame)));
      return poison;
    }
    const operands = sides.map(({ term }) => ({ term, core: 0 }));
    const base = chosenBase(condition.term, a.term, b.term);
    const result = apply(frame, "where", operands, {}, { base, span });
    if (result.kind === "value") return result;
    const shown = sides.map(({ term: { type }, span: at }) => ({ span: at, type }));
    const { sources } = frame.analysis.modules;
    frame.report(errors.notAligned(result.kind, span, "where", shown, sizesOf(frame), sources));
    return poison;
  },
};
