/** Which value of a step needs which, the order in which a step is generated, and the cycles that forbid one. */
import type { Span } from "../../diagnostics/span.ts";
import type { Finding } from "./finding.ts";
import type { Members } from "./members.ts";
import { timeOf } from "./members.ts";
import type { Arrow } from "./messages/models.ts";
import * as messages from "./messages/models.ts";

/** A name that the text of a member mentions at the same step. */
export interface Reference {
  readonly from: string;
  /** "start" is the initial value, which belongs to no step. */
  readonly part: "value" | "guide" | "start";
  readonly to: string;
  readonly span: Span;
}

type Reading = "generate" | "infer";

/** What each name needs in a reading: observations come from data when latents are inferred. */
const edges = (
  references: readonly Reference[],
  members: Members,
  reading: Reading,
): ReadonlyMap<string, readonly Reference[]> => {
  const wanted = ({ from, part }: Reference): boolean => {
    if (reading === "generate") return part === "value";
    if (part === "start") return false;
    if (!members.sites.has(from)) return true;
    const latent = !members.data.has(from);
    const guide = members.sites.get(from)?.guide;
    return latent && part === (guide?.kind === "guide-prior" ? "value" : "guide");
  };
  const from = new Map<string, Reference[]>();
  for (const reference of references.filter(wanted)) {
    const list = from.get(reference.from);
    if (list === undefined) from.set(reference.from, [reference]);
    else list.push(reference);
  }
  return from;
};

/** Cycles that share no name, found from the names in alphabetical order. */
const findCycles = (
  needs: ReadonlyMap<string, readonly Reference[]>,
): readonly (readonly Reference[])[] => {
  const done = new Set<string>();
  const reported = new Set<string>();
  const cycles: (readonly Reference[])[] = [];
  const path: Reference[] = [];
  const visit = (name: string): void => {
    const start = path.findIndex(({ from }) => from === name);
    if (start >= 0) {
      const cycle = path.slice(start);
      if (cycle.every(({ from }) => !reported.has(from))) cycles.push(cycle);
      for (const { from } of cycle) reported.add(from);
      return;
    }
    if (done.has(name)) return;
    const sorted = [...(needs.get(name) ?? [])].sort((a, b) =>
      a.to < b.to ? -1 : a.to > b.to ? 1 : a.span.start - b.span.start,
    );
    for (const reference of sorted) {
      path.push(reference);
      visit(reference.to);
      path.pop();
    }
    done.add(name);
  };
  for (const name of [...needs.keys()].sort()) visit(name);
  return cycles;
};

const toFinding = (cycle: readonly Reference[], members: Members, reading: Reading): Finding => {
  const arrow = ({ to, span }: Reference): Arrow => ({
    name: to,
    indexed: timeOf(members, to)?.indexed ?? false,
    span,
  });
  const names = cycle.map(({ from }) => from);
  const latent = names.find((name) => members.sites.has(name) && !members.data.has(name));
  const observation = cycle.find(({ to }) => members.sites.has(to) && members.data.has(to));
  if (reading === "generate" && latent !== undefined && observation !== undefined) {
    const start = names.indexOf(latent);
    const turned = [...cycle.slice(start), ...cycle.slice(0, start)].map(arrow);
    const member = members.sites.get(observation.to);
    const hasInitial = members.initials.has(observation.to);
    const earlier = member === undefined ? undefined : { member: member.span, hasInitial };
    return messages.leak(latent, arrow(observation), turned, earlier);
  }
  return messages.cycle(cycle.map(arrow), reading);
};

/** E0401 and E0402: every cycle of either reading, the second only where the first has none. */
export const checkCausality = (
  references: readonly Reference[],
  members: Members,
): readonly Finding[] => {
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const reading of ["generate", "infer"] as const) {
    for (const cycle of findCycles(edges(references, members, reading))) {
      const key = cycle
        .map(({ from }) => from)
        .sort()
        .join();
      if (seen.has(key)) continue;
      seen.add(key);
      found.push(toFinding(cycle, members, reading));
    }
  }
  return found;
};

/** Sites in an order in which they can be generated; of several that could come next, the first by name. */
export const generationOrder = (
  references: readonly Reference[],
  members: Members,
): readonly string[] => {
  const needs = edges(references, members, "generate");
  const order: string[] = [];
  const done = new Set<string>();
  const visit = (name: string): void => {
    if (done.has(name)) return;
    done.add(name);
    const targets = (needs.get(name) ?? []).map(({ to }) => to);
    for (const target of [...new Set(targets)].sort()) visit(target);
    if (members.sites.has(name)) order.push(name);
  };
  const observed = (name: string): number => (members.data.has(name) ? 1 : 0);
  const names = [...members.sites.keys()].sort(
    (a, b) => observed(a) - observed(b) || (a < b ? -1 : 1),
  );
  names.forEach(visit);
  return order;
};
