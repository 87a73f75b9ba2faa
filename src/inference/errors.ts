/** What can be wrong with an objective or a draw. All wording of E05xx is here. */
import type { ErrorCode } from "../diagnostics/codes.ts";
import { problem, type Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Site } from "../ir/model.ts";

/** The family that proposes a latent. */
export const familyOf = (site: Site): string => (site.guide ?? site.prior).family;

const list = (sites: readonly Site[]): string => sites.map((site) => `\`${site.name}\``).join(", ");

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
    ...problem(code, message, notes, help),
    secondary,
    ...(primary === undefined ? {} : { primary }),
  };
};

export const freeBitsOfIwae = (place: Span | undefined): Diagnostic =>
  error(
    "E0505",
    "free bits belong to an elbo",
    place,
    [],
    ["an iwae bound has no KL term to hold above a floor"],
    ["use `objective = elbo`, or leave free bits out"],
  );

export const vimcoOfElbo = (place: Span | undefined, hasDiscrete: boolean): Diagnostic =>
  error(
    "E0502",
    "vimco estimates the gradient of an iwae bound, not of an elbo",
    place,
    [],
    ["its baseline compares K weights under one logarithm; an elbo takes each logarithm alone"],
    hasDiscrete
      ? ["use `objective = iwae(K = 4)`"]
      : ["use `estimator = pathwise`: every latent is reparameterised"],
  );

export const noGradientOfElbo = (place: Span | undefined, discrete: readonly Site[]): Diagnostic =>
  error(
    "E0501",
    `an elbo has no gradient for the discrete latent ${list(discrete)}`,
    place,
    discrete,
    ["no path leads through the draw of a discrete value"],
    ["use `objective = iwae(K = 4)` with `estimator = auto` or `estimator = vimco`"],
  );

export const noPath = (place: Span | undefined, discrete: readonly Site[]): Diagnostic =>
  error(
    "E0503",
    `no pathwise gradient leads through the discrete latent ${list(discrete)}`,
    place,
    discrete,
    [`${[...new Set(discrete.map(familyOf))].join(", ")} is not reparameterised`],
    ["use `estimator = auto` or `estimator = vimco`"],
  );

export const oneParticle = (place: Span | undefined, discrete: readonly Site[]): Diagnostic =>
  error(
    "E0504",
    "vimco needs two particles or more",
    place,
    discrete,
    ["a particle's baseline is made of the others"],
    ["use `objective = iwae(K = 4)`"],
  );

/** A warning. */
export const needlessVimco = (place: Span | undefined): Diagnostic => ({
  ...error(
    "E0506",
    "vimco has nothing to estimate here",
    place,
    [],
    ["every latent is reparameterised, so its gradient is pathwise"],
    ["leave `estimator` out, or use `estimator = pathwise`"],
  ),
  severity: "warning",
});

/** `steps` is absent for a model without time. */
export const cannotPredict = (prefix: number, steps: number | undefined): Diagnostic =>
  steps === undefined
    ? problem(
        "E0508",
        "there is nothing to predict in a model without time",
        [],
        ["use the target `posterior` or `prior`"],
      )
    : problem(
        "E0508",
        `cannot predict after ${prefix} of ${steps} steps`,
        [],
        [`use a prefix from 0 to ${steps}`],
      );
