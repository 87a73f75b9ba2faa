/** Which bound, estimator and model fit together: what does not is refused with what would. */
import { distributionOf } from "../distributions/index.ts";
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Span } from "../diagnostics/span.ts";
import { entryOf } from "../graph/table.ts";
import type { Model, Site } from "../ir/model.ts";
import * as errors from "./errors.ts";
import type { Baseline, Bound, Estimator, ObjectiveSpec } from "./spec.ts";

/** A particle's baseline is made of the others. */
const LEAST_FOR_BASELINE = 2;

/** How the gradient reaches what proposes a latent site, and why so. */
interface SiteEstimator {
  readonly site: Site;
  readonly kind: "pathwise" | "vimco";
  readonly why: string;
}

/** Whether the log probability of a draw takes part in its gradient, times a signal that needs other particles. */
export const isScored: Readonly<Record<SiteEstimator["kind"], boolean>> = {
  pathwise: false,
  vimco: true,
};

/** Proof that an objective fits its model, and how its gradient is estimated. Only `planEstimators` makes one. */
export interface Plan {
  readonly model: Model;
  readonly spec: ObjectiveSpec;
  /** Fewer than these have no unbiased gradient. */
  readonly leastParticles: number;
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
  readonly particles: number;
  /** Latents that are not reparameterised. */
  readonly discrete: readonly Site[];
  readonly places: ObjectivePlaces;
}

/** The diagnostic where the rule is broken. */
type Rule = (question: Question) => Diagnostic | undefined;

/** What fits a bound. */
interface BoundRules {
  readonly estimators: Readonly<Record<Estimator["kind"], Rule>>;
  /** Asked where there are free bits. */
  readonly freeBits: Rule;
}

const always: Rule = () => undefined;

const noGradientOfElbo: Rule = ({ discrete, places }) =>
  discrete.length === 0 ? undefined : errors.noGradientOfElbo(places.objective, discrete);

const othersForBaseline: Rule = ({ particles, discrete, places }) =>
  discrete.length === 0 || particles >= LEAST_FOR_BASELINE
    ? undefined
    : errors.oneParticle(places.objective, discrete);

const rules: Readonly<Record<Bound["kind"], BoundRules>> = {
  elbo: {
    estimators: {
      auto: noGradientOfElbo,
      pathwise: noGradientOfElbo,
      vimco: ({ discrete, places }) => errors.vimcoOfElbo(places.estimator, discrete.length > 0),
    },
    freeBits: always,
  },
  iwae: {
    estimators: {
      auto: othersForBaseline,
      pathwise: ({ discrete, places }) =>
        discrete.length === 0 ? undefined : errors.noPath(places.estimator, discrete),
      vimco: othersForBaseline,
    },
    freeBits: ({ places }) => errors.freeBitsOfIwae(places.freeBits),
  },
};

/** How an estimator treats the latents of a model that it fits. */
interface Method {
  /** Of a latent that is not reparameterised; the others are pathwise. */
  readonly discrete: SiteEstimator["kind"];
  readonly baseline: Baseline;
  /** Said where every latent is reparameterised. */
  readonly needless?: (place: Span | undefined) => Diagnostic;
}

const methods: {
  readonly [K in Estimator["kind"]]: (estimator: Extract<Estimator, { kind: K }>) => Method;
} = {
  auto: () => ({ discrete: "vimco", baseline: "arithmetic" }),
  pathwise: () => ({ discrete: "pathwise", baseline: "arithmetic" }),
  vimco: ({ baseline }) => ({ discrete: "vimco", baseline, needless: errors.needlessVimco }),
};

/** Decides how every latent site is estimated, or says why the combination has no unbiased gradient. */
export const planEstimators = (
  model: Model,
  spec: ObjectiveSpec,
  particles: number,
  places: ObjectivePlaces = {},
): Result<Plan> => {
  invariant(Number.isInteger(particles) && particles >= 1, `${particles} particles`);
  const { bound, estimator, freeBits } = spec;
  const latents = model.sites.filter((site) => site.role === "latent");
  const discrete = latents.filter((site) => !isReparameterised(site));
  const question: Question = { particles, discrete, places };
  const ofBound = rules[bound.kind];
  const problems = [
    ofBound.estimators[estimator.kind](question),
    freeBits === 0 ? undefined : ofBound.freeBits(question),
  ].filter((one) => one !== undefined);
  if (problems.length > 0) return failure(...problems);
  const method = entryOf(methods, estimator.kind)(estimator);
  const estimators = latents.map((site): SiteEstimator =>
    isReparameterised(site)
      ? { site, kind: "pathwise", why: `${errors.familyOf(site)} is reparameterised` }
      : { site, kind: method.discrete, why: `${errors.familyOf(site)} is discrete` },
  );
  const scored = estimators.some(({ kind }) => isScored[kind]);
  const { baseline } = method;
  const leastParticles = scored ? LEAST_FOR_BASELINE : 1;
  const needless = discrete.length === 0 ? method.needless?.(places.estimator) : undefined;
  return success(
    { model, spec, leastParticles, baseline, estimators },
    needless === undefined ? [] : [needless],
  );
};
