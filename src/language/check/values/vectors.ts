/** Values as vectors: flattening and joining. */
import type { Base } from "../../../ir/model.ts";
import { add, multiply } from "../../../shape/dim.ts";
import type { Span } from "../../../diagnostics/span.ts";
import { applyOne } from "./apply.ts";
import { join, relax } from "../types/ranges.ts";
import type { Frame, ValueTerm } from "./terms.ts";
import type { Axis } from "../types/event-type.ts";
import { axisOf, literalAxis } from "../types/event-type.ts";

const productOf = (axes: readonly Axis[]): Axis =>
  axes.reduce((a, b) => {
    const origin = a.origin ?? b.origin;
    return { ...axisOf(multiply(a.dim, b.dim)), ...(origin && { origin }) };
  });

/** The value with all its axes made one; a scalar becomes a vector of one element. */
export const asVector = (frame: Frame, term: ValueTerm, span?: Span): ValueTerm => {
  const { axes, base } = term.type;
  if (axes.length === 1) return term;
  const at = { ...(span && { span }) };
  if (axes.length === 0) {
    const place = frame.builder.value(term.id).type.axes.length;
    const result = { base, core: [literalAxis(1)], ...at };
    return applyOne(frame, "expand", { term, core: 0 }, { at: [place] }, result);
  }
  const result = { base: relax(base), core: [productOf(axes)], ...at };
  return applyOne(frame, "flat", { term, core: axes.length }, { axes: axes.length }, result);
};

const sumOf = (axes: readonly Axis[]): Axis =>
  axes.reduce((a, b) => {
    const origin = a.origin ?? b.origin;
    return { ...axisOf(add(a.dim, b.dim)), ...(origin && { origin }) };
  });

/** The width and range of vectors put one after the other. */
export const joined = (
  parts: readonly ValueTerm[],
): { readonly axis: Axis; readonly base: Base } => ({
  axis: sumOf(parts.map(({ type }) => type.axes[0] ?? literalAxis(1))),
  base: relax(parts.map(({ type }) => type.base).reduce(join)),
});
