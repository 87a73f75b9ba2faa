/** Memories in place: their text applied to states, for one instance of a model or for a check of the text itself. */
import { invariant } from "../../../diagnostics/invariant.ts";
import type { ValueId } from "../../../ir/value.ts";
import type { Dim } from "../../../shape/dim.ts";
import { names as namesIn, substitute } from "../../../shape/dim.ts";
import type { NetDecl, Operation } from "../../ast.ts";
import { runBody, withParameters } from "../values/blocks.ts";
import type { Destination } from "../values/body-frame.ts";
import { bodyFrame } from "../values/body-frame.ts";
import { netCallable, resultSpan } from "../nets/functions.ts";
import type { MemoryTypes, SignedOperation } from "./memory-types.ts";
import { placeOutOfRange } from "../errors/shapes.ts";
import * as errors from "../errors/bodies.ts";
import { acceptResult, showTerm, withType, missedAxis } from "../types/results.ts";
import type { DeclaredParameter } from "../types/signatures.ts";
import type {
  Callable,
  CallableParameter,
  DecidedWidth,
  Frame,
  Instance,
  Term,
  ValueTerm,
} from "../values/terms.ts";
import { poison, sizesOf } from "../values/terms.ts";
import type { Axis, EventType } from "../types/event-type.ts";
import { axisOf, showType } from "../types/event-type.ts";

/** Values of states by name. */
export type StateValues = ReadonlyMap<string, ValueId>;

/** A memory's text with a name, sizes and somewhere to put its values. */
export interface Embodiment {
  readonly types: MemoryTypes;
  readonly destination: Destination;
  /** Owner of its parameters: the instance. */
  readonly name: string;
  /** What its own sizes are in the model. */
  readonly sizes: ReadonlyMap<string, Axis>;
  /** Widths of `_` in its nets and operations. */
  readonly widths: Map<string, DecidedWidth>;
  /** Whether the text of a declaration in it is wrong. */
  readonly broken: (declaration: NetDecl | Operation) => boolean;
}

/** From the memory's own sizes to the model's. */
const concretely = ({ sizes, widths }: Embodiment, dim: Dim): Dim => {
  const exact = sizes.get(dim) ?? widths.get(dim)?.axis;
  if (exact !== undefined) return exact.dim;
  const known = new Map<string, Dim>();
  for (const name of namesIn(dim)) {
    const axis = sizes.get(name) ?? widths.get(name)?.axis;
    if (axis !== undefined) known.set(name, axis.dim);
  }
  return known.size === 0 ? dim : substitute(dim, known);
};

/** The axis as the model sees it, with where its size comes from. */
const inModel = (embodiment: Embodiment, axis: Axis): Axis => {
  const exact = embodiment.sizes.get(axis.dim) ?? embodiment.widths.get(axis.dim)?.axis;
  if (exact !== undefined) return exact;
  const dim = concretely(embodiment, axis.dim);
  if (dim === axis.dim) return axis;
  const cause = namesIn(axis.dim).flatMap((name) => embodiment.sizes.get(name)?.origin ?? [])[0];
  return { ...axisOf(dim), ...(cause && { origin: cause }) };
};

const typeInModel = (embodiment: Embodiment, { base, axes, of }: EventType): EventType => ({
  base,
  axes: axes.map((axis) => inModel(embodiment, axis)),
  ...(of === undefined ? {} : { of: inModel(embodiment, of) }),
});

const textFrame = (embodiment: Embodiment, path: string): Frame => {
  const { types, destination } = embodiment;
  return {
    ...bodyFrame(destination, types.decl.name.span.file, path),
    dims: types.dims,
    concrete: (dim) => concretely(embodiment, dim),
  };
};

