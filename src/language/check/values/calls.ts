/** Calls of nets, functions and operations: arguments to parameters, and the map over extra leading axes. */
import { invariant } from "../../../diagnostics/invariant.ts";
import type { Span } from "../../../diagnostics/span.ts";
import type { ValueId } from "../../../ir/value.ts";
import type { Argument } from "../../ast.ts";
import type { Alignment } from "../types/align.ts";
import { align } from "../types/align.ts";
import { placed, broadcastTo } from "./apply.ts";
import * as errors from "../errors/calls.ts";
import { fits } from "../types/ranges.ts";
import type { Callable, CallableParameter, Frame, Term, ValueTerm } from "./terms.ts";
import { poison, sizesOf } from "./terms.ts";
import type { Axis, EventType } from "../types/event-type.ts";

/** A value on its way to a parameter. */
interface Given {
  readonly value: ValueTerm;
  readonly span: Span;
  /** Of a record that feeds several parameters. */
  readonly field?: string;
}

type Bound = ReadonlyMap<CallableParameter, Given>;

/** Arguments in the order of the text, each evaluated once. */
const evaluated = (
  args: readonly Argument[],
  frame: Frame,
): readonly { readonly argument: Argument; readonly term: Term }[] =>
  args.map((argument) => ({ argument, term: frame.analysis.evaluate(argument.value, frame) }));

/** Which value goes to which parameter: by name, by place, and the fields of records by their names. */
const bind = (
  {
    what,
    parameters,
  }: { readonly what: string; readonly parameters: readonly CallableParameter[] },
  args: readonly Argument[],
  frame: Frame,
  span: Span,
): Bound | undefined => {
  const { report } = frame;
  const terms = evaluated(args, frame);
  if (terms.some(({ term }) => term.kind === "poison")) return undefined;
  const bound = new Map<CallableParameter, Given>();
  let broken = false;
  const wrong = (finding: Parameters<typeof report>[0]): void => {
    broken = true;
    report(finding);
  };
  const give = (parameter: CallableParameter, given: Given): void => {
    if (bound.has(parameter)) {
      wrong(errors.givenTwice(given.span, parameter.name.text, what));
    } else bound.set(parameter, given);
  };
  const named = (name: string): CallableParameter | undefined =>
    parameters.find((parameter) => parameter.name.text === name);

  for (const { argument, term } of terms) {
    const { name, span: at } = argument;
    if (term.kind === "record" && name === undefined) {
      for (const [field, value] of term.fields) {
        const parameter = named(field);
        if (parameter === undefined) {
          wrong(errors.extraField(at, field, what, parameters));
        } else give(parameter, { value, span: at, field });
      }
    } else if (term.kind === "poison") {
      broken = true;
    } else if (term.kind !== "value") {
      wrong(errors.notAValue(argument.value, term));
    } else if (name !== undefined) {
      const parameter = named(name.text);
      if (parameter === undefined) {
        wrong(errors.unknownArgument(name, what, parameters));
      } else give(parameter, { value: term, span: at });
    } else {
      const parameter = parameters.find((one) => !bound.has(one));
      if (parameter === undefined) {
        wrong(errors.tooManyArguments(at, what, parameters.length));
      } else give(parameter, { value: term, span: at });
    }
  }
  const missing = parameters.filter((parameter) => !bound.has(parameter));
  if (missing.length > 0 && !broken) {
    const record = terms.find(({ term }) => term.kind === "record");
    wrong(errors.missingArguments(span, missing, what, record?.argument.span));
  }
  return broken ? undefined : bound;
};

/** Whether the argument's last axes are the parameter's; decides the width of `_`. */
const tailFits = (
  callable: Callable,
  { outer, inner }: CallableParameter,
  { value, span }: Given,
): boolean => {
  const own = value.type.axes.slice(value.type.axes.length - outer.axes.length);
  if (own.length !== outer.axes.length) return false;
  for (const [i, axis] of outer.axes.entries()) {
    const found = own[i];
    if (found === undefined) return false;
    const hole = inner.axes[i];
    if (hole?.hole === true) {
      const decided = callable.widths.get(hole.dim);
      if (decided === undefined) callable.widths.set(hole.dim, { axis: found, span });
      else if (decided.axis.dim !== found.dim) return false;
    } else if (found.dim !== axis.dim) return false;
  }
  return outer.of?.dim === value.type.of?.dim;
};

