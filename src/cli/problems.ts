import { problem, type Diagnostic } from "../diagnostics/diagnostic.ts";
import type { MemoryNeed } from "../index.ts";

/** What can be wrong with a command line. All wording of E081x that is not of the run folder is here. */
export const usageError = (message: string, help: readonly string[]): Diagnostic =>
  problem("E0811", message, [], help);

/** What the machine refused: a full disk, a folder without permission. `undefined` for every other error. */
export const refusedByMachine = (error: unknown): Diagnostic | undefined => {
  const refusals = new Set(["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "EMFILE"]);
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" && refusals.has(error.code)
    ? problem(
        "E0816",
        "a file could not be written or read",
        [error.message, "what was written before is whole; `gtmc resume RUN` goes on from there"],
        ["make room or give permission, or name another place with --out"],
      )
    : undefined;
};

export const cannotReadFile = (path: string, reason: string): Diagnostic =>
  problem("E0812", `cannot read \`${path}\``, [reason]);

export const badConfigFile = (path: string, reason: string): Diagnostic =>
  problem(
    "E0813",
    `\`${path}\` is not a configuration`,
    [reason],
    ['it is an object of the paths of --set, such as {"Z": 64, "train.steps": 500}'],
  );

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

export const tooLargeForMachine = ({ bytes, atLeast }: MemoryNeed, available: number): Diagnostic =>
  problem(
    "E0358",
    "the model needs more memory than there is",
    [
      `training takes ${atLeast ? "at least" : "about"} ${inGigabytes(bytes)}, and this machine has ${inGigabytes(available)}`,
    ],
    [
      "make dimensions smaller, or the batch, the particles or the sequences",
      "`gtmc info FILE` shows what each part takes",
    ],
  );

const inGigabytes = (bytes: number): string => {
  const gigabytes = bytes / 1e9;
  return `${gigabytes < 100 ? gigabytes.toFixed(1) : Math.round(gigabytes).toLocaleString("en-GB")} GB`;
};
