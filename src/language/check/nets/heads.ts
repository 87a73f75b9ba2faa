/** From one vector to what a net declares: the last layer is as wide as all fields and is cut into them. */
import type { Initializer } from "../../../ir/model.ts";
import type { Dim } from "../../../shape/dim.ts";
import { add, multiply, size } from "../../../shape/dim.ts";
import type { Expr } from "../../ast.ts";
import { apply, applyOne, literal } from "../values/apply.ts";
import * as errors from "../errors/nets.ts";
import type { NetResult } from "../types/signatures.ts";
import type { Frame, Term, ValueTerm } from "../values/terms.ts";
import { poison } from "../values/terms.ts";
import type { Axis, EventType } from "../types/event-type.ts";
import { axisOf } from "../types/event-type.ts";

/** A part of the last layer and how it is made legal. */
interface Field {
  readonly name: string;
  readonly type: EventType;
  /** A scale that divides: kept away from 0. */
  readonly scale: boolean;
}

export interface NetHead {
  readonly width: Axis;
  /** Reads `bias = …` of the last layer; sizes are those of the frame it is built in. */
  readonly readBias: (
    expr: Expr | undefined,
    frame: Frame,
  ) => ((inner: Frame) => Initializer) | undefined;
  /** The declared result from the last layer's output. */
  readonly finish: (output: ValueTerm, frame: Frame) => Term;
}

/** Added to a softplus that serves as a scale: with it, log densities stay finite in single precision. */
const LEAST_SCALE = 1e-4;

const fieldsOf = (result: NetResult): readonly Field[] => {
  switch (result.kind) {
    case "value":
      return [{ name: "", type: result.type, scale: false }];
    case "record":
      return [...result.fields].map(([name, type]) => ({ name, type, scale: false }));
    case "distribution": {
      const { family, type } = result;
      const axes = type.of === undefined ? type.axes : [...type.axes, type.of];
      return family.parameters.map(({ name, base }) => ({
        name,
        type: { base, axes },
        scale: base === "pos",
      }));
    }
  }
};

const sizeOf = ({ type }: Field): Dim => type.axes.map(({ dim }) => dim).reduce(multiply, size(1));

const numberOf = (expr: Expr): number | undefined => {
  if (expr.kind === "number") return expr.value;
  const inner = expr.kind === "negate" ? numberOf(expr.operand) : undefined;
  return inner === undefined ? undefined : -inner;
};

const biasOf = (
  fields: readonly Field[],
  expr: Expr | undefined,
  frame: Frame,
): ((inner: Frame) => Initializer) | undefined => {
  const constant =
    (value: number): (() => Initializer) =>
    () => ({ kind: "constant", value });
  if (expr === undefined) return constant(0);
  const known = fields.map(({ name }) => name).filter((name) => name !== "");
  if (expr.kind !== "record") {
    const value = numberOf(expr);
    if (value === undefined) frame.report(errors.biasNotANumber(expr.span, known));
    return value === undefined ? undefined : constant(value);
  }
  const values = new Map<string, number>();
  let broken = false;
  for (const { name, value } of expr.fields) {
    const number = numberOf(value);
    if (!known.includes(name.text)) frame.report(errors.unknownBiasField(name, known));
    else if (number === undefined) frame.report(errors.biasNotANumber(value.span, known));
    else {
      values.set(name.text, number);
      continue;
    }
    broken = true;
  }
  if (broken) return undefined;
  return (inner) => ({
    kind: "blocks",
    blocks: fields.map((field) => ({
      size: inner.concrete(sizeOf(field)),
      value: values.get(field.name) ?? 0,
    })),
  });
};

/** The raw values of one field with its axes. */
const cut = (
  output: ValueTerm,
  field: Field,
  begin: Dim,
  whole: boolean,
  frame: Frame,
): ValueTerm => {
  const length = sizeOf(field);
  const { axes } = field.type;
  const attrs = { begin: frame.concrete(begin), size: frame.concrete(length) };
  const core = [axisOf(length)];
  const own = whole
    ? output
    : applyOne(frame, "slice", { term: output, core: 1 }, attrs, { base: "real", core });
  if (axes.length === 1) return { ...own, type: { base: "real", axes } };
  if (axes.length === 0)
    return applyOne(frame, "column", { term: own, core: 1 }, { index: 0 }, { base: "real" });
  const into = axes.map(({ dim }) => frame.concrete(dim));
  return applyOne(frame, "split", { term: own, core: 1 }, { into }, { base: "real", core: axes });
};

const legal = (raw: ValueTerm, { type, scale }: Field, frame: Frame): ValueTerm => {
  const { base, axes } = type;
  const operand = { term: raw, core: axes.length };
  switch (base) {
    case "unit":
      return applyOne(frame, "sigmoid", operand, {}, { base, core: axes });
    case "simplex":
      return applyOne(frame, "softmax", operand, {}, { base, core: axes });
    case "pos": {
      const positive = applyOne(frame, "softplus", operand, {}, { base, core: axes });
      if (!scale) return positive;
      const least = literal(frame, LEAST_SCALE, "pos");
      const operands = [positive, least].map((term) => ({ term, core: 0 }));
      const sum = apply(frame, "add", operands, {}, { base });
      return sum.kind === "value" ? sum : positive;
    }
    case "real":
    case "count":
    case "index":
    case "perm":
      return raw;
  }
};

const finish = (
  result: NetResult,
  fields: readonly Field[],
  output: ValueTerm,
  frame: Frame,
): Term => {
  let begin = size(0);
  const values = new Map<string, ValueTerm>();
  for (const field of fields) {
    values.set(
      field.name,
      legal(cut(output, field, begin, fields.length === 1, frame), field, frame),
    );
    begin = add(begin, sizeOf(field));
  }
  switch (result.kind) {
    case "value":
      return values.get("") ?? poison;
    case "record":
      return { kind: "record", fields: values };
    case "distribution":
      return { kind: "distribution", family: result.family, arguments: values, type: result.type };
  }
};

/** What the last layer has to give for this result. */
export const headOf = (result: NetResult): NetHead => {
  const fields = fieldsOf(result);
  return {
    width: axisOf(fields.map(sizeOf).reduce(add, size(0))),
    readBias: (expr, frame) => biasOf(fields, expr, frame),
    finish: (output, frame) => finish(result, fields, output, frame),
  };
};