const netOf = (embodiment: Embodiment, name: string, frame: Frame): Callable | undefined => {
  const net = embodiment.types.nets.get(name);
  if (net === undefined) return undefined;
  const owner = embodiment.name;
  const path = `${owner}.${name}`;
  const placed = {
    ...net,
    broken: () => embodiment.broken(net.decl),
    frame: { ...frame, path, ...hidden },
    widths: embodiment.widths,
  };
  return netCallable(placed, owner);
};

/** A net sees neither states nor the arguments of the operation that calls it. */
const hidden: Pick<Frame, "local" | "localNames"> = {
  local: () => undefined,
  localNames: () => [],
};

/** The surroundings of an operation's body, or of a net's where there are no states. */
const insideFrame = (
  embodiment: Embodiment,
  states: StateValues,
  path: string,
  lead: readonly Dim[],
): Frame => {
  const { types } = embodiment;
  const frame: Frame = {
    ...textFrame(embodiment, path),
    lead,
    local: (name) => {
      const id = states.get(name.text);
      const state = types.states.get(name.text);
      if (id === undefined || state === undefined) return undefined;
      return { kind: "value", type: state.type, id, mapped: false };
    },
    localNames: () => [...states.keys()],
    ownCallableNames: [
      ...types.nets.keys(),
      ...[...types.operations.keys()].map(({ name }) => name.text),
    ],
    ownCallable: (name) => {
      const operation = [...types.operations.values()].find(({ decl }) => decl.name.text === name);
      if (operation === undefined) return netOf(embodiment, name, frame);
      return operationCallable(embodiment, operation, states, "memory");
    },
  };
  return frame;
};

const runValue = ({ decl, result }: SignedOperation, what: string, frame: Frame): Term => {
  invariant(result !== undefined, "a value operation declares its result");
  const accept = (): Term => {
    frame.report(errors.updateBesideResult(decl.name, what));
    return poison;
  };
  const before = (name: string): Term | undefined => frame.local({ text: name, span: decl.span });
  const { result: term } = runBody(decl.body, frame, { before, accept });
  if (term === undefined) {
    frame.report(errors.missingReturn(decl.name, what));
    return poison;
  }
  return acceptResult(term, result, resultSpan(decl.body), what, frame);
};

const runUpdate = (
  embodiment: Embodiment,
  { decl }: SignedOperation,
  states: StateValues,
  frame: Frame,
): Term => {
  const { types, name } = embodiment;
  const sizes = sizesOf(frame);
  const { result, updates } = runBody(decl.body, frame, {
    before: (state) => frame.local({ text: state, span: decl.span }),
    accept: ({ text, span }, term, at) => {
      const state = types.states.get(text);
      if (state === undefined) {
        frame.report(errors.unknownState(span, text, types.states.keys()));
        return poison;
      }
      if (term.kind === "poison") return poison;
      const typed = term.kind === "value" ? withType(term, state.type, frame, at) : undefined;
      if (typed !== undefined) return typed;
      const declared = showType(state.type, sizes);
      frame.report(errors.wrongState(at, state.decl, declared, showTerm(term, sizes)));
      return poison;
    },
  });
  if (result !== undefined && result.kind !== "poison") {
    frame.report(
      errors.resultNotDeclared(resultSpan(decl.body), decl.name, showTerm(result, sizes)),
    );
  }
  const after = new Map(states);
  for (const [state, term] of updates) {
    if (term.kind !== "value") return poison;
    after.set(state, term.id);
  }
  return { kind: "memory", instance: instanceOf(embodiment, name), states: after };
};

const parameterOf = (
  embodiment: Embodiment,
  caller: "memory" | "model",
  { name, type, span }: DeclaredParameter,
): CallableParameter => ({
  name,
  inner: type,
  outer: caller === "memory" ? type : typeInModel(embodiment, type),
  span,
});

