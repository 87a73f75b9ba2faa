/** `z[t-1]`: values of earlier steps, their types before anything is known of the step, and their first values. */
import type { Span } from "../../../diagnostics/span.ts";
import type { ValueId } from "../../../ir/value.ts";
import type { ModelDecl } from "../../ast.ts";
import type { Destination } from "../values/body-frame.ts";
import type { Declarations } from "../declarations.ts";
import type { Members } from "../model/members.ts";
import type { Embodiment } from "./memories.ts";
import { instanceOf } from "./memories.ts";
import { memo } from "../memo.ts";
import { placeOutOfRange } from "../errors/shapes.ts";
import * as errors from "../errors/models.ts";
import type { Owner } from "../model/owner.ts";
import { showTerm, withType, missedAxis } from "../types/results.ts";
import type { TypeReader } from "../types/signatures.ts";
import { readType } from "../types/signatures.ts";
import type { Frame, Term, ValueTerm } from "../values/terms.ts";
import { poison } from "../values/terms.ts";
import type { EventType } from "../types/event-type.ts";
import { sameAxes, showType } from "../types/event-type.ts";

/** A value that some text reads at an earlier step. */
export interface Carried {
  /** "z", "mem.M"; "z@2" two steps back. */
  readonly name: string;
  readonly type: EventType;
  readonly member: string;
  /** Of a memory. */
  readonly state?: string;
  /** The carried value one step nearer, which this is at the next step; absent where it is the value itself. */
  readonly nearer?: ValueId;
}

export interface Carries {
  /** The name's value so many steps back. */
  readonly before: (name: string, back: number, span: Span) => Term;
  /** What a name is while its own text is elaborated: its type must be known without it. */
  readonly whileRunning: (name: string) => Term;
  /** The type that a network's result declares for a latent. */
  readonly declaredType: (name: string) => EventType | undefined;
  /** Everything that was read at an earlier step, and every state of every memory. */
  readonly all: () => readonly Carried[];
  /** The declared initial value with the carried type. */
  readonly start: (name: string) => ValueTerm | undefined;
  /** Compares initial values with the definitions that follow them. */
  readonly check: () => void;
}

interface Surroundings {
  readonly members: Members;
  readonly at: (name: string) => Term;
  readonly isRunning: (name: string) => boolean;
  readonly frameOf: (owner: Owner) => Frame;
  readonly dataType: (name: string) => EventType | undefined;
  readonly memory: (name: string) => Embodiment | undefined;
  readonly leaf: (name: string, type: EventType) => Term;
}

