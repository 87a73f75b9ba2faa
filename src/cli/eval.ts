import { placesOf, withComputeOptions, type ComputeOptions } from "./compute.ts";
import { pathOf, wrongOfRun } from "./source.ts";
import { count, number, unit } from "../experiment/words.ts";
import { Option } from "commander";
import type { BoundEstimate, Region } from "../index.ts";
import type { Io } from "./io.ts";
import { perFrame, perStep, type MeasuredTerms } from "../experiment/metrics.ts";

import { columns } from "./text.ts";
import { verb, wholeNumber } from "./usage.ts";
import { outcome, wrong, type Common, type Ending, type Verb } from "./verb.ts";

interface EvalOptions extends Common, ComputeOptions {
  readonly particles: number;
  readonly chunk: number;
  readonly batches: number;
  readonly checkpoint: "latest" | "best";
}

/** `gtmc eval`: a tight bound on the test split, and what it is made of. */
export const evaluate = (): Verb => {
  const command = withComputeOptions(
    verb(
      "eval",
      "Estimate the bound on the test data with many particles, and its terms by site and region.",
      example,
    ),
  )
    .option("--particles <n>", "particles of the bound", wholeNumber(1), 100)
    .option("--chunk <n>", "particles computed at once", wholeNumber(1), 10)
    .option("--batches <n>", "test batches, of the size of training", wholeNumber(1), 4)
    .addOption(checkpointOption())
    .argument("<RUN>", "a run folder");
  return {
    command,
    act: (io) => evaluateRun(io, command.args[0] ?? "", command.opts<EvalOptions>()),
  };
};

/** Which parameters of a run to look at. */
export const checkpointOption = (): Option =>
  new Option(
    "--checkpoint <which>",
    "the last one, or the best on validation data (on test data without them)",
  )
    .choices(["latest", "best"])
    .default("latest");

const example = `  gtmc eval runs/vrnn-2026-08-22T10-31-07-s1 --particles 1000
`;

const evaluateRun = async (io: Io, path: string, options: EvalOptions): Promise<Ending> => {
  const { evaluateExperiment, openExperiment } = await import("../index.ts");
  const { checkpoint, particles, chunk, batches } = options;
  const opened = await openExperiment(pathOf(io, path), { ...placesOf(io, options), checkpoint });
  if (!opened.ok) return wrongOfRun(io, path, opened.diagnostics);
  const { program, dataset, state } = opened.value;
  const { sources } = program;
  const estimate = await evaluateExperiment(opened.value, { particles, chunk, batches });
  if (!estimate.ok) return wrong(estimate.diagnostics, { sources });
  const bound = estimate.value;
  const temporal = dataset.steps !== undefined;
  return outcome(
    describe(bound, {
      step: state.iteration,
      temporal,
      regions: dataset.regions,
      stored: dataset.sequences?.test,
    }),
    {
      step: state.iteration,
      bound: bound.bound,
      boundPerStep: temporal ? bound.boundPerStep : null,
      standardError: bound.standardError ?? null,
      ...(Number.isFinite(bound.elbo) ? { elbo: bound.elbo } : {}),
      particles: bound.particles,
      effectiveParticles: bound.effectiveParticles,
      sequences: bound.sequences,
      stored: dataset.sequences?.test ?? null,
      terms: Object.fromEntries(
        [...bound.terms].filter(([, values]) => values.every(Number.isFinite)),
      ),
      perStep: stepMeans(bound),
      regions: Object.fromEntries(
        dataset.regions.map((region) => [region.name, regionMeans(bound, region)]),
      ),
    },
    { warnings: [...opened.warnings, ...estimate.warnings], sources },
  );
};

interface Context {
  readonly step: number;
  readonly temporal: boolean;
  readonly regions: readonly Region[];
  /** Test sequences that there are; absent where batches are made up of fresh draws. */
  readonly stored: number | undefined;
}

const describe = (bound: BoundEstimate, context: Context): string => {
  const { step, temporal, regions, stored = bound.sequences } = context;
  const { terms, present, standardError } = bound;
  const spread = standardError === undefined ? "" : ` +- ${number(standardError)}`;
  const some = stored > bound.sequences ? ` of ${count(stored)}` : "";
  const tight = bound.particles > 1 && [...terms.keys()].some((name) => name.startsWith("kl."));
  const facts = columns([
    ["bound", `${number(bound.bound)}${spread} nats per sequence`],
    ...(temporal ? [["", `${number(bound.boundPerStep)} ${unit(temporal)}`]] : []),
    ...(tight
      ? [["elbo", `${number(bound.elbo)} nats per sequence, what the terms add up to`]]
      : []),
    [
      "particles",
      `${count(bound.particles)}, of which effective ${number(bound.effectiveParticles)}`,
    ],
    ["data", `${count(bound.sequences)}${some} test sequences`],
    ["step", count(step)],
  ]);
  const header = [
    "term",
    "nats",
    ...(temporal ? ["nats/frame"] : []),
    ...regions.map(({ name }) => name),
  ];
  const rows = [...terms].map(([name, values]) => [
    name,
    number(total(values)),
    ...(temporal ? [values.length > 1 ? number(perFrame(values, present)) : ""] : []),
    ...regions.map((region) =>
      values.length > 1 ? number(perFrame(values, present, region)) : "",
    ),
  ]);
  const right = header.map((_, i) => i).slice(1);
  return `${facts}\n${columns([header, ...rows], right)}`;
};

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Terms by step, each the mean over the sequences that have it; without infinite ones, which a warning names. */
const stepMeans = ({
  terms,
  present,
}: MeasuredTerms): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(
    [...terms]
      .filter(([, values]) => values.length > 1 && values.every(Number.isFinite))
      .map(([name, values]) => [name, perStep(values, present)]),
  );

/** Nats per frame in one region, by term; without those that no sequence reaches. */
const regionMeans = (
  { terms, present }: MeasuredTerms,
  region: Region,
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...terms]
      .filter(([, values]) => values.length > 1)
      .map(([name, values]) => [name, perFrame(values, present, region)] as const)
      .filter(([, mean]) => Number.isFinite(mean)),
  );
