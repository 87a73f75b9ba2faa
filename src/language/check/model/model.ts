/** Checks a model and hands what it says to lowering. */
import { invariant } from "../../../diagnostics/invariant.ts";
import type { DataField, DistributionCall, Model, Site } from "../../../ir/model.ts";
import type { ValueId } from "../../../ir/value.ts";
import type { ModelDecl, SiteDecl } from "../../ast.ts";
import type { ValueBuilder } from "../../lower/builder.ts";
import { createBuilder } from "../../lower/builder.ts";
import { finishModel, toType } from "../../lower/finish.ts";
import type { CarryDraft } from "../../lower/finish.ts";
import { stepsTowards } from "./chains.ts";
import { checkCausality, generationOrder } from "./causality.ts";
import type { Carried } from "../memories/carries.ts";
import type { Declarations } from "../declarations.ts";
import type { Definitions } from "./definitions.ts";
import { createDefinitions } from "./definitions.ts";
import type { Report } from "../finding.ts";
import { collectMembers } from "./members.ts";
import { checkTarget, guideOf } from "./sites.ts";
import type { DistributionTerm } from "../values/terms.ts";
import { watchesOf } from "./watches.ts";

const toCall = (
  { family, arguments: args }: DistributionTerm,
  site: SiteDecl["prior"],
): DistributionCall => ({
  family: family.name,
  arguments: Object.fromEntries(
    family.parameters.map(({ name }) => [name, valueOf(args.get(name))]),
  ),
  span: site.span,
});

const valueOf = (term: { readonly id: ValueId } | undefined): ValueId => {
  invariant(term !== undefined, "what had no errors has a value");
  return term.id;
};

const siteOf = (
  name: string,
  guide: DistributionTerm | undefined,
  definitions: Definitions,
): Site => {
  const { members, at, prior } = definitions;
  const decl = members.sites.get(name);
  const term = at(name);
  const drawn = prior(name);
  invariant(
    decl !== undefined && term.kind === "value" && drawn !== undefined,
    `site ${name} has a prior and a type`,
  );
  const observed = members.data.has(name);
  const written = decl.guide?.kind === "guide-prior" ? decl.prior : decl.guide;
  return {
    name,
    role: observed ? "observed" : "latent",
    when: decl.indexed ? "step" : "static",
    type: toType(term.type),
    prior: toCall(drawn, decl.prior),
    ...(guide === undefined || written === undefined ? {} : { guide: toCall(guide, written) }),
    span: decl.span,
  };
};

const dataOf = ({ members, dataType }: Definitions): readonly DataField[] =>
  [...members.data.values()].map(({ name, indexed, shared, span }) => {
    const type = dataType(name.text);
    invariant(type !== undefined, `data ${name.text} has a type`);
    return {
      name: name.text,
      type: toType(type),
      per: indexed ? "step" : shared ? "shared" : "sequence",
      role: members.sites.has(name.text) ? "observed" : "given",
      span,
    };
  });

const nextOf = ({ member, state }: Carried, { at }: Definitions): ValueId => {
  const term = at(member);
  if (state !== undefined) {
    invariant(term.kind === "memory", `memory ${member} has a value`);
    return valueOf({ id: term.states.get(state) ?? -1 });
  }
  invariant(term.kind === "value", `${member} has a value`);
  return term.id;
};

const startOf = ({ member, state }: Carried, { carries, memoryStart }: Definitions): ValueId => {
  const term = state === undefined ? carries.start(member) : memoryStart(member).get(state);
  invariant(term?.kind === "value", `${member} has a value before the first step`);
  return term.id;
};

const carriesOf = (definitions: Definitions): readonly CarryDraft[] =>
  definitions.carries.all().map((carry) => ({
    name: carry.name,
    type: toType(carry.type),
    initial: startOf(carry, definitions),
    next: carry.nearer ?? nextOf(carry, definitions),
  }));

/** Checks the model; what it gives lowers it, to be called only when nothing at all was reported. */
export const checkModel = (
  decl: ModelDecl,
  declarations: Declarations,
  report: Report,
): (() => Model) => {
  const { analysis } = declarations;
  const builder = createBuilder();
  const destination = { analysis, report, builder, widths: new Map(), calls: 0 };
  const members = collectMembers(decl, report);
  const definitions = createDefinitions(decl, members, declarations, destination);
  const { at, references, carries } = definitions;

  const named = [
    members.data,
    members.parameters,
    members.instances,
    members.equations,
    members.sites,
  ];
  const towards = stepsTowards(members);
  for (const name of [...new Set(named.flatMap((map) => [...map.keys()]))].sort()) {
    towards(name).forEach(at);
    at(name);
  }
  const guides = new Map<string, DistributionTerm>();
  for (const [name, site] of [...members.sites].sort(([a], [b]) => (a < b ? -1 : 1))) {
    checkTarget(site, definitions);
    definitions.prior(name);
    const guide = guideOf(site, definitions, definitions.prior);
    if (guide !== undefined) guides.set(name, guide);
  }
  for (const name of members.instances.keys()) definitions.memoryStart(name);
  carries.check();
  for (const finding of checkCausality(references, members)) report(finding);
  return () => lower(decl, definitions, guides, builder, analysis.dims.sizes);
};

const lower = (
  decl: ModelDecl,
  definitions: Definitions,
  guides: ReadonlyMap<string, DistributionTerm>,
  builder: ValueBuilder,
  sizes: ReadonlyMap<string, number>,
): Model => {
  const order = generationOrder(definitions.references, definitions.members);
  const drafts = carriesOf(definitions);
  for (const { name, next } of drafts) if (!name.includes("@")) builder.name(next, name);
  return finishModel({
    name: decl.name.text,
    builder,
    sites: order.map((name) => siteOf(name, guides.get(name), definitions)),
    data: dataOf(definitions),
    carries: drafts,
    watches: watchesOf(definitions),
    sizes,
  });
};
