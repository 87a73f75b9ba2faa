/** `Normal(loc = …, scale = …)`: a family applied to values. */
import type { Span } from "../../../diagnostics/span.ts";
import type { FamilySignature } from "../../../ir/library.ts";
import type { Argument } from "../../ast.ts";
import { align } from "../types/align.ts";
import { conformed } from "./apply.ts";
import type { Sited } from "./elementwise.ts";
import { isNumber } from "./elementwise.ts";
import * as calls from "../errors/calls.ts";
import * as errors from "../errors/shapes.ts";
import { sitedValue } from "./operands.ts";
import { fits } from "../types/ranges.ts";
import type { DistributionTerm, Frame, Term, ValueTerm } from "./terms.ts";
import { poison, sizesOf } from "./terms.ts";
import type { Axis, EventType } from "../types/event-type.ts";

type Given = ReadonlyMap<string, Sited>;

const bind = (
  family: FamilySignature,
  args: readonly Argument[],
  frame: Frame,
  span: Span,
): Given | undefined => {
  const { name, parameters } = family;
  const usage = `${name}(${parameters.map((parameter) => `${parameter.name} = …`).join(", ")})`;
  const given = new Map<string, Sited>();
  let broken = false;
  for (const [place, argument] of args.entries()) {
    const word = argument.name?.text ?? parameters[place]?.name;
    const known = parameters.some((parameter) => parameter.name === word);
    const sited = sitedValue(argument.value, frame);
    if (word === undefined || !known || given.has(word)) {
      frame.report(calls.distributionArguments(argument.span, name, usage));
      broken = true;
    } else if (sited === undefined || !isNumber(sited, name, frame)) broken = true;
    else given.set(word, sited);
  }
  if (broken) return undefined;
  if (given.size === parameters.length) return given;
  frame.report(calls.distributionArguments(span, name, usage));
  return undefined;
};

const inRange = (family: FamilySignature, given: Given, frame: Frame): boolean => {
  const { sources } = frame.analysis.modules;
  let fine = true;
  for (const { name, base } of family.parameters) {
    const sited = given.get(name);
    if (sited === undefined || fits(sited.term, base)) continue;
    frame.report(errors.distributionRange(sited, family.name, name, base, sizesOf(frame), sources));
    fine = false;
  }
  return fine;
};

/** The axes of one event, as far as this argument has them; logits have one axis more. */
const eventAxes = (family: FamilySignature, { type }: ValueTerm): readonly Axis[] =>
  family.categorical ? type.axes.slice(0, -1) : type.axes;

/** The distribution with every argument broadcast to these event axes. */
export const withEvent = (
  distribution: DistributionTerm,
  axes: readonly Axis[],
  frame: Frame,
): DistributionTerm => {
  const { family, type } = distribution;
  const wide = [...distribution.arguments].map(([name, value]) => {
    const full = conformed(frame, value, axes, family.categorical ? 1 : 0);
    return [name, typeof full === "string" ? value : full] as const;
  });
  return { ...distribution, arguments: new Map(wide), type: { ...type, axes } };
};

/** A family's call; its arguments align by name, and the largest decides the event. */
export const distributionCall = (
  family: FamilySignature,
  args: readonly Argument[],
  frame: Frame,
  span: Span,
): Term => {
  const given = bind(family, args, frame, span);
  if (given === undefined || !inRange(family, given, frame)) return poison;
  const sited = [...given.values()];
  const scalar = sited.find(({ term }) => family.categorical && term.type.axes.length === 0);
  if (scalar !== undefined) {
    const { type } = scalar.term;
    frame.report(errors.wrongOperand(scalar.span, family.name, "a vector", type, sizesOf(frame)));
    return poison;
  }
  const alignment = align(
    sited.map(({ term }) => ({ axes: eventAxes(family, term), whole: !family.categorical })),
  );
  if (alignment.kind !== "aligned") {
    const sides = [alignment.largest, alignment.operand]
      .map((i) => sited[i])
      .filter((one) => one !== undefined)
      .map(({ term, span: at }) => ({ span: at, type: term.type }));
    frame.report(
      errors.notAligned(
        alignment.kind,
        span,
        family.name,
        sides,
        sizesOf(frame),
        frame.analysis.modules.sources,
      ),
    );
    return poison;
  }
  const outcomes = family.categorical ? sited[0]?.term.type.axes.at(-1) : undefined;
  const type: EventType = {
    base: family.support,
    axes: alignment.axes,
    ...(outcomes === undefined ? {} : { of: outcomes }),
  };
  const values = new Map([...given].map(([name, { term }]) => [name, term]));
  return withEvent(
    { kind: "distribution", family, arguments: values, type },
    alignment.axes,
    frame,
  );
};
