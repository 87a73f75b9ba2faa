/** Which bound, estimator and model fit together: what does not is refused with what would. */
import { distributionOf } from "../distributions/index.ts";
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Model, Site } from "../ir/model.ts";
import * as errors from "./errors.ts";
import type { Baseline, ObjectiveSpec } from "./spec.ts";

/** How the gradient reaches what proposes a latent site, and why so. */
interface SiteEstimator {
  readonly site: Site;
  readonly kind: "pathwise" | "vimco";
  readonly why: string;
}

/** An objective that fits its model. */
export interface Plan {
  /** Of the sites whose gradient is not pathwise. */
  readonly baseline: Baseline;
  /** One for each latent site. */
  readonly estimators: readonly SiteEstimator[];
}

const isReparameterised = (site: Site): boolean =>
  distributionOf((site.guide ?? site.prior).family).signature.reparameterised;

/** Where a file asks for what; absent where it does not. */
export type ObjectivePlaces = Readonly<
  Partial<Record<"objective" | "estimator" | "freeBits", Span>>
>;

/** What a rule looks at. */
interface Question {
  readonly spec: ObjectiveSpec;
  readonly particles: number;
  /** Latents that are not reparameterised. */
  readonly discrete: readonly Site[];
  readonly places: ObjectivePlaces;
}

/** The diagnostic where the rule is broken. */
type Rule = (question: Question) => Diagnostic | undefined;

const freeBitsOfElbo: Rule = ({ spec, places }) =>
  spec.freeBits === 0 || spec.bound.kind === "elbo"
    ? undefined
    : errors.freeBitsOfIwae(places.freeBits);

const vimcoOfIwae: Rule = ({ spec, discrete, places }) =>
  spec.estimator.kind !== "vimco" || spec.bound.kind === "iwae"
    ? undefined
    : errors.vimcoOfElbo(places.estimator, discrete.length > 0);

const pathForElbo: Rule = ({ spec, discrete, places }) =>
  spec.bound.kind === "iwae" || spec.estimator.kind === "vimco" || discrete.length === 0
    ? undefined
    : errors.noGradientOfElbo(places.objective, discrete);

const pathForPathwise: Rule = ({ spec, discrete, places }) =>
  spec.bound.kind === "elbo" || spec.estimator.kind !== "pathwise" || discrete.length === 0
    ? undefined
    : errors.noPath(places.estimator, discrete);

const othersForBaseline: Rule = ({ spec, particles, discrete, places }) =>
  spec.bound.kind === "elbo" ||
  spec.estimator.kind === "pathwise" ||
  discrete.length === 0 ||
  particles >= 2
    ? undefined
    : errors.oneParticle(places.objective, discrete);

const rules: readonly Rule[] = [
  vimcoOfIwae,
  pathForElbo,
  pathForPathwise,
  othersForBaseline,
  freeBitsOfElbo,
];

/** Decides how every latent site is estimated, or says why the combination has no unbiased gradient. */
export const planEstimators = (
  model: Model,
  spec: ObjectiveSpec,
  particles: number,
  places: ObjectivePlaces = {},
): Result<Plan> => {
  invariant(Number.isInteger(particles) && particles >= 1, `${particles} particles`);
  const { estimator } = spec;
  const latents = model.sites.filter((site) => site.role === "latent");
  const discrete = latents.filter((site) => !isReparameterised(site));
  const problems = rules.flatMap((rule) => rule({ spec, particles, discrete, places }) ?? []);
  if (problems.length > 0) return failure(...problems);
  const estimators = latents.map((site): SiteEstimator =>
    isReparameterised(site)
      ? { site, kind: "pathwise", why: `${errors.familyOf(site)} is reparameterised` }
      : { site, kind: "vimco", why: `${errors.familyOf(site)} is discrete` },
  );
  return success(
    { baseline: estimator.kind === "vimco" ? estimator.baseline : "arithmetic", estimators },
    estimator.kind === "vimco" && discrete.length === 0
      ? [errors.needlessVimco(places.estimator)]
      : [],
  );
};
