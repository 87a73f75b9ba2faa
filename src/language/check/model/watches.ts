/** What tools show of a model: addresses, words read, contents of memories. */
import type { Watch } from "../../../ir/model.ts";
import type { ValueId } from "../../../ir/value.ts";
import type { Dim } from "../../../shape/dim.ts";
import type { MemoryDecl, Operation } from "../../ast.ts";
import type { Definitions } from "./definitions.ts";
import type { AppliedOperation, Instance, ValueTerm } from "../values/terms.ts";
import type { EventType } from "../types/event-type.ts";

type Draft = Watch;

/** What rows are numbered by: first axes of the states that have rows. */
const slotsOf = ({ states }: Instance): ReadonlySet<Dim> =>
  new Set(
    [...states.values()].flatMap(({ axes }) => {
      const [first, second] = axes;
      return first === undefined || second === undefined ? [] : [first.dim];
    }),
  );

/** A weighting of slots, or one slot. */
const addresses = ({ base, axes, of }: EventType, slots: ReadonlySet<Dim>): boolean => {
  const last = base === "index" ? of : axes.at(-1);
  const weighting = base === "simplex" || base === "unit" || base === "index";
  return weighting && last !== undefined && slots.has(last.dim);
};

const updaters = ({ operations }: MemoryDecl, state: string): readonly Operation[] =>
  operations.filter(
    ({ body }) =>
      body.kind === "block" &&
      body.statements.some((s) => s.kind === "update" && s.name.text === state),
  );

const stateKind = (instance: Instance, state: string, type: EventType): Watch["kind"] => {
  const roles = updaters(instance.memory, state).map(({ role }) => role);
  const read = roles.includes("read");
  if (addresses(type, slotsOf(instance)) && (type.base === "simplex" || read)) return "address";
  return read && roles.every((role) => role === "read") ? "read" : "state";
};

const ofOperation = ({ instance, operation, ...applied }: AppliedOperation): readonly Draft[] => {
  const name = `${instance.name}.${operation.name.text}`;
  const { role } = operation;
  const shown: Draft[] = [];
  if (applied.result.kind === "value" && (role === "address" || role === "read")) {
    shown.push({ name, kind: role, value: applied.result.id });
  }
  const slots = slotsOf(instance);
  const weights = role === "read" ? [...applied.arguments] : [];
  for (const [parameter, { type, id }] of weights as readonly (readonly [string, ValueTerm])[]) {
    if (addresses(type, slots))
      shown.push({ name: `${name}.${parameter}`, kind: "address", value: id });
  }
  return shown;
};

/** Every watch once, in no particular order; several of one name are told apart later. */
export const watchesOf = (definitions: Definitions): readonly Watch[] => {
  const { members, applied, at } = definitions;
  const drafts: Draft[] = applied.flatMap(ofOperation);
  for (const [name, { instance, states }] of memoriesAfter(definitions)) {
    for (const [state, value] of states) {
      const type = instance.states.get(state);
      if (type === undefined) continue;
      drafts.push({ name: `${name}.${state}`, kind: stateKind(instance, state, type), value });
    }
  }
  for (const name of members.sites.keys()) {
    const term = at(name);
    if (term.kind === "value" && term.type.base === "index") {
      drafts.push({ name, kind: "address", value: term.id });
    }
  }
  const unique = new Map<string, Draft>();
  for (const draft of drafts) unique.set(`${draft.name} ${draft.kind} ${draft.value}`, draft);
  return [...unique.values()];
};

const memoriesAfter = ({
  members,
  at,
}: Definitions): readonly (readonly [
  string,
  { readonly instance: Instance; readonly states: ReadonlyMap<string, ValueId> },
])[] =>
  [...members.instances.keys()].flatMap((name) => {
    const term = at(name);
    return term.kind === "memory" ? [[name, term] as const] : [];
  });
