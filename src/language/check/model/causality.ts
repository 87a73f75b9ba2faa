/** Which value of a step needs which, the order in which a step is generated, and the cycles that forbid one. */
import type { Span } from "../../../diagnostics/span.ts";
import type { Finding } from "../finding.ts";
import type { Members } from "./members.ts";
import { timeOf } from "./members.ts";
import type { Arrow } from "../errors/models.ts";
import * as errors from "../errors/models.ts";

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
  /** Names on the way down with the place of each, and what each has still to look at. */
  const path: Reference[] = [];
  const places = new Map<string, number>();
  const pending: Reference[][] = [];
  const enter = (name: string): void => {
    places.set(name, path.length);
    const sorted = [...(needs.get(name) ?? [])].sort((a, b) =>
      a.to < b.to ? -1 : a.to > b.to ? 1 : a.span.start - b.span.start,
    );
    pending.push(sorted.reverse());
  };
  const leave = (name: string): void => {
    places.delete(name);
    done.add(name);
    pending.pop();
  };
  const look = (name: string): boolean => {
    const start = places.get(name);
    if (start !== undefined) {
      const cycle = path.slice(start);
      if (cycle.every(({ from }) => !reported.has(from))) cycles.push(cycle);
      for (const { from } of cycle) reported.add(from);
    }
    return start === undefined && !done.has(name);
  };
  /** Iterative: a chain of members may be longer than the call stack. */
  const visit = (wanted: string): void => {
    if (!look(wanted)) return;
    enter(wanted);
    for (let rest = pending.at(-1); rest !== undefined; rest = pending.at(-1)) {
      const reference = rest.pop();
      if (reference === undefined) {
        leave(path.at(-1)?.to ?? wanted);
        path.pop();
        continue;
      }
      path.push(reference);
      if (look(reference.to)) enter(reference.to);
      else path.pop();
    }
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
    return errors.leak(latent, arrow(observation), turned, earlier);
  }
  return errors.cycle(cycle.map(arrow), reading);
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
  /** Iterative: a chain of members may be longer than the call stack. */
  const visit = (wanted: string): void => {
    const path: { readonly name: string; readonly rest: string[] }[] = [];
    const enter = (name: string): void => {
      if (done.has(name)) return;
      done.add(name);
      const targets = (needs.get(name) ?? []).map(({ to }) => to);
      path.push({ name, rest: [...new Set(targets)].sort().reverse() });
    };
    enter(wanted);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.pop();
      if (next !== undefined) enter(next);
      else {
        path.pop();
        if (members.sites.has(top.name)) order.push(top.name);
      }
    }
  };
  const observed = (name: string): number => (members.data.has(name) ? 1 : 0);
  const names = [...members.sites.keys()].sort(
    (a, b) => observed(a) - observed(b) || (a < b ? -1 : 1),
  );
  names.forEach(visit);
  return order;
};
