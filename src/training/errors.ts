/** What can go wrong in a run. All wording of E071x, E072x and E082x is here. */
import { problem, type Diagnostic } from "../diagnostics/diagnostic.ts";

export const nonFinite = (
  what: string,
  iteration: number,
  notes: readonly string[],
  help: readonly string[],
): Diagnostic => problem("E0710", `${what} is not finite at iteration ${iteration}`, notes, help);

/** A number that is none, of one sequence. */
export interface BadTerm {
  /** Absent for the bound itself. */
  readonly term?: string;
  /** From 1; absent for a term without time. */
  readonly step?: number;
  readonly value: number;
}

/** "the term `loglik.x` of test sequence 3 is NaN at time step 2" */
export const placeText = ({ term, step, value }: BadTerm, sequence: string): string => {
  const what = term === undefined ? "the bound" : `the term \`${term}\``;
  const when = step === undefined ? "" : ` at time step ${step}`;
  return `${what} of ${sequence} is ${value}${when}`;
};

/** `sequence` counts from 1, in the order of the split. */
export const nonFiniteEvaluation = (
  bad: BadTerm & { readonly split: string; readonly sequence: number },
  notes: readonly string[],
  help: readonly string[],
): Diagnostic => {
  const place = placeText(bad, `${bad.split} sequence ${bad.sequence}`);
  return problem(
    "E0720",
    `the bound on the ${bad.split} data is not finite`,
    [place, ...notes],
    help,
  );
};

/** A warning: the bound is finite although one of its terms is not, so that the term has no number to print. */
export const infiniteTerm = (
  bad: BadTerm & { readonly split: string; readonly sequence: number },
): Diagnostic => ({
  ...problem(
    "E0722",
    `the term \`${bad.term ?? ""}\` on the ${bad.split} data is infinite, beside a finite bound`,
    [
      placeText(bad, `${bad.split} sequence ${bad.sequence}`),
      "some particles are impossible; the bound is of those that are not, and is right",
    ],
    ["let the guide not draw what the prior never does"],
  ),
  severity: "warning",
});

/** Where a draw is NaN, each from 1; `step` is absent for what is drawn once per sequence. */
export interface BadDraw {
  readonly draw: number;
  readonly sequence: number;
  readonly step?: number;
}

export const nonFiniteDraw = (
  name: string,
  target: string,
  { draw, sequence, step }: BadDraw,
): Diagnostic =>
  problem(
    "E0721",
    `\`${name}\` is NaN where \`${target}\` draws it`,
    [
      `draw ${draw} of sequence ${sequence}${step === undefined ? "" : ` at time step ${step}`}`,
      "a draw may leave the range that the model can compute with, although the test data does not",
    ],
    ["bound what is drawn, or what is computed of it"],
  );

/** No particle, or one that cannot be compared, is there to go on from; `sequence` counts from 1. */
export const unweighable = (sequence: number, weight: number): Diagnostic =>
  problem(
    "E0721",
    `the prefix of sequence ${sequence} cannot be weighed where \`predict\` draws from it`,
    [
      weight === -Infinity
        ? "the model gives it the probability 0 with every particle of the guide"
        : `log p(x, z) - log q(z | x) of a particle is ${weight}`,
    ],
    ["`gtmc eval` says which term it is; --prefix-weights none goes on from the guide unweighted"],
  );

export const badSchedule = (
  name: string,
  schedule: string,
  iteration: number,
  value: number,
): Diagnostic =>
  problem(
    "E0711",
    `the schedule of ${name} gives ${value} at iteration ${iteration}`,
    [`it is \`${schedule}\``],
    ["change it so that it has a value at every `step` from 1 on"],
  );

export const unreadableCheckpoint = (path: string, reason: string): Diagnostic =>
  problem("E0821", `cannot read the checkpoint ${path}`, [reason]);

export const otherCheckpoint = (path: string, found: number, known: number): Diagnostic =>
  problem(
    "E0842",
    `the checkpoint ${path} was written by another version of gtmc`,
    [`its state has version ${found}; this gtmc reads version ${known}`],
    ["use the gtmc that wrote it; env.json of the run says which began it"],
  );

export const noCheckpoint = (folder: string): Diagnostic =>
  problem(
    "E0821",
    `there is no whole checkpoint in ${folder}`,
    [],
    ["start again with `gtmc run FILE`"],
  );

export const checkpointDiffers = (differences: readonly string[]): Diagnostic =>
  problem(
    "E0822",
    "the checkpoint belongs to another model or optimizer",
    differences.length <= 5
      ? differences
      : [...differences.slice(0, 4), `and ${differences.length - 4} more such differences`],
    ["resume with the sizes and the optimizer of the run, or start another with `gtmc run FILE`"],
  );

export const nothingToStopBy = (): Diagnostic =>
  problem(
    "E0627",
    "early stopping needs data to stop by",
    ["the data set has no split `validation`; a test set that says when to stop is no test"],
    ["set some of the training data aside, such as by `validation = 0.1`"],
  );
