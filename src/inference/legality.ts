/** Which bound, estimator and model fit together: what does not is refused with what would. */
import { distributionOf } from "../distributions/index.ts";
import type { ErrorCode } from "../diagnostics/codes.ts";
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Model, Site } from "../ir/model.ts";
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

const familyOf = (site: Site): string => (site.guide ?? site.prior).family;

const list = (sites: readonly Site[]): string => sites.map((site) => `\`${site.name}\``).join(", ");

/** Where a file asks for what; absent where it does not. */
export type ObjectivePlaces = Readonly<
  Partial<Record<"objective" | "estimator" | "freeBits", Span>>
>;

const error = (
  code: ErrorCode,
  message: string,
  place: Span | undefined,
  sites: readonly Site[],
  notes: readonly string[],
  help: readonly string[],
): Diagnostic => {
  const labels = [
    ...sites.flatMap((site) =>
      site.span === undefined ? [] : [{ span: site.span, text: `drawn from ${familyOf(site)}` }],
    ),
    ...(place === undefined ? [] : [{ span: place, text: "asked for here" }]),
  ];
  const [primary, ...secondary] = labels;
  return {
    code,
    severity: "error",
    message,
    secondary,
    notes,
    help,
    ...(primary === undefined ? {} : { primary }),
  };
};

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
    : error(
        "E0505",
        "free bits belong to an elbo",
        places.freeBits,
        [],
        ["an iwae bound has no KL term to hold above a floor"],
        ["use `objective = elbo`, or leave free bits out"],
      );

const vimcoOfIwae: Rule = ({ spec, discrete, places }) =>
  spec.estimator.kind !== "vimco" || spec.bound.kind === "iwae"
    ? undefined
    : error(
        "E0502",
        "vimco estimates the gradient of an iwae bound, not of an elbo",
        places.estimator,
        [],
        ["its baseline compares K weights under one logarithm; an elbo takes each logarithm alone"],
        discrete.length > 0
          ? ["use `objective = iwae(K = 4)`"]
          : ["use `estimator = pathwise`: every latent is reparameterised"],
      );

const pathForElbo: Rule = ({ spec, discrete, places }) =>
  spec.bound.kind === "iwae" || spec.estimator.kind === "vimco" || discrete.length === 0
    ? undefined
    : error(
        "E0501",
        `an elbo has no gradient for the discrete latent ${list(discrete)}`,
        places.objective,
        discrete,
        ["no path leads through the draw of a discrete value"],
        ["use `objective = iwae(K = 4)` with `estimator = auto` or `estimator = vimco`"],
      );

const pathForPathwise: Rule = ({ spec, discrete, places }) =>
  spec.bound.kind === "elbo" || spec.estimator.kind !== "pathwise" || discrete.length === 0
    ? undefined
    : error(
        "E0503",
        `no pathwise gradient leads through the discrete latent ${list(discrete)}`,
        places.estimator,
        discrete,
        [`${[...new Set(discrete.map(familyOf))].join(", ")} is not reparameterised`],
        ["use `estimator = auto` or `estimator = vimco`"],
      );

const othersForBaseline: Rule = ({ spec, particles, discrete, places }) =>
  spec.bound.kind === "elbo" ||
  spec.estimator.kind === "pathwise" ||
  discrete.length === 0 ||
  particles >= 2
    ? undefined
    : error(
        "E0504",
        "vimco needs two particles or more",
        places.objective,
        discrete,
        ["a particle's baseline is made of the others"],
        ["use `objective = iwae(K = 4)`"],
      );

const rules: readonly Rule[] = [
  vimcoOfIwae,
  pathForElbo,
  pathForPathwise,
  othersForBaseline,
  freeBitsOfElbo,
];

const needlessVimco = ({ estimator }: ObjectivePlaces): Diagnostic => ({
  ...error(
    "E0506",
    "vimco has nothing to estimate here",
    estimator,
    [],
    ["every latent is reparameterised, so its gradient is pathwise"],
    ["leave `estimator` out, or use `estimator = pathwise`"],
  ),
  severity: "warning",
});

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
      ? { site, kind: "pathwise", why: `${familyOf(site)} is reparameterised` }
      : { site, kind: "vimco", why: `${familyOf(site)} is discrete` },
  );
  return success(
    { baseline: estimator.kind === "vimco" ? estimator.baseline : "arithmetic", estimators },
    estimator.kind === "vimco" && discrete.length === 0 ? [needlessVimco(places)] : [],
  );
};
