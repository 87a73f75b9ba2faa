import type { Region } from "../data/dataset.ts";
import type { Evaluation, Measured, Metrics, Terms } from "../training/event.ts";

/** A line of metrics.jsonl: numbers by name, and for evaluations the terms of every frame. */
export type MetricsLine = Readonly<Record<string, unknown>>;

/** Terms of some sequences, and which of their steps exist. */
export type MeasuredTerms = Pick<Measured, "terms" | "present">;

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** A term at each step that a sequence has: the mean over those that have it. */
export const perStep = (
  values: readonly number[],
  present: MeasuredTerms["present"],
): readonly number[] =>
  values.flatMap((value, t) => {
    const share = present?.[t] ?? 1;
    return share > 0 ? [value / share] : [];
  });

/** A term in nats per frame: all of it over all frames that exist, in one region or in the whole sequence. */
export const perFrame = (
  values: readonly number[],
  present: MeasuredTerms["present"],
  { from, to }: Pick<Region, "from" | "to"> = { from: 0, to: values.length },
): number => {
  const inside = values.slice(from, to);
  return total(inside) / total(present?.slice(from, to) ?? inside.map(() => 1));
};

/** Divergences of a frame, summed over its latents, as in `terms`; absent in a model without time. */
const klByStep = (terms: Terms): readonly number[] | undefined => {
  const curves = [...terms].filter(([name, values]) => name.startsWith("kl.") && values.length > 1);
  const length = Math.max(0, ...curves.map(([, values]) => values.length));
  if (length === 0) return undefined;
  return Array.from({ length }, (_, t) =>
    curves.reduce((sum, [, values]) => sum + (values[t] ?? 0), 0),
  );
};

/** The divergence of a frame at each step, mean over the sequences that have it; absent in a model without time. */
export const klPerFrame = ({ terms, present }: MeasuredTerms): readonly number[] | undefined => {
  const kl = klByStep(terms);
  return kl === undefined ? undefined : perStep(kl, present);
};

/** Mean KL per frame in each region that a sequence reaches, nats. */
export const klOfRegions = (
  { terms, present }: MeasuredTerms,
  regions: readonly Region[],
): readonly (readonly [region: string, kl: number])[] => {
  const kl = klByStep(terms);
  if (kl === undefined) return [];
  return regions.flatMap((region) => {
    const mean = perFrame(kl, present, region);
    return Number.isNaN(mean) ? [] : [[region.name, mean] as const];
  });
};

/** The name of the first region of a kind. */
export const regionName = (regions: readonly Region[], kind: Region["kind"]): string | undefined =>
  regions.find((region) => region.kind === kind)?.name;

/** Mean KL at recall over mean KL before it: 1 without memory, 0 with a perfect one. Infinite ones have no ratio. */
export const recallRatio = (
  series: MeasuredTerms,
  regions: readonly Region[],
): number | undefined => {
  const means = new Map(klOfRegions(series, regions));
  const [before, recall] = (["presented", "recalled"] as const).map((kind) =>
    means.get(regionName(regions, kind) ?? ""),
  );
  const ratio = (recall ?? NaN) / (before ?? NaN);
  return before !== undefined && before > 0 && Number.isFinite(ratio) ? ratio : undefined;
};

/** Term totals ("kl.z": nats per sequence), means by region ("kl.recall": nats per frame) and the last frame's KL. */
const termFields = (measured: MeasuredTerms, regions: readonly Region[]): MetricsLine => ({
  ...Object.fromEntries([...measured.terms].map(([name, values]) => [name, total(values)])),
  ...Object.fromEntries(klOfRegions(measured, regions).map(([name, kl]) => [`kl.${name}`, kl])),
  ...lastFrame(measured),
});

/** Of the last step that a sequence has. */
const lastFrame = (measured: MeasuredTerms): MetricsLine => {
  const last = klPerFrame(measured)?.at(-1);
  return last === undefined ? {} : { "kl.last": last };
};

export const metricsLine = (metrics: Metrics, regions: readonly Region[]): MetricsLine => ({
  step: metrics.iteration,
  split: "train",
  bound: metrics.bound,
  bound_per_step: metrics.boundPerStep,
  ...termFields(metrics, regions),
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
  split: evaluation.split,
  bound: evaluation.bound,
  bound_per_step: evaluation.boundPerStep,
  ...termFields(evaluation, regions),
  best: evaluation.best,
  terms: Object.fromEntries(evaluation.terms),
  ...(isRagged(evaluation) ? { present: evaluation.present } : {}),
});

const isRagged = ({ present = [] }: MeasuredTerms): boolean => present.some((share) => share !== 1);

/** Terms by step of a line that `evaluationLine` wrote. */
export const seriesOf = (line: MetricsLine | undefined): MeasuredTerms => {
  const { terms, present } = line ?? {};
  const shares = numbersOf(present);
  return {
    terms: new Map(
      Object.entries(terms ?? {}).flatMap(([name, values]: [string, unknown]) => {
        const numbers = numbersOf(values);
        return numbers === undefined ? [] : [[name, numbers] as const];
      }),
    ),
    ...(shares === undefined ? {} : { present: shares }),
  };
};

/** A list of numbers as JSON holds it: infinities are texts there. */
const numbersOf = (values: unknown): readonly number[] | undefined => {
  if (!Array.isArray(values)) return undefined;
  const numbers = values.map((value: unknown) =>
    value === "Infinity" || value === "-Infinity" ? Number(value) : value,
  );
  const isNumber = (value: unknown): value is number => typeof value === "number";
  return numbers.every(isNumber) ? numbers : undefined;
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