/** The parameter's type with the width that an earlier call has decided. */
const decidedType = (callable: Callable, { outer, inner }: CallableParameter): EventType => ({
  ...outer,
  axes: outer.axes.map((axis, i) => {
    const hole = inner.axes[i];
    return (hole?.hole === true ? callable.widths.get(hole.dim)?.axis : undefined) ?? axis;
  }),
});

const decidedAt = (callable: Callable, { inner }: CallableParameter): Span | undefined =>
  inner.axes.flatMap(({ dim }) => callable.widths.get(dim)?.span ?? [])[0];

/** Two arguments that would fit if they changed places. */
const swapped = (callable: Callable, bound: Bound): readonly Given[] | undefined => {
  const wrong = [...bound].filter(([parameter, given]) => !tailFits(callable, parameter, given));
  const [[p, a] = [], [q, b] = []] = wrong;
  if (wrong.length !== 2 || !p || !a || !q || !b) return undefined;
  if (a.field !== undefined || b.field !== undefined) return undefined;
  return tailFits(callable, p, b) && tailFits(callable, q, a) ? [a, b] : undefined;
};

const typesFit = (callable: Callable, bound: Bound, frame: Frame): boolean => {
  let fine = true;
  const pair = swapped(callable, bound);
  for (const [parameter, given] of bound) {
    if (given === pair?.[1]) continue;
    const place = { ...given, parameter, what: callable.what, sizes: sizesOf(frame) };
    if (!tailFits(callable, parameter, given)) {
      const expected = decidedType(callable, parameter);
      const decided = decidedAt(callable, parameter);
      const spans = pair?.map(({ span }) => span);
      const { sources } = frame.analysis.modules;
      frame.report(errors.wrongShape(place, expected, decided, spans, sources));
      fine = false;
    } else if (!fits(given.value, parameter.outer.base)) {
      const { sources } = frame.analysis.modules;
      frame.report(errors.wrongRange(place, sources));
      fine = false;
    }
  }
  return fine;
};

/** The axes that the call is mapped over: what arguments have before their parameter's axes. */
const extraAxes = ({ outer }: CallableParameter, { value }: Given): readonly Axis[] =>
  value.type.axes.slice(0, value.type.axes.length - outer.axes.length);

interface Mapping {
  readonly alignment: Extract<Alignment, { kind: "aligned" }>;
  /** How many of the body's leading axes are the caller's own. */
  readonly own: number;
  readonly lead: readonly Frame["lead"][number][];
}

/** Arguments as the body sees them: with the declared types, mapped where they have leading axes. */
const enter = (bound: Bound, mapping: Mapping, frame: Frame): ReadonlyMap<string, ValueTerm> => {
  const { alignment, own } = mapping;
  const entered = [...bound].map(([parameter, given], i) => {
    const { value } = given;
    const { inner } = parameter;
    const placement = alignment.placements[i];
    invariant(placement !== undefined, "every argument is aligned");
    const mapped = value.mapped || extraAxes(parameter, given).length > 0;
    const id = mapped
      ? placed(
          frame,
          { term: value, core: inner.axes.length },
          placement,
          own,
          alignment.axes.length,
        )
      : value.id;
    const { constant } = value;
    const term: ValueTerm = {
      kind: "value",
      type: inner,
      id,
      mapped,
      ...(constant === undefined ? {} : { constant }),
    };
    return [parameter.name.text, term] as const;
  });
  return new Map(entered);
};

