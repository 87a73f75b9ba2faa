/** `sum(x)`, `sum(x, R)`: over all axes or over the one that is named. */
import type { Span } from "../../../diagnostics/span.ts";
import type { Base } from "../../../ir/model.ts";
import type { ValueOp } from "../../../ir/value.ts";
import type { Expr } from "../../ast.ts";
import { applyOne } from "./apply.ts";
import { readSize } from "../types/dims.ts";
import type { Sited } from "./elementwise.ts";
import { elementwise, isNumber, unary } from "./elementwise.ts";
import { asVector } from "./vectors.ts";
import * as errors from "../errors/shapes.ts";
import type { Builtin, BuiltinCall } from "./operands.ts";
import { positional, sitedValue } from "./operands.ts";
import { lies, relax } from "../types/ranges.ts";
import type { Frame, Term, ValueTerm } from "./terms.ts";
import { poison, sizesOf } from "./terms.ts";

type ReductionOp = Extract<
  ValueOp,
  "sum" | "mean" | "prod" | "amax" | "norm" | "logsumexp" | "var" | "std"
>;

const bases: { readonly [K in ReductionOp]: (base: Base) => Base } = {
  sum: (base) => (lies(base, "pos") ? "pos" : "real"),
  mean: relax,
  prod: relax,
  amax: relax,
  norm: () => "pos",
  logsumexp: () => "real",
  var: (base) => (lies(base, "unit") ? "unit" : "pos"),
  std: () => "pos",
};

const reduceAt = (
  frame: Frame,
  op: ReductionOp,
  term: ValueTerm,
  place: number,
  span: Span,
): ValueTerm => {
  const { axes, base } = term.type;
  const core = axes.filter((_, i) => i !== place);
  const attrs = { axis: axes.length - place };
  return applyOne(frame, op, { term, core: axes.length }, attrs, {
    base: bases[op](base),
    core,
    span,
  });
};

/** The place of the axis that the expression names, or `undefined` when that was reported. */
const namedAxis = (
  expr: Expr,
  { term }: Sited,
  shown: string,
  frame: Frame,
): number | undefined => {
  const axis = readSize(expr, frame.dims, sizesOf(frame), frame.report);
  if (axis === undefined) return undefined;
  const places = term.type.axes.flatMap(({ dim }, place) => (dim === axis.dim ? [place] : []));
  if (places.length !== 1) {
    frame.report(
      errors.noSuchAxis(expr.span, shown, axis, places.length, term.type, sizesOf(frame)),
    );
    return undefined;
  }
  return places[0];
};

/** The reduction over all axes. */
export const reduceWhole = (
  frame: Frame,
  op: ReductionOp,
  term: ValueTerm,
  span: Span,
): ValueTerm => {
  const together: readonly ReductionOp[] = ["norm", "logsumexp", "var", "std"];
  const whole = together.includes(op) ? asVector(frame, term) : term;
  return whole.type.axes.reduce((rest) => reduceAt(frame, op, rest, 0, span), whole);
};

const reduceSited = (
  op: ReductionOp,
  x: Sited,
  along: Expr | undefined,
  { frame, callee, span }: BuiltinCall,
): Term => {
  if (!isNumber(x, callee.text, frame)) return poison;
  if (along !== undefined) {
    const place = namedAxis(along, x, callee.text, frame);
    return place === undefined ? poison : reduceAt(frame, op, x.term, place, span);
  }
  return reduceWhole(frame, op, x.term, span);
};

/** A function that reduces all axes, or the one that is named. */
export const reduction = (name: string, op: ReductionOp): Builtin => {
  const usage = `${name}(x) or ${name}(x, AXIS)`;
  return {
    usage,
    type: (call) => {
      const [value, along] = positional(call, usage, [1, 2]) ?? [];
      const x = value && sitedValue(value, call.frame);
      return x === undefined ? poison : reduceSited(op, x, along, call);
    },
  };
};

const isSize = (expr: Expr, frame: Frame): boolean =>
  expr.kind === "name" && frame.dims.has(expr.text) && !frame.localNames().includes(expr.text);

/** `max(x)` and `max(x, R)` reduce; `max(a, b)` takes the larger of two elements. */
export const extremum = (name: "max" | "min"): Builtin => {
  const usage = `${name}(x), ${name}(x, AXIS) or ${name}(a, b)`;
  return {
    usage,
    type: (call) => {
      const { frame, span } = call;
      const [first, second] = positional(call, usage, [1, 2]) ?? [];
      const a = first && sitedValue(first, frame);
      if (a === undefined) return poison;
      if (second !== undefined && !isSize(second, frame)) {
        const b = sitedValue(second, frame);
        return b === undefined ? poison : elementwise(frame, name, name, a, b, span);
      }
      if (name === "max") return reduceSited("amax", a, second, call);
      // The model has one extremum over an axis: min x = -max -x.
      const negated = unary(frame, "neg", name, a, span);
      if (negated.kind !== "value") return poison;
      const largest = reduceSited("amax", { ...a, term: negated }, second, call);
      if (largest.kind !== "value") return poison;
      const least = applyOne(
        frame,
        "neg",
        { term: largest, core: largest.type.axes.length },
        {},
        { base: relax(a.term.type.base), core: largest.type.axes },
      );
      return least;
    },
  };
};
