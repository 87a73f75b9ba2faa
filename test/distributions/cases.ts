/** One case for each family, and sums over its values. A family without its case does not compile. */
import type { Arguments, Distribution } from "../../src/distributions/distribution.ts";
import type { FamilyName } from "../../src/distributions/index.ts";
import { input } from "../../src/graph/build.ts";
import { runOne } from "../inference/support/run.ts";

/** Parameters of one event; those of a categorical family have a number for each outcome. */
export type Parameters = Readonly<Record<string, readonly number[]>>;

/** What a family computes at some parameters, known without it. */
export interface Case {
  readonly parameters: Parameters;
  /** All values of a discrete family; else between which its probability lies, all but 1e-6 of it. */
  readonly values: { readonly outcomes: readonly number[] } | { readonly range: Range };
  readonly logProbs: readonly (readonly [value: number, logProb: number])[];
  readonly mean: readonly number[];
  /** In nats; absent where the family has no closed form. */
  readonly entropy?: number;
  /** What noise makes of it. */
  readonly draws: readonly (readonly [noise: readonly number[], value: number])[];
  /** Of the divergence from other parameters, in nats; absent where there is no closed form. */
  readonly kl?: { readonly from: Parameters; readonly nats: number };
}

export type Range = readonly [low: number, high: number];

// from scipy import stats as s; s.norm(.5,2).logpdf([1.3,-4]); s.lognorm(s=.7,scale=exp(.2)).logpdf([.3,2.5]);
// s.laplace(-.4,1.5).logpdf([1,-3]); s.logistic(.5,1.2).logpdf([1.3,-4]);
// s.expon(scale=1/1.7).logpdf([.3,2.5]); s.uniform(-1.5,4).logpdf([-1.5,2.5,2.6]); s.poisson(2.3).logpmf([0,3,40]); s.bernoulli(expit(-.3)).logpmf([1,0]); divergences by mpmath.quad of q (log q - log p)
export const cases: Readonly<Record<FamilyName, Case>> = {
  Normal: {
    parameters: { loc: [0.5], scale: [2] },
    values: { range: [-20, 21] },
    logProbs: [
      [1.3, -1.6920857137646181],
      [-4, -4.143335713764618],
    ],
    mean: [0.5],
    entropy: 2.112085713764618,
    draws: [
      [[-1.5], -2.5],
      [[0.8], 2.1],
    ],
    kl: { from: { loc: [-0.3], scale: [1.7] }, nats: 0.14024923659219048 },
  },
  LogNormal: {
    parameters: { loc: [0.2], scale: [0.7] },
    values: { range: [0, 60] },
    logProbs: [
      [0.3, -1.369657759722487],
      [2.5, -2.002097599271537],
    ],
    mean: [1.5604901958326667],
    draws: [
      [[-1.5], 0.42741493194872668],
      [[0.8], 2.1382762204968186],
    ],
    kl: { from: { loc: [-0.3], scale: [0.5] }, nats: 0.6435277633787871 },
  },
  Laplace: {
    parameters: { loc: [-0.4], scale: [1.5] },
    values: { range: [-40, 39] },
    logProbs: [
      [1, -2.0319456220014427],
      [-3, -2.8319456220014434],
    ],
    mean: [-0.4],
    entropy: 2.09861228866811,
    // Quantiles; the ends are finite.
    draws: [
      [[0.1], -2.8141568686511502],
      [[0.8], 0.9744360978112331],
      [[0], -0.4 - 1.5 * 24 * Math.LN2],
      [[1], -0.4 + 1.5 * 24 * Math.LN2],
    ],
    kl: { from: { loc: [0.3], scale: [0.8] }, nats: 0.4221833754646061 },
  },
  Logistic: {
    parameters: { loc: [0.5], scale: [1.2] },
    values: { range: [-40, 41] },
    logProbs: [
      [1.3, -1.6777283971647654],
      [-4, -3.9788124855388047],
      [1e4, -8333.098988223463],
    ],
    mean: [0.5],
    entropy: 2.1823215567939545,
    draws: [
      [[0.1], -2.136669492803463],
      [[0.8], 2.163553233343869],
    ],
  },
  Exponential: {
    parameters: { rate: [1.7] },
    values: { range: [0, 20] },
    logProbs: [
      [0, 0.5306282510621704],
      [0.3, 0.020628251062170366],
      [2.5, -3.7193717489378297],
    ],
    mean: [0.5882352941176471],
    entropy: 0.4693717489378296,
    draws: [
      [[0.1], 1.354461819408262],
      [[0.8], 0.13126091253777042],
    ],
    kl: { from: { rate: [0.6] }, nats: 0.3943950512987495 },
  },
  Uniform: {
    parameters: { low: [-1.5], width: [4] },
    values: { range: [-1.5, 2.5] },
    logProbs: [
      [-1.5, -1.3862943611198906],
      [2.5, -1.3862943611198906],
    ],
    mean: [0.5],
    entropy: 1.3862943611198906,
    draws: [
      [[0.1], -1.1],
      [[0.8], 1.7],
    ],
    kl: { from: { low: [-2], width: [7] }, nats: 0.5596157879354227 },
  },
  Poisson: {
    parameters: { rate: [2.3] },
    values: { outcomes: Array.from({ length: 30 }, (_, i) => i) },
    logProbs: [
      [0, -2.3],
      [3, -1.593032100422743],
      [40, -79.30427479735323],
    ],
    mean: [2.3],
    // Quantiles of 1 - u.
    draws: [
      [[0.1], 4],
      [[0.8], 1],
      [[1 - 2 ** -24], 0],
      [[2 ** -24], 14],
    ],
    kl: { from: { rate: [1.1] }, nats: 0.49647756920079145 },
  },
  Bernoulli: {
    parameters: { logits: [-0.3] },
    values: { outcomes: [0, 1] },
    logProbs: [
      [1, -0.8543552444685271],
      [0, -0.5543552444685272],
    ],
    mean: [0.42555748318834101],
    entropy: 0.6820224894250295,
    draws: [
      [[0.42], 1],
      [[0.43], 0],
    ],
    kl: { from: { logits: [1.1] }, nats: 0.23719960418322627 },
  },
  Categorical: {
    parameters: { logits: [1, 2, 3] },
    values: { outcomes: [0, 1, 2] },
    logProbs: [
      [0, -2.4076059644443804],
      [1, -1.4076059644443804],
      [2, -0.4076059644443804],
    ],
    mean: [0.09003057317038046, 0.24472847105479765, 0.6652409557748219],
    entropy: 0.832395581839939,
    draws: [
      [[0, 0, 0], 2],
      [[0, 1.1, 0], 1],
      [[2.1, 0, 0], 0],
    ],
    kl: { from: { logits: [0.3, -1, 1.2] }, nats: 0.20401500062687069 },
  },
};

