/** The members of a model by name, and which names may share a meaning. */
import type {
  DataDecl,
  Equation,
  InitialValue,
  Member,
  MemoryInstance,
  ModelDecl,
  Name,
  ParamDecl,
  SiteDecl,
} from "../../ast.ts";
import type { Report } from "../finding.ts";
import * as errors from "../errors/models.ts";
import * as names from "../errors/names.ts";

export interface Members {
  readonly data: ReadonlyMap<string, DataDecl>;
  readonly parameters: ReadonlyMap<string, ParamDecl>;
  readonly instances: ReadonlyMap<string, MemoryInstance>;
  readonly initials: ReadonlyMap<string, InitialValue>;
  readonly equations: ReadonlyMap<string, Equation>;
  readonly sites: ReadonlyMap<string, SiteDecl>;
  /** Some value belongs to a step. */
  readonly temporal: boolean;
}

type Kind = Member["kind"];

/** Members of different kinds that say different things of one name: its data or memory, its value, its start. */
const together: readonly (readonly [Kind, Kind])[] = [
  ["data", "site"],
  ["memory-instance", "equation"],
  ["data", "initial"],
  ["site", "initial"],
  ["equation", "initial"],
  // Reported as what it is, not as a second meaning.
  ["memory-instance", "initial"],
  ["param", "site"],
];

const compatible = (a: Kind, b: Kind): boolean =>
  together.some(([x, y]) => (a === x && b === y) || (a === y && b === x));

const checkNames = (decl: ModelDecl, report: Report): void => {
  const seen = new Map<string, Member[]>();
  for (const member of decl.members) {
    const { text } = member.name;
    const before = seen.get(text) ?? [];
    const clash = before.find(({ kind }) => !compatible(kind, member.kind));
    if (clash !== undefined) report(names.definedTwice(member.name, clash.name));
    seen.set(text, [...before, member]);
  }
};

const ofKind = <K extends Kind>(
  decl: ModelDecl,
  kind: K,
): ReadonlyMap<string, Extract<Member, { readonly kind: K }>> => {
  const found = new Map<string, Extract<Member, { readonly kind: K }>>();
  const is = (member: Member): member is Extract<Member, { readonly kind: K }> =>
    member.kind === kind;
  for (const member of decl.members) {
    if (is(member) && !found.has(member.name.text)) found.set(member.name.text, member);
  }
  return found;
};

/** Reports names with two meanings; the first meaning counts. */
export const collectMembers = (decl: ModelDecl, report: Report): Members => {
  checkNames(decl, report);
  const data = ofKind(decl, "data");
  const sites = ofKind(decl, "site");
  const equations = ofKind(decl, "equation");
  const instances = ofKind(decl, "memory-instance");
  const initials = ofKind(decl, "initial");
  const members = [...data.values(), ...sites.values(), ...equations.values()];
  for (const initial of initials.values()) {
    const { name } = initial;
    const instance = instances.get(name.text);
    if (instance !== undefined) report(errors.initialOfMemory(name, instance));
    else if (!members.some((member) => member.indexed && member.name.text === name.text)) {
      report(errors.initialOfNothing(name));
    }
  }
  return {
    data,
    sites,
    equations,
    instances,
    initials,
    parameters: ofKind(decl, "param"),
    temporal: members.some(({ indexed }) => indexed) || initials.size > 0,
  };
};

/** Every name that a member gives a meaning. */
export const memberNames = (members: Members): readonly string[] => [
  ...new Set(
    [members.data, members.parameters, members.instances, members.equations, members.sites].flatMap(
      (map) => [...map.keys()],
    ),
  ),
];

/** Whether the name has a value at every step, and where that is said. */
export const timeOf = (
  members: Members,
  name: string,
): { readonly indexed: boolean; readonly declared: Name } | undefined => {
  const { data, sites, equations, instances, parameters } = members;
  const instance = instances.get(name);
  if (instance !== undefined) return { indexed: members.temporal, declared: instance.name };
  const parameter = parameters.get(name);
  if (parameter !== undefined) return { indexed: false, declared: parameter.name };
  const member = data.get(name) ?? sites.get(name) ?? equations.get(name);
  return member === undefined ? undefined : { indexed: member.indexed, declared: member.name };
};
