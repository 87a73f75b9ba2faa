import { count, number, unit } from "../experiment/words.ts";
import type { Evaluation, Metrics, Region } from "../index.ts";
import { klOfRegions, perFrame, type MeasuredTerms } from "../experiment/metrics.ts";
import { duration } from "./text.ts";

/** What the numbers of a run are measured against. */
export interface Course {
  readonly steps: number;
  /** Updates that were done before this process began. */
  readonly from: number;
  readonly regions: readonly Region[];
  /** Whether bounds are given a frame: the model has time. */
  readonly temporal: boolean;
}

/** "step 1,240/3,000  bound -51.30 nats/frame  KL 12.10 pre-recall, 3.02 recall  38 steps/s  46 s left" */
export const progressLine = (metrics: Metrics, course: Course): string => {
  const { iteration, seconds, stepsPerSecond } = metrics;
  const width = count(course.steps).length;
  const rate = (iteration - course.from) / Math.max(seconds, 1e-9);
  return [
    `step ${count(iteration).padStart(width)}/${count(course.steps)}`,
    boundText(metrics, course),
    ...klText(metrics, course),
    `${number(stepsPerSecond)} steps/s`,
    `${duration((course.steps - iteration) / rate)} left`,
  ].join("  ");
};

/** "test 1,500  bound -52.10 nats/frame  KL ..." */
export const evaluationText = (evaluation: Evaluation, course: Course): string =>
  [
    `${evaluation.split} ${count(evaluation.iteration).padStart(count(course.steps).length)}`,
    boundText(evaluation, course),
    ...klText(evaluation, course),
    ...(evaluation.best ? ["best so far"] : []),
  ].join("  ");

/** A bound as people compare it: per frame where there are frames, else per sequence. */
const boundText = (
  { bound, boundPerStep }: { readonly bound: number; readonly boundPerStep: number },
  { temporal }: Pick<Course, "temporal">,
): string => `bound ${number(temporal ? boundPerStep : bound)} ${unit(temporal)}`;

/** Sites that a line has room for. */
const mostSites = 8;

const klText = (measured: MeasuredTerms, { regions }: Course): readonly string[] => {
  const means = klOfRegions(measured, regions);
  if (means.length > 0) {
    return [`KL ${means.map(([name, kl]) => `${number(kl)} ${name}`).join(", ")}`];
  }
  const totals = [...measured.terms]
    .filter(([name]) => name.startsWith("kl."))
    .map(([name, values]) => ({
      site: name.slice("kl.".length),
      kl: values.length > 1 ? perFrame(values, measured.present) : (values[0] ?? 0),
    }));
  if (totals.length > mostSites) {
    const sum = totals.reduce((all, { kl }) => all + kl, 0);
    return [`KL ${number(sum)} in ${count(totals.length)} sites`];
  }
  const shown = totals.map(({ site, kl }) => `${number(kl)} ${site}`);
  return shown.length === 0 ? [] : [`KL ${shown.join(", ")}`];
};