/** Inputs of these numbers, as a family takes them, and the numbers under the inputs' names. */
export const given = (
  { signature }: Distribution,
  parameters: Parameters,
): { readonly nodes: Arguments; readonly numbers: Parameters } => ({
  nodes: Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [
      name,
      input(name, signature.categorical ? [1, values.length] : [1]),
    ]),
  ),
  numbers: parameters,
});

/** log p at each of the values. */
export const logProbsAt = (
  distribution: Distribution,
  parameters: Parameters,
  values: readonly number[],
): readonly number[] => {
  const { nodes, numbers } = given(distribution, parameters);
  const { categorical } = distribution.signature;
  const value = input("value", [values.length], categorical ? "int" : "float");
  return runOne(distribution.logProb(nodes, value), { ...numbers, value: values });
};

/** Sums, or integrals, over all values of a distribution. */
export interface Summed {
  /** Of f(x, log p(x)). By the midpoint rule, whose error is below 1e-6 for the ranges of the cases. */
  readonly total: (f: (x: number, logProb: number, i: number) => number) => number;
  readonly expected: (f: (x: number) => number) => number;
  /** Where it looks. */
  readonly points: readonly number[];
}

export const summed = (
  distribution: Distribution,
  { parameters, values }: Pick<Case, "parameters" | "values">,
): Summed => {
  const [points, width] = pointsOf(values);
  const logProbs = logProbsAt(distribution, parameters, points);
  const total: Summed["total"] = (f) =>
    logProbs.reduce((sum, logProb, i) => sum + f(points[i] ?? Number.NaN, logProb, i) * width, 0);
  return { total, expected: (f) => total((x, logProb) => f(x) * Math.exp(logProb)), points };
};

/** Where a sum over the values looks, and how much each place stands for. */
const pointsOf = (values: Case["values"]): readonly [readonly number[], number] => {
  if ("outcomes" in values) return [values.outcomes, 1];
  const [low, high] = values.range;
  const count = 20_000;
  const width = (high - low) / count;
  return [Array.from({ length: count }, (_, i) => low + (i + 0.5) * width), width];
};
