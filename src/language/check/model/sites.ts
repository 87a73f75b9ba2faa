/** `z[t] ~ prior(psi[t])  guide post(x[t], psi[t])`: priors, guides, and whether they fit together. */
import type { Expr, SiteDecl } from "../../ast.ts";
import { withEvent } from "../values/distributions.ts";
import type { Members } from "./members.ts";
import * as errors from "../errors/models.ts";
import type { Owner } from "./owner.ts";
import { lies, selects } from "../types/ranges.ts";
import { showTerm } from "../types/results.ts";
import type { DistributionTerm, Frame } from "../values/terms.ts";
import { sizesOf } from "../values/terms.ts";
import type { EventType } from "../types/event-type.ts";
import { sameAxes } from "../types/event-type.ts";

/** What a site needs of its model. */
export interface SiteSurroundings {
  readonly members: Members;
  readonly frameOf: (owner: Owner) => Frame;
  readonly dataType: (name: string) => EventType | undefined;
}

const distribution = (expr: Expr, site: SiteDecl, frame: Frame): DistributionTerm | undefined => {
  const term = frame.analysis.evaluate(expr, frame);
  if (term.kind === "distribution") return term;
  if (term.kind !== "poison") {
    frame.report(
      errors.notADistribution(expr.span, site.name.text, showTerm(term, sizesOf(frame))),
    );
  }
  return undefined;
};

/** Whether everything that is drawn as `inner` may be a value of `outer`. */
const within = (inner: EventType, outer: EventType): boolean => {
  const same = sameAxes(inner.axes, outer.axes) && inner.of?.dim === outer.of?.dim;
  if (selects(inner.base) || selects(outer.base)) return same && inner.base === outer.base;
  return same && lies(inner.base, outer.base);
};

/** A distribution of one number is one for each place of the data. */
const forData = (term: DistributionTerm, data: EventType, frame: Frame): DistributionTerm =>
  term.type.axes.length === 0 && data.axes.length > 0 ? withEvent(term, data.axes, frame) : term;

/** The distribution that generates the site; for an observation it must be able to generate the data. */
export const priorOf = (
  site: SiteDecl,
  { frameOf, dataType, members }: SiteSurroundings,
): DistributionTerm | undefined => {
  const { name, indexed } = site;
  const frame = frameOf({ name, indexed, part: "value" });
  const term = distribution(site.prior, site, frame);
  const data = members.data.get(name.text);
  const type = dataType(name.text);
  if (term === undefined || data === undefined) return term;
  if (type === undefined) return undefined;
  const full = forData(term, type, frame);
  if (within(type, full.type)) return full;
  frame.report(
    errors.supportDiffers(site.prior.span, full, name.text, type, data.type.span, sizesOf(frame)),
  );
  return undefined;
};

/** The distribution that the latent is inferred from; `undefined` for observations and where it was reported. */
export const guideOf = (
  site: SiteDecl,
  { frameOf, members }: SiteSurroundings,
  prior: (name: string) => DistributionTerm | undefined,
): DistributionTerm | undefined => {
  const { name, indexed, guide } = site;
  const frame = frameOf({ name, indexed, part: "guide" });
  const data = members.data.get(name.text);
  const model = prior(name.text);
  if (data !== undefined) {
    if (guide !== undefined) frame.report(errors.guideOfObservation(site, data.name.span));
    return undefined;
  }
  if (guide === undefined) {
    frame.report(errors.guideMissing(site));
    return undefined;
  }
  if (guide.kind === "guide-prior") return model;
  const term = distribution(guide, site, frame);
  if (term === undefined || model === undefined) return undefined;
  if (within(term.type, model.type)) return term;
  const [p, q] = [
    { term: model, span: site.prior.span },
    { term, span: guide.span },
  ];
  frame.report(errors.guideDiffers(name.text, p, q, sizesOf(frame)));
  return undefined;
};

/** Reports sites of things that are not drawn, and sites with another time than their data. */
export const checkTarget = (
  { name, indexed }: SiteDecl,
  { frameOf, members }: SiteSurroundings,
): void => {
  const { report } = frameOf({ name, indexed, part: "value" });
  const parameter = members.parameters.get(name.text);
  const data = members.data.get(name.text);
  if (parameter !== undefined && data === undefined)
    report(errors.notASite(name, "a parameter", parameter.name.span));
  if (data !== undefined && data.indexed !== indexed) {
    report(errors.timesDiffer(name, indexed, data.name));
  }
};
