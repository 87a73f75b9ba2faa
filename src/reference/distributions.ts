/** The families of distributions: what their tables do not say of themselves. */
import type { NoiseKind } from "../distributions/distribution.ts";
import { distributionOf, type FamilyName } from "../distributions/index.ts";
import { closedFormKl } from "../distributions/kl.ts";
import { entry, fact, type Entry } from "./entry.ts";

/** What the reference says of a family. */
export interface FamilyText {
  readonly meaning: string;
  /** Of each parameter, by name. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly logDensity: string;
  /** The draw as a function of the noise. */
  readonly drawn: string;
  /** Parameters, a value, and the log density there, rounded to four decimals. */
  readonly example: {
    readonly parameters: Readonly<Record<string, string>>;
    readonly value: number;
    readonly logDensity: number;
  };
}

export const familyTexts: Readonly<Record<FamilyName, FamilyText>> = {
  Normal: {
    meaning: "The normal distribution; the elements of an event are independent.",
    parameters: { loc: "the mean", scale: "the standard deviation" },
    logDensity: "-½ ((x - loc) / scale)² - log scale - ½ log(2π)",
    drawn: "loc + scale ε",
    example: { parameters: { loc: "1", scale: "2" }, value: 3, logDensity: -2.1121 },
  },
  LogNormal: {
    meaning: "The exponential of a normal variable, which is above 0.",
    parameters: {
      loc: "the mean of the logarithm",
      scale: "the standard deviation of the logarithm",
    },
    logDensity: "-½ ((log x - loc) / scale)² - log scale - ½ log(2π) - log x",
    drawn: "exp(loc + scale ε)",
    example: { parameters: { loc: "0", scale: "1" }, value: 1, logDensity: -0.9189 },
  },
  Laplace: {
    meaning: "The double exponential distribution, with heavier tails than the normal.",
    parameters: { loc: "the mean and median", scale: "the mean distance from it" },
    logDensity: "-|x - loc| / scale - log(2 scale)",
    drawn: "loc - scale sign(u - ½) log(1 - 2 |u - ½|)",
    example: { parameters: { loc: "0", scale: "1" }, value: 2, logDensity: -2.6931 },
  },
  Logistic: {
    meaning: "A smooth distribution with tails like those of `Laplace`.",
    parameters: { loc: "the mean and median", scale: "√3 / π times the standard deviation" },
    logDensity: "-softplus(y) - softplus(-y) - log scale, where y = (x - loc) / scale",
    drawn: "loc + scale (log u - log(1 - u))",
    example: { parameters: { loc: "0", scale: "1" }, value: 2, logDensity: -2.2539 },
  },
  Exponential: {
    meaning: "A waiting time: positive values, of which the smallest are the most likely.",
    parameters: { rate: "1 over the mean" },
    logDensity: "log rate - rate x",
    drawn: "-log(u) / rate",
    example: { parameters: { rate: "2" }, value: 1, logDensity: -1.3069 },
  },
  Uniform: {
    meaning:
      "Every value from `low` to `low + width` alike; others are impossible, and their log density is -inf. A width is given, instead of a second end, so that no parameters can be wrong.",
    parameters: { low: "the lower end", width: "how far above it the upper end lies" },
    logDensity: "-log width from low to low + width, else -inf",
    drawn: "low + width u",
    example: { parameters: { low: "-1", width: "4" }, value: 2, logDensity: -1.3863 },
  },
  Poisson: {
    meaning: "A count of events that come independently at this rate.",
    parameters: { rate: "the mean, and the variance" },
    logDensity: "x log rate - rate - lgamma(x + 1)",
    drawn:
      "the number of counts that are exceeded with a probability above u, summed up to a rate of 81; above, the whole part of the quantile's expansion to the order 1 / rate, whose distribution differs by less than 2e-6",
    example: { parameters: { rate: "2" }, value: 3, logDensity: -1.7123 },
  },
  Bernoulli: {
    meaning:
      "1 with the probability sigmoid(logits), else 0; the elements of an event are independent. Data between 0 and 1, such as grey pixels, are taken at the same formula; the result is then no probability.",
    parameters: { logits: "the log odds of 1; -inf is never and inf is always" },
    logDensity: "x logits - softplus(logits)",
    drawn: "1 where u < sigmoid(logits), else 0",
    example: { parameters: { logits: "log(3)" }, value: 1, logDensity: -0.2877 },
  },
  Categorical: {
    meaning:
      "One of n outcomes, 0 to n - 1, with the probabilities softmax(logits). The last axis of the logits is what is chosen from; a draw has the axes before it, and selects a row by `M[a]`.",
    parameters: { logits: "unnormalised log probabilities; a logit of -inf is a probability of 0" },
    logDensity: "logitsₐ - log Σⱼ exp(logitsⱼ) at the outcome a",
    drawn: "the place of the largest logitsⱼ + Gⱼ",
    example: { parameters: { logits: "[0, log(3)]" }, value: 1, logDensity: -0.2877 },
  },
};

const noises: Readonly<Record<NoiseKind, string>> = {
  normal: "with ε standard normal",
  uniform: "with u uniform on (0, 1)",
  gumbel: "with a standard Gumbel number for each outcome",
};

const gradients = (reparameterised: boolean): string =>
  reparameterised
    ? "Draws are reparameterised: the gradient of a latent is pathwise."
    : "Draws are not reparameterised: a latent needs `objective = iwae(K = …)` with K ≥ 2, whose gradient VIMCO estimates.";

/** The entry of a family. */
export const familyEntry = (name: FamilyName): Entry => {
  const { signature, noise } = distributionOf(name);
  const { meaning, parameters, logDensity, drawn, example } = familyTexts[name];
  const given = Object.entries(example.parameters).map(([word, value]) => `${word} = ${value}`);
  const written = signature.parameters.map((parameter) => `${parameter.name} = …`).join(", ");
  const axes = signature.categorical ? "[N]" : "[Z]";
  return entry("distribution", name, {
    usage: [
      `z ~ ${name}(${written})`,
      `net f(h: real[H]) -> ${name.toLowerCase()}${axes} = mlp(128, act = tanh)`,
    ],
    meaning,
    facts: [
      ...fact("Values", signature.categorical ? "`index[N]`" : `\`${signature.support}\``),
      ...fact("Log density", logDensity),
      ...fact("Drawn", `${drawn}, ${noises[noise]}`),
      ...fact("Gradient", gradients(signature.reparameterised)),
      ...fact(
        "KL",
        closedFormKl(name, name) === undefined
          ? "log q - log p at the draw"
          : `in closed form where guide and prior are both ${name}; else log q - log p at the draw`,
      ),
    ],
    arguments: signature.parameters.map((parameter) => ({
      name: parameter.name,
      takes: `\`${parameter.base}\``,
      meaning: parameters[parameter.name] ?? "",
    })),
    examples: [
      `log density of ${name}(${given.join(", ")}) at ${example.value} = ${example.logDensity}`,
    ],
  });
};
