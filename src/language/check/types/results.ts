/** What a body gives against what it declares: shapes are compared, declared ranges are trusted. */
import type { Span } from "../../../diagnostics/span.ts";
import { conformed, placeEverywhere } from "../values/apply.ts";
import * as errors from "../errors/bodies.ts";
import { selects } from "./ranges.ts";
import type { NetResult } from "./signatures.ts";
import type { Frame, Term, ValueTerm } from "../values/terms.ts";
import { poison, showDistribution, sizesOf } from "../values/terms.ts";
import type { Axis, EventType, DimSizes } from "./event-type.ts";
import { isOutside, sameAxes, showNamed, listed, showType } from "./event-type.ts";

type Place = ValueTerm & { readonly constant: number };

/** A number that stands where an index is declared: one place, for all axes of the index. */
const isPlace = (term: ValueTerm, declared: EventType): term is Place =>
  term.constant !== undefined &&
  term.type.axes.length === 0 &&
  declared.base === "index" &&
  declared.of !== undefined;

/** Where an index is declared and a number is no place of its axis, that axis. */
export const missedAxis = (term: Term, declared: EventType, sizes: DimSizes): Axis | undefined =>
  term.kind === "value" &&
  isPlace(term, declared) &&
  declared.of !== undefined &&
  isOutside(term.constant, declared.of, sizes)
    ? declared.of
    : undefined;

/**
 * The value with exactly the declared type, a scalar repeated along all axes; or `undefined` where the shapes differ. `at` is
 * where it is written.
 */
export const withType = (
  term: ValueTerm,
  declared: EventType,
  frame: Frame,
  at?: Span,
): ValueTerm | undefined => {
  const { base, of } = term.type;
  const { axes: places, of: from } = declared;
  if (isPlace(term, declared) && from !== undefined) {
    return isOutside(term.constant, from, sizesOf(frame))
      ? undefined
      : placeEverywhere(frame, term.constant, from, places, at);
  }
  if ((selects(base) || selects(declared.base)) && base !== declared.base) return undefined;
  if (of?.dim !== declared.of?.dim) return undefined;
  const { axes } = term.type;
  if (axes.length > 0 && !sameAxes(axes, declared.axes)) return undefined;
  const full = conformed(frame, term, declared.axes);
  return typeof full === "string" ? undefined : { ...full, type: declared };
};

const showResult = (result: NetResult, sizes: DimSizes): string => {
  switch (result.kind) {
    case "value":
      return showType(result.type, sizes);
    case "record":
      return `{ ${[...result.fields].map(([name, type]) => `${name}: ${showType(type, sizes)}`).join(", ")} }`;
    case "distribution":
      return showNamed(result.family.name.toLowerCase(), listed(result.type), sizes);
  }
};

/** Whatever an expression gives, in words. */
export const showTerm = (term: Term, sizes: DimSizes): string => {
  switch (term.kind) {
    case "value":
      return showType(term.type, sizes);
    case "record":
      return `{ ${[...term.fields].map(([name, { type }]) => `${name}: ${showType(type, sizes)}`).join(", ")} }`;
    case "distribution":
      return showDistribution(term, sizes);
    case "memory":
      return `the memory \`${term.instance.name}\``;
    case "poison":
      return "nothing";
  }
};

const acceptRecord = (
  fields: ReadonlyMap<string, ValueTerm>,
  declared: ReadonlyMap<string, EventType>,
  frame: Frame,
): Term | undefined => {
  const accepted = new Map<string, ValueTerm>();
  for (const [name, type] of declared) {
    const term = fields.get(name);
    const typed = term && withType(term, type, frame);
    if (typed === undefined) return undefined;
    accepted.set(name, typed);
  }
  return fields.size === declared.size ? { kind: "record", fields: accepted } : undefined;
};

const matched = (term: Term, declared: NetResult, frame: Frame): Term | undefined => {
  if (term.kind === "value" && declared.kind === "value")
    return withType(term, declared.type, frame);
  if (term.kind === "record" && declared.kind === "record") {
    return acceptRecord(term.fields, declared.fields, frame);
  }
  if (term.kind !== "distribution" || declared.kind !== "distribution") return undefined;
  const fine =
    term.family === declared.family &&
    sameAxes(term.type.axes, declared.type.axes) &&
    term.type.of?.dim === declared.type.of?.dim;
  return fine ? { ...term, type: declared.type } : undefined;
};

const axesOf = (term: Term): readonly Axis[] =>
  term.kind === "value" || term.kind === "distribution" ? listed(term.type) : [];

/** The term as the declared result, or poison when it was reported. */
export const acceptResult = (
  term: Term,
  declared: NetResult,
  span: Span,
  what: string,
  frame: Frame,
): Term => {
  if (term.kind === "poison") return poison;
  const accepted = matched(term, declared, frame);
  if (accepted !== undefined) return accepted;
  const sizes = sizesOf(frame);
  frame.report(
    errors.wrongResult(
      span,
      what,
      showResult(declared, sizes),
      showTerm(term, sizes),
      axesOf(term),
    ),
  );
  return poison;
};
