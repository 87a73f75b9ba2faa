/** What can be wrong with an experiment before anything is computed. All wording of it is here. */
import { problem, type Diagnostic } from "../diagnostics/diagnostic.ts";
import type { DataDigest } from "../program/digest.ts";
import type { MemoryNeed } from "../program/forecast.ts";

export const noData = (file: string): Diagnostic =>
  problem(
    "E0823",
    `${file} names no data to train on`,
    [],
    [
      "add a line such as `data = perfect_recall(images = mnist, l = 10, k = 3)` to its `train` block, or give it by --set",
    ],
  );

export const cannotPredict = (prefix: number, steps: number | undefined): Diagnostic =>
  steps === undefined
    ? problem(
        "E0817",
        "the model has no time to predict",
        [],
        ["use --target prior or reconstruct"],
      )
    : problem(
        "E0817",
        `--prefix ${prefix} leaves nothing to predict`,
        [`the sequences have ${steps} steps`],
        [`use --prefix ${steps - 1} or less`],
      );

/** A warning: early stopping was asked for, and nothing said by which data. */
export const setAside = (): Diagnostic => ({
  ...problem(
    "E0628",
    "early stopping watches a validation split: the last tenth of the training data is set aside",
    ["it chooses when to stop and which checkpoint is the best; nothing of it trains or tests"],
    ["say which part it is by an argument of the data, `validation = 0.1`"],
  ),
  severity: "warning",
});

/** A warning: draws for a sequence that comes again are more draws for it, not for another one. */
export const repeatedTest = (sequences: number, stored: number): Diagnostic => ({
  ...problem(
    "E0626",
    `${sequences} sequences repeat those of the test data, which are ${stored}`,
    ["draws are conditioned on test sequences, in their order and then from the first again"],
    [`use --sequences ${stored}, and --samples for more draws of each`],
  ),
  severity: "warning",
});

/** A warning: what was chosen by the test data looks better on them than it is. */
export const chosenByTest = (): Diagnostic => ({
  ...problem(
    "E0629",
    "the best checkpoint was chosen by the test data",
    ["the data have no split `validation`, so that bounds on test data flatter it"],
    ["set some of the training data aside by an argument of the data, `validation = 0.1`"],
  ),
  severity: "warning",
});

/** `changes` are splits with what the run began with and what there is. */
export const otherData = (
  changes: readonly (readonly [string, DataDigest | undefined, DataDigest | undefined])[],
): Diagnostic => ({
  ...problem(
    "E0633",
    "the data are not those that the run began with",
    changes.map(([split, kept, found]) => `${split}: ${describeChange(kept, found)}`),
    ["bring the data back as they were; what follows is from the data as they are now"],
  ),
  severity: "warning",
});

const describeChange = (kept: DataDigest | undefined, found: DataDigest | undefined): string => {
  if (kept === undefined) return "there was none, now there is";
  if (found === undefined) return "there is none now";
  return kept.sequences === found.sequences
    ? "other values"
    : `${kept.sequences ?? "made up"} sequences then, ${found.sequences ?? "made up"} now`;
};

export const tooLargeForMachine = (need: MemoryNeed, available: number): Diagnostic =>
  tooLarge(
    ["the model needs", "training takes"],
    [need, available],
    [
      "make dimensions smaller, or the batch, the particles or the sequences",
      "`gtmc info FILE` shows what each part takes",
    ],
  );

export const drawsTooLarge = (need: MemoryNeed, available: number): Diagnostic =>
  tooLarge(
    ["the draws need", "drawing takes"],
    [need, available],
    ["take fewer --sequences or --samples; several samples of a run lie side by side"],
  );

export const chunkTooLarge = (need: MemoryNeed, available: number): Diagnostic =>
  tooLarge(
    ["the chunk of particles needs", "computing it takes"],
    [need, available],
    ["take a smaller --chunk: the bound is of all --particles whatever it is"],
  );

const tooLarge = (
  [what, takes]: readonly [string, string],
  [{ bytes, atLeast }, available]: readonly [MemoryNeed, number],
  help: readonly string[],
): Diagnostic =>
  problem(
    "E0358",
    `${what} more memory than there is`,
    [
      `${takes} ${atLeast ? "at least" : "about"} ${inGigabytes(bytes)}, and this machine has ${inGigabytes(available)}`,
    ],
    help,
  );

const inGigabytes = (bytes: number): string => {
  const gigabytes = bytes / 1e9;
  return `${gigabytes < 100 ? gigabytes.toFixed(1) : Math.round(gigabytes).toLocaleString("en-GB")} GB`;
};