/** The body's result as the caller sees it: leading axes become axes of its type. */
const leave = (term: ValueTerm, callable: Callable, mapping: Mapping, frame: Frame): ValueTerm => {
  const { alignment, own, lead } = mapping;
  const { builder } = frame;
  const toCaller = (axis: Axis): Axis => callable.toCaller(axis);
  const { base, of } = term.type;
  const axes = [...alignment.axes, ...term.type.axes.map(toCaller)];
  const type: EventType = { base, axes, ...(of === undefined ? {} : { of: toCaller(of) }) };
  if (alignment.axes.length === 0) return { ...term, type };

  const expanded = (id: ValueId): ValueId => {
    const { type: found } = builder.value(id);
    const { of: selected } = found;
    const at = lead.map((_, i) => i);
    return builder.emit(
      "expand",
      [id],
      { at },
      { base: found.base, ...(selected && { of: selected }) },
    );
  };
  const id = term.mapped ? term.id : expanded(term.id);
  const found = builder.value(id).type.axes;
  const full = found.map((axis, i) => (i >= own ? (lead[i] ?? axis) : axis));
  return { kind: "value", type, id: broadcastTo(builder, id, full), mapped: own > 0 };
};

const leaveTerm = (term: Term, callable: Callable, mapping: Mapping, frame: Frame): Term => {
  const back = (value: ValueTerm): ValueTerm => leave(value, callable, mapping, frame);
  switch (term.kind) {
    case "value":
      return back(term);
    case "record":
      return { ...term, fields: new Map([...term.fields].map(([k, v]) => [k, back(v)])) };
    case "distribution": {
      const { axes, of } = term.type;
      return {
        ...term,
        arguments: new Map([...term.arguments].map(([k, v]) => [k, back(v)])),
        type: {
          ...term.type,
          axes: [...mapping.alignment.axes, ...axes.map((axis) => callable.toCaller(axis))],
          ...(of === undefined ? {} : { of: callable.toCaller(of) }),
        },
      };
    }
    case "memory":
    case "poison":
      return term;
  }
};

/** What a call gave, and its arguments by parameter. */
export interface Called {
  readonly result: Term;
  readonly arguments: ReadonlyMap<string, ValueTerm>;
}

/** A body in a body and so on: each takes room on the stack. */
export const mostCalls = 250;

/** Checks the arguments and puts the body in place of the call. */
export const call = (
  callable: Callable,
  args: readonly Argument[],
  frame: Frame,
  span: Span,
): Called => {
  const nothing: Called = { result: poison, arguments: new Map() };
  const { parameters, what } = callable;
  if (frame.calls >= mostCalls) {
    frame.report(errors.tooManyCalls(span, mostCalls));
    return nothing;
  }
  if (parameters === undefined || callable.broken()) {
    // What is wrong with its own text may be what makes these arguments look wrong.
    evaluated(args, frame);
    return nothing;
  }
  const bound = bind({ what, parameters }, args, frame, span);
  if (bound === undefined || !typesFit(callable, bound, frame)) return nothing;

  const extras = [...bound].map(([parameter, given]) => ({
    axes: extraAxes(parameter, given),
    whole: parameter.inner.axes.length === 0,
  }));
  const alignment = align(extras);
  const given = [...bound.values()];
  if (alignment.kind !== "aligned") {
    const pair = [given[alignment.operand], given[alignment.largest]];
    const [a, b] = pair.map((one) => one && { span: one.span, type: one.value.type });
    invariant(a !== undefined && b !== undefined, "an operand that does not align exists");
    frame.report(errors.mapsDisagree(span, callable.what, a, b, sizesOf(frame)));
    return nothing;
  }
  const first = given.find((_, i) => (extras[i]?.axes.length ?? 0) > 0);
  if (callable.updates && first !== undefined) {
    frame.report(
      errors.cannotMapUpdate(first.span, callable.what, first.value.type, sizesOf(frame)),
    );
    return nothing;
  }
  const outer = given.some(({ value }) => value.mapped) ? frame.lead : [];
  const lead = [...outer, ...alignment.axes.map(({ dim }) => frame.concrete(dim))];
  const mapping: Mapping = { alignment, own: outer.length, lead };
  const result = callable.inline(enter(bound, mapping, frame), lead);
  return {
    result: leaveTerm(result, callable, mapping, frame),
    arguments: new Map([...bound].map(([{ name }, { value }]) => [name.text, value])),
  };
};
