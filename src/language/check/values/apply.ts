/** Puts operations into the model: aligns operands, adds axes of size 1 where one only aligns, and types the result. */
import type { Span } from "../../../diagnostics/span.ts";
import type { Base } from "../../../ir/model.ts";
import type { ValueId, ValueOp, ValueOps } from "../../../ir/value.ts";
import type { Dim } from "../../../shape/dim.ts";
import type { ValueBuilder } from "../../lower/builder.ts";
import type { Alignment, Leading, AxisPlacement } from "../types/align.ts";
import { align } from "../types/align.ts";
import { relax } from "../types/ranges.ts";
import type { Frame, ValueTerm } from "./terms.ts";
import type { Axis, EventType } from "../types/event-type.ts";

/** An operand and how many of its last axes the operation itself uses; it is mapped over the others. */
export interface MappedOperand {
  readonly term: ValueTerm;
  readonly core: number;
}

/** Adds axes of size 1 until the value's leading axes stand at these places of `rank`. */
const spread = (
  builder: ValueBuilder,
  id: ValueId,
  places: readonly number[],
  rank: number,
  core: number,
): ValueId => {
  const at = Array.from({ length: rank }, (_, place) => place).filter((i) => !places.includes(i));
  if (at.length === 0) return id;
  const { base, of } = builder.value(id).type;
  const kept = core === 0 && at.includes(rank - 1) ? relax(base) : base;
  return builder.emit("expand", [id], { at }, { base: kept, ...(of && { of }) });
};

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** The operand's value with all leading axes of the result: those of the frame, then the aligned ones. */
export const placed = (
  { builder, concrete }: Frame,
  { term, core }: MappedOperand,
  { places, swapped }: AxisPlacement,
  lead: number,
  aligned: number,
): ValueId => {
  const { base, of } = term.type;
  const id = swapped
    ? builder.emit(
        "transpose",
        [term.id],
        {},
        { base: relax(base), ...(of && { of: concrete(of.dim) }) },
      )
    : term.id;
  const own = [...(term.mapped ? range(lead) : []), ...places.map((place) => lead + place)];
  return spread(builder, id, own, lead + aligned, core);
};

export interface OperationResult {
  readonly base: Base;
  readonly of?: Axis;
  /** Axes that the operation gives after those it is mapped over. */
  readonly core?: readonly Axis[];
  readonly span?: Span;
}

/** Axes of the operands before those that the operation uses. */
const leadingAxes = ({ term, core }: MappedOperand): readonly Axis[] =>
  term.type.axes.slice(0, term.type.axes.length - core);

const leading = (operand: MappedOperand): Leading => ({
  axes: leadingAxes(operand),
  whole: operand.core === 0,
});

/** The operation on operands that align, or how they do not. */
export const apply = <K extends ValueOp>(
  frame: Frame,
  op: K,
  operands: readonly MappedOperand[],
  attrs: ValueOps[K],
  { base, of, core = [], span }: OperationResult,
): ValueTerm | Exclude<Alignment, { kind: "aligned" }> => {
  const alignment = align(operands.map(leading));
  if (alignment.kind !== "aligned") return alignment;
  const mapped = operands.some(({ term }) => term.mapped);
  const lead = mapped ? frame.lead.length : 0;
  const ids = operands.map((operand, i) =>
    placed(
      frame,
      operand,
      alignment.placements[i] ?? { places: [], swapped: false },
      lead,
      alignment.axes.length,
    ),
  );
  const id = frame.builder.emit(op, ids, attrs, {
    base,
    ...(of === undefined ? {} : { of: frame.concrete(of.dim) }),
    ...(span === undefined ? {} : { span }),
  });
  const type: EventType = {
    base,
    axes: [...alignment.axes, ...core],
    ...(of === undefined ? {} : { of }),
  };
  return { kind: "value", type, id, mapped };
};

