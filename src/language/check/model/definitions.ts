/** What the names of a model stand for, at this step and at earlier ones; elaborated when first asked for. */
import type { Span } from "../../../diagnostics/span.ts";
import type { Equation, ModelDecl } from "../../ast.ts";
import type { Destination } from "../values/body-frame.ts";
import { bodyFrame } from "../values/body-frame.ts";
import type { Carries } from "../memories/carries.ts";
import { createCarries } from "../memories/carries.ts";
import type { Reference } from "./causality.ts";
import type { Declarations } from "../declarations.ts";
import { embody } from "../memories/instances.ts";
import type { Members } from "./members.ts";
import { memberNames, timeOf } from "./members.ts";
import type { Embodiment } from "../memories/memories.ts";
import { initialStates, instanceOf } from "../memories/memories.ts";
import { memo } from "../memo.ts";
import { placeOutOfRange } from "../errors/shapes.ts";
import * as errors from "../errors/models.ts";
import * as names from "../errors/names.ts";
import type { Owner } from "./owner.ts";
import { parameterTerm } from "./parameters.ts";
import { showTerm, withType, missedAxis } from "../types/results.ts";
import { priorOf } from "./sites.ts";
import type { TypeReader } from "../types/signatures.ts";
import { readType } from "../types/signatures.ts";
import type { AppliedOperation, DistributionTerm, Frame, Term } from "../values/terms.ts";
import { poison, sizesOf } from "../values/terms.ts";
import type { EventType } from "../types/event-type.ts";
import { listed, showType } from "../types/event-type.ts";

export interface Definitions {
  readonly members: Members;
  /** The value of a name at this step, or its only one. */
  readonly at: (name: string) => Term;
  readonly frameOf: (owner: Owner) => Frame;
  readonly dataType: (name: string) => EventType | undefined;
  /** The prior of a site as its event is drawn. */
  readonly prior: (name: string) => DistributionTerm | undefined;
  readonly memory: (name: string) => Embodiment | undefined;
  /** Declared initial values of a memory's states. */
  readonly memoryStart: (name: string) => ReadonlyMap<string, Term>;
  readonly carries: Carries;
  readonly references: readonly Reference[];
  readonly applied: readonly AppliedOperation[];
}

/** Every step between is carried through the loop as a value of its own. */
const mostStepsBack = 256;

