import type { Evaluation, Metrics, Region, Terms } from "../index.ts";

/** A line of metrics.jsonl: numbers by name, and for evaluations the terms of every frame. */
export type MetricsLine = Readonly<Record<string, unknown>>;

/** Nats a frame, summed over the latents of a frame; absent in a model without time. */
export const klPerFrame = (terms: Terms): readonly number[] | undefined => {
  const curves = [...terms].filter(([name, values]) => name.startsWith("kl.") && values.length > 1);
  const length = Math.max(0, ...curves.map(([, values]) => values.length));
  if (length === 0) return undefined;
  return Array.from({ length }, (_, t) =>
    curves.reduce((sum, [, values]) => sum + (values[t] ?? 0), 0),
  );
};

/** Mean KL a frame in each region, nats. */
export const klOfRegions = (
  terms: Terms,
  regions: readonly Region[],
): readonly (readonly [region: string, kl: number])[] => {
  const kl = klPerFrame(terms);
  if (kl === undefined) return [];
  return regions.map(({ name, from, to }) => {
    const inside = kl.slice(from, to);
    return [name, inside.reduce((sum, value) => sum + value, 0) / inside.length];
  });
};

/** Mean KL at recall over mean KL before it: 1 without memory, 0 with a perfect one. */
export const recallRatio = (terms: Terms, regions: readonly Region[]): number | undefined => {
  const means = new Map(klOfRegions(terms, regions));
  const [before, recall] = [means.get("pre-recall"), means.get("recall")];
  return before === undefined || recall === undefined || before <= 0 ? undefined : recall / before;
};

/** Term totals ("kl.z": nats a sequence), means by region ("kl.recall": nats a frame) and the last frame's KL. */
const termFields = (terms: Terms, regions: readonly Region[]): MetricsLine => ({
  ...Object.fromEntries(
    [...terms].map(([name, values]) => [name, values.reduce((sum, value) => sum + value, 0)]),
  ),
  ...Object.fromEntries(klOfRegions(terms, regions).map(([name, kl]) => [`kl.${name}`, kl])),
  ...lastFrame(terms),
});

const lastFrame = (terms: Terms): MetricsLine => {
  const last = klPerFrame(terms)?.at(-1);
  return last === undefined ? {} : { "kl.last": last };
};

export const metricsLine = (metrics: Metrics, regions: readonly Region[]): MetricsLine => ({
  step: metrics.iteration,
  split: "train",
  bound: metrics.bound,
  bound_per_step: metrics.boundPerStep,
  ...termFields(metrics.terms, regions),
  grad_norm: metrics.gradNorm,
  lr: metrics.learningRate,
  kl_weight: metrics.klWeight,
  seconds: metrics.seconds,
  steps_per_second: metrics.stepsPerSecond,
});

export const evaluationLine = (
  evaluation: Evaluation,
  regions: readonly Region[],
): MetricsLine => ({
  step: evaluation.iteration,
  split: "test",
  bound: evaluation.bound,
  bound_per_step: evaluation.boundPerStep,
  ...termFields(evaluation.terms, regions),
  best: evaluation.best,
  terms: Object.fromEntries(evaluation.terms),
});

/** Terms by frame of a line that `evaluationLine` wrote. */
export const termsOf = (line: MetricsLine): Terms => {
  const terms = line["terms"];
  if (typeof terms !== "object" || terms === null) return new Map();
  return new Map(
    Object.entries(terms).flatMap(([name, values]: [string, unknown]) =>
      Array.isArray(values) && values.every((value) => typeof value === "number")
        ? [[name, values] as const]
        : [],
    ),
  );
};

/** One quantity over iterations. */
export const curve = (
  lines: readonly MetricsLine[],
  split: "train" | "test",
  key: string,
): readonly (readonly [number, number])[] =>
  lines.flatMap((line) => {
    const [step, value] = [line["step"], line[key]];
    return line["split"] === split && typeof step === "number" && typeof value === "number"
      ? [[step, value] as const]
      : [];
  });