/** The operation on one operand, which always aligns with itself. */
export const applyOne = <K extends ValueOp>(
  frame: Frame,
  op: K,
  operand: MappedOperand,
  attrs: ValueOps[K],
  result: OperationResult,
): ValueTerm => {
  const { builder, concrete } = frame;
  const { base, of, core = [], span } = result;
  const { term } = operand;
  const id = builder.emit(op, [term.id], attrs, {
    base,
    ...(of === undefined ? {} : { of: concrete(of.dim) }),
    ...(span === undefined ? {} : { span }),
  });
  const type: EventType = {
    base,
    axes: [...leadingAxes(operand), ...core],
    ...(of === undefined ? {} : { of }),
  };
  return { kind: "value", type, id, mapped: term.mapped };
};

/** A number, a scalar. */
export const literal = ({ builder }: Frame, value: number, base: Base, span?: Span): ValueTerm => ({
  kind: "value",
  type: { base, axes: [] },
  id: builder.emit("constant", [], { value }, { base, ...(span && { span }) }),
  mapped: false,
  constant: value,
});

/** One number everywhere. */
export const filled = (
  { builder, concrete }: Frame,
  value: number,
  base: Base,
  axes: readonly Axis[],
  span?: Span,
): ValueTerm => {
  const dims = axes.map(({ dim }) => concrete(dim));
  const written = { base, ...(span && { span }) };
  const id =
    dims.length === 0
      ? builder.emit("constant", [], { value }, written)
      : builder.emit("fill", [], { value }, { ...written, axes: dims });
  return { kind: "value", type: { base, axes }, id, mapped: false, constant: value };
};

/** The value broadcast to these full axes; it may have size 1 where they do not. */
export const broadcastTo = (builder: ValueBuilder, id: ValueId, axes: readonly Dim[]): ValueId => {
  const { type } = builder.value(id);
  if (type.axes.every((axis, i) => axis === axes[i])) return id;
  const zero = builder.emit("fill", [], { value: 0 }, { base: "unit", axes });
  const { base, of } = type;
  return builder.emit("add", [id, zero], {}, { base, ...(of && { of }) });
};

/** A place of an axis, the same one everywhere. */
export const placeEverywhere = (
  { builder, concrete }: Frame,
  value: number,
  of: Axis,
  axes: readonly Axis[],
  span?: Span,
): ValueTerm => {
  const type = { base: "index" as const, of: concrete(of.dim), ...(span && { span }) };
  const id =
    axes.length === 0
      ? builder.emit("constant", [], { value }, type)
      : builder.emit(
          "fill",
          [],
          { value },
          { ...type, axes: axes.map(({ dim }) => concrete(dim)) },
        );
  return { kind: "value", type: { base: "index", axes, of }, id, mapped: false };
};

/**
 * The value with exactly these axes, and its own last `core` ones after them, repeated along those that it lacks; or
 * how it does not fit.
 */
export const conformed = (
  frame: Frame,
  term: ValueTerm,
  axes: readonly Axis[],
  core = 0,
): ValueTerm | "mismatch" | "ambiguous" => {
  const own = { term, core };
  const alignment = align([{ axes, whole: false }, leading(own)]);
  if (alignment.kind !== "aligned") return alignment.kind;
  const [, placement] = alignment.placements;
  if (placement === undefined || alignment.axes !== axes) return "mismatch";
  const all = [...axes, ...term.type.axes.slice(term.type.axes.length - core)];
  if (term.constant !== undefined) return filled(frame, term.constant, term.type.base, all);
  const lead = term.mapped ? frame.lead.length : 0;
  const id = placed(frame, own, placement, lead, axes.length);
  const full = [
    ...frame.builder.value(id).type.axes.slice(0, lead),
    ...all.map(({ dim }) => frame.concrete(dim)),
  ];
  return { ...term, id: broadcastTo(frame.builder, id, full), type: { ...term.type, axes: all } };
};