export const createCarries = (
  decl: ModelDecl,
  { report, builder, analysis }: Destination,
  reader: TypeReader,
  declarations: Declarations,
  { members, at, isRunning, frameOf, dataType, memory, leaf }: Surroundings,
): Carries => {
  const carried = new Map<string, Carried>();
  /** First place that reads a name without an initial value: the first in the text, whatever is elaborated first. */
  const unstarted = new Map<string, Span>();
  /** Names whose definition is elaborated only for its type. */
  const typing: string[] = [];
  const scope = analysis.modules.scopes.get(decl.name.span.file);

  const declaredType = (name: string): EventType | undefined => {
    const prior = members.sites.get(name)?.prior;
    const item = prior?.kind === "call" ? scope?.get(prior.callee.text) : undefined;
    const result = item?.kind === "net" ? declarations.netResult(item) : undefined;
    return result?.kind === "distribution" ? result.type : undefined;
  };

  const typeWithoutText = (name: string): EventType | undefined => {
    const written = members.initials.get(name)?.type ?? members.equations.get(name)?.type;
    if (written !== undefined) return readWritten(written);
    return dataType(name) ?? declaredType(name);
  };
  const readWritten = memo((written: Parameters<typeof readType>[0]) => readType(written, reader));

  const carryType = memo((name: string): EventType | undefined => {
    const initial = members.initials.get(name);
    const known = typeWithoutText(name);
    if (known !== undefined || initial === undefined || initial.type !== undefined) return known;
    if (isRunning(name)) {
      report(errors.typeNeeded(initial.name.span, name));
      return undefined;
    }
    typing.push(name);
    const term = at(name);
    typing.pop();
    if (term.kind === "value") return term.type;
    if (term.kind !== "poison") {
      report(errors.carriedNoValue(initial.name.span, name, showTerm(term, reader.sizes)));
    }
    return undefined;
  });

  const whileRunning = (name: string): Term => {
    const asked = typing.at(-1);
    const initial = asked === undefined ? undefined : members.initials.get(asked);
    if (asked !== undefined && initial !== undefined) {
      report(errors.typeNeeded(initial.name.span, asked));
      return poison;
    }
    // A cycle, which is reported as such; a type is enough to go on without further errors.
    const type = members.sites.has(name) ? typeWithoutText(name) : undefined;
    return type === undefined ? poison : leaf(name, type);
  };

  /** The values of all steps back to this one, each the one before of the next nearer. */
  const emit = (member: string, type: EventType, back: number, state?: string): ValueId => {
    const nearer = back === 1 ? undefined : emit(member, type, back - 1, state);
    const own = state === undefined ? member : `${member}.${state}`;
    const name = back === 1 ? own : `${own}@${back}`;
    const { base, of } = type;
    const axes = type.axes.map(({ dim }) => dim);
    const emitted = { base, axes, when: "step" as const, ...(of && { of: of.dim }) };
    const id = builder.emit("carry", [], { name }, emitted);
    const from = { ...(state !== undefined && { state }), ...(nearer !== undefined && { nearer }) };
    carried.set(name, { name, type, member, ...from });
    return id;
  };

  const memoryBefore = (name: string, back: number): Term => {
    const embodiment = memory(name);
    if (embodiment === undefined) return poison;
    const instance = instanceOf(embodiment, name);
    const states = [...instance.states].map(
      ([state, type]) => [state, emit(name, type, back, state)] as const,
    );
    return { kind: "memory", instance, states: new Map(states) };
  };

  const before = (name: string, back: number, span: Span): Term => {
    if (members.instances.has(name)) return memoryBefore(name, back);
    const type = carryType(name);
    if (!members.initials.has(name)) {
      const first = unstarted.get(name);
      if (first === undefined || span.start < first.start) unstarted.set(name, span);
    }
    if (type === undefined) return poison;
    return { kind: "value", type, id: emit(name, type, back), mapped: false };
  };

  const start = memo((name: string): ValueTerm | undefined => {
    const initial = members.initials.get(name);
    const type = carryType(name);
    if (initial === undefined) return undefined;
    const frame = frameOf({ name: initial.name, indexed: false, part: "start" });
    const term = analysis.evaluate(initial.value, frame);
    if (type === undefined || term.kind === "poison") return undefined;
    const typed =
      term.kind === "value" ? withType(term, type, frame, initial.value.span) : undefined;
    const missed = missedAxis(term, type, reader.sizes);
    if (missed !== undefined) {
      report(placeOutOfRange(initial.value.span, missed, reader.sizes));
    } else if (typed === undefined) {
      const found = showTerm(term, reader.sizes);
      const later = showType(type, reader.sizes);
      report(errors.initialDiffers(initial, found, later, initial.name.span));
    }
    return typed;
  });

  const memberSpan = (name: string): Span | undefined =>
    (members.sites.get(name) ?? members.equations.get(name) ?? members.data.get(name))?.span;

  const check = (): void => {
    for (const [name, span] of unstarted) {
      report(errors.noInitialValue(span, name, memberSpan(name) ?? span));
    }
    for (const [name, initial] of members.initials) {
      if (members.instances.has(name)) continue;
      start(name);
      const type = carryType(name);
      const term = at(name);
      if (type === undefined || term.kind !== "value") continue;
      const { type: later } = term;
      if (sameAxes(type.axes, later.axes) && type.of?.dim === later.of?.dim) continue;
      const shown = [showType(type, reader.sizes), showType(later, reader.sizes)] as const;
      report(errors.initialDiffers(initial, ...shown, memberSpan(name) ?? initial.span));
    }
  };

  return {
    before,
    whileRunning,
    declaredType,
    start,
    check,
    all: () => {
      const memories = members.temporal ? members.instances.keys() : [];
      for (const name of memories) memoryBefore(name, 1);
      return [...carried.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
};