const operationCallable = (
  embodiment: Embodiment,
  operation: SignedOperation,
  states: StateValues,
  caller: "memory" | "model",
): Callable => {
  const { decl, parameters, result } = operation;
  const what = `operation \`${decl.name.text}\``;
  return {
    what,
    parameters: parameters.map((parameter) => parameterOf(embodiment, caller, parameter)),
    broken: () => embodiment.broken(decl),
    updates: result === undefined,
    toCaller: (axis) => (caller === "memory" ? axis : inModel(embodiment, axis)),
    widths: embodiment.widths,
    inline: (values, lead) => {
      const path = `${embodiment.name}.${decl.name.text}`;
      const frame = withParameters(insideFrame(embodiment, states, path, lead), values);
      return result === undefined
        ? runUpdate(embodiment, operation, states, frame)
        : runValue(operation, what, frame);
    },
  };
};

/** The memory as a model sees it. */
export const instanceOf = (embodiment: Embodiment, name: string): Instance => {
  const { types } = embodiment;
  return {
    name,
    memory: types.decl,
    states: new Map(
      [...types.states].map(([state, { type }]) => [state, typeInModel(embodiment, type)]),
    ),
    operation: (decl, states) => {
      const signed = types.operations.get(decl);
      invariant(signed !== undefined, `operation ${decl.name.text} has types`);
      return operationCallable(embodiment, signed, states, "model");
    },
  };
};

/** The declared initial values of all states. */
export const initialStates = (embodiment: Embodiment): ReadonlyMap<string, Term> => {
  const { types, name, destination } = embodiment;
  const frame = textFrame(embodiment, name);
  const sizes = sizesOf(frame);
  const values = [...types.states].map(([state, { decl, type }]): readonly [string, Term] => {
    const term = destination.analysis.evaluate(decl.initial, frame);
    if (term.kind === "poison") return [state, poison];
    const typed =
      term.kind === "value" ? withType(term, type, frame, decl.initial.span) : undefined;
    const missed = missedAxis(term, type, sizes);
    if (missed !== undefined) {
      frame.report(placeOutOfRange(decl.initial.span, missed, sizes));
    } else if (typed === undefined) {
      const shown = showTerm(term, sizes);
      frame.report(errors.wrongState(decl.initial.span, decl, showType(type, sizes), shown));
    }
    return [state, typed ?? poison];
  });
  return new Map(values);
};

const placeholderTerm = (destination: Destination, name: string, type: EventType): ValueTerm => ({
  kind: "value",
  type,
  id: placeholderValue(destination, name, type),
  mapped: false,
});

/** Runs the text of one operation on values that could be anything, for its errors. */
export const checkOperation = (embodiment: Embodiment, operation: SignedOperation): void => {
  const { types, destination } = embodiment;
  const { decl, parameters } = operation;
  const states = [...types.states].map(([name, { type }]) => {
    const term = placeholderTerm(destination, `${types.decl.name.text}.${name}`, type);
    return [name, term.id] as const;
  });
  const values = parameters.map(({ name, type }) => {
    const path = `${decl.name.text}.${name.text}`;
    return [name.text, placeholderTerm(destination, path, type)] as const;
  });
  operationCallable(embodiment, operation, new Map(states), "memory").inline(new Map(values), []);
};

/** Runs the text of one of its nets, likewise. */
export const checkNet = (embodiment: Embodiment, { name }: NetDecl): void => {
  const frame = insideFrame(embodiment, new Map(), embodiment.name, []);
  const callable = netOf(embodiment, name.text, frame);
  const values = callable?.parameters?.map(({ name: parameter, inner }) => {
    const path = `${name.text}.${parameter.text}`;
    return [parameter.text, placeholderTerm(embodiment.destination, path, inner)] as const;
  });
  callable?.inline(new Map(values), []);
};

/** A value of this type about which nothing is known. */
export const placeholderValue = (
  { builder }: Destination,
  name: string,
  { base, axes, of }: EventType,
): ValueId =>
  builder.emit(
    "data",
    [],
    { name },
    { base, axes: axes.map(({ dim }) => dim), ...(of === undefined ? {} : { of: of.dim }) },
  );