/** Everything that the members of a model mean. */
export const createDefinitions = (
  decl: ModelDecl,
  members: Members,
  declarations: Declarations,
  destination: Destination,
): Definitions => {
  const { report, builder, analysis } = destination;
  const { file } = decl.name.span;
  const { dims, families } = analysis;
  const reader: TypeReader = { dims: dims.ofFile(file), sizes: dims.sizes, families, report };
  const terms = new Map<string, Term | "running">();
  const references: Reference[] = [];
  const applied: AppliedOperation[] = [];

  const memory = memo((name: string): Embodiment | undefined => {
    const instance = members.instances.get(name);
    return instance && embody(instance, declarations, destination, file);
  });
  const memoryStart = memo((name: string): ReadonlyMap<string, Term> => {
    const embodiment = memory(name);
    return embodiment === undefined ? new Map<string, Term>() : initialStates(embodiment);
  });
  const dataType = memo((name: string): EventType | undefined => {
    const data = members.data.get(name);
    return data && readType(data.type, reader);
  });

  const frameOf = ({ name: owner, indexed, part }: Owner): Frame => {
    const refer = (to: string, span: Span): void => {
      references.push({ from: owner.text, part, to, span });
    };
    return {
      ...bodyFrame(destination, file, decl.name.text),
      localNames: () => memberNames(members),
      local: ({ text, span }) => {
        const time = timeOf(members, text);
        if (time === undefined) return undefined;
        if (time.indexed) {
          report(errors.needsTime(span, text, time.declared.span));
          return poison;
        }
        refer(text, span);
        return at(text);
      },
      atTime: ({ text, span: word }, offset, span) => {
        const time = timeOf(members, text);
        if (time === undefined) {
          report(names.unknownName({ text, span: word }, memberNames(members)));
        } else if (!time.indexed) report(errors.hasNoTime(span, text, time.declared.span));
        else if (offset > 0) report(errors.inTheFuture(span, text, offset));
        else if (!indexed) report(errors.staticNeedsStep(span, text, owner));
        else if (offset < -mostStepsBack) {
          report(errors.tooFarBack(span, text, -offset, mostStepsBack));
        } else if (offset < 0) return carries.before(text, -offset, span);
        else {
          refer(text, span);
          return at(text);
        }
        return poison;
      },
      watch: (operation) => applied.push(operation),
    };
  };

  const at = (name: string): Term => {
    const known = terms.get(name);
    if (known === "running") return carries.whileRunning(name);
    if (known !== undefined) return known;
    terms.set(name, "running");
    const term = define(name);
    terms.set(name, term);
    return term;
  };

  const define = (name: string): Term => {
    const { instances, parameters, data, sites, equations } = members;
    if (instances.has(name)) return memoryTerm(name);
    const parameter = parameters.get(name);
    if (parameter !== undefined) {
      const type = readType(parameter.type, reader);
      const frame = frameOf({ name: parameter.name, indexed: false, part: "value" });
      return type === undefined ? poison : parameterTerm(parameter, type, frame);
    }
    if (data.has(name)) return dataTerm(name);
    if (sites.has(name)) return latentTerm(name);
    const equation = equations.get(name);
    return equation === undefined ? poison : equationTerm(equation);
  };

  const leaf = (op: "site" | "data", name: string, type: EventType, indexed: boolean): Term => {
    const axes = type.axes.map(({ dim }) => dim);
    const emitted = {
      base: type.base,
      axes,
      when: indexed ? ("step" as const) : ("static" as const),
      ...(type.of === undefined ? {} : { of: type.of.dim }),
    };
    const id = builder.emit(op, [], { name }, emitted);
    builder.name(id, name);
    return { kind: "value", type, id, mapped: false };
  };

  const dataTerm = (name: string): Term => {
    const data = members.data.get(name);
    const type = dataType(name);
    if (type === undefined || data === undefined) return poison;
    return leaf(members.sites.has(name) ? "site" : "data", name, type, data.indexed);
  };

  const latentTerm = (name: string): Term => {
    const type = prior(name)?.type ?? carries.declaredType(name);
    if (type === undefined) return poison;
    return leaf("site", name, type, members.sites.get(name)?.indexed ?? false);
  };

  const prior = memo((name: string): DistributionTerm | undefined => {
    const site = members.sites.get(name);
    return site && priorOf(site, definitions);
  });

  const memoryTerm = (name: string): Term => {
    const embodiment = memory(name);
    const equation = members.equations.get(name);
    const instance = members.instances.get(name);
    if (instance === undefined) return poison;
    if (equation === undefined && members.temporal) {
      report(errors.neverUpdated(instance));
      return poison;
    }
    if (equation !== undefined && !equation.indexed) {
      report(errors.memoryWithoutTime(equation.name));
      return poison;
    }
    if (equation === undefined)
      return embodiment === undefined ? poison : startOf(name, embodiment);
    const frame = frameOf({ name: equation.name, indexed: true, part: "value" });
    const term = analysis.evaluate(equation.value, frame);
    if (term.kind === "poison" || embodiment === undefined) return poison;
    if (term.kind === "memory" && term.instance.name === name) return term;
    report(errors.wrongMemory(equation.value.span, name, showTerm(term, dims.sizes)));
    return poison;
  };

  const startOf = (name: string, embodiment: Embodiment): Term => {
    const states = [...memoryStart(name)].flatMap(([state, term]) =>
      term.kind === "value" ? [[state, term.id] as const] : [],
    );
    const instance = instanceOf(embodiment, name);
    return { kind: "memory", instance, states: new Map(states) };
  };

  const equationTerm = (equation: Equation): Term => {
    const { name, value, indexed } = equation;
    const frame = frameOf({ name, indexed, part: "value" });
    const declared = equation.type && readType(equation.type, reader);
    const term = analysis.evaluate(value, frame);
    if (term.kind === "poison") return poison;
    if (term.kind === "memory") {
      report(errors.memoryAsEquation(value.span, name.text, term.instance.name));
      return poison;
    }
    if (term.kind === "value") builder.name(term.id, name.text);
    if (equation.type === undefined) return term;
    if (declared === undefined) return poison;
    const typed = term.kind === "value" ? withType(term, declared, frame, value.span) : undefined;
    if (typed !== undefined) return typed;
    const missed = missedAxis(term, declared, sizesOf(frame));
    if (missed !== undefined) {
      report(placeOutOfRange(value.span, missed, sizesOf(frame)));
      return poison;
    }
    const axes = term.kind === "value" ? listed(term.type) : [];
    const shown = [showType(declared, sizesOf(frame)), showTerm(term, sizesOf(frame))] as const;
    report(errors.equationDiffers(value.span, name.text, ...shown, axes));
    return poison;
  };

  const definitions: Definitions = {
    members,
    at,
    frameOf,
    dataType,
    prior,
    memory,
    memoryStart,
    get carries() {
      return carries;
    },
    references,
    applied,
  };
  const carries = createCarries(decl, destination, reader, declarations, {
    members,
    at,
    isRunning: (name) => terms.get(name) === "running",
    frameOf,
    dataType,
    memory,
    leaf: (name, type) => leaf("site", name, type, true),
  });
  return definitions;
};
