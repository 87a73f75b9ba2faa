import { Option, type Command } from "commander";
import { success, type Result } from "../diagnostics/diagnostic.ts";
import type { Verdict, VerifyOptions, SampleSizes, SampleTarget } from "../index.ts";
import { defaultPrefix, SHOWN, type Parameters } from "../experiment/pictures.ts";
import type { Stage } from "../experiment/stage.ts";
import { duration } from "./text.ts";

/** What a command line says of verification; nothing is said unless asked. */
export interface VerificationOptions {
  readonly verify?: boolean;
}

export const withVerification = (command: Command): Command =>
  command
    .addOption(
      new Option(
        "--verify",
        "compare all compiled programs with the reference before the first step (default: those for which half a second suffices)",
      ),
    )
    .option("--no-verify", "compare nothing");

/** Seconds for training's programs and for draws: what nobody asked for, and what a whole verification strives to keep within. */
const UNASKED = { training: 0.4, drawing: 0.1 } as const;
const ASKED = { training: 10, drawing: 10 } as const;

/** How much of training's programs to compare, and of those that draw. */
export interface Verifying {
  readonly training: VerifyOptions;
  readonly drawing: VerifyOptions;
}

/** Seconds that compiling the draws takes where the C compiler is called. */
const CALLS = 4;

/** `undefined` for nothing at all. */
export const verifying = ({ verify }: VerificationOptions): Verifying | undefined => {
  if (verify === false) return undefined;
  const force = verify === true;
  const { training, drawing } = force ? ASKED : UNASKED;
  return { training: { seconds: training, force }, drawing: { seconds: drawing, force } };
};

/** Compares the draws of every target, at the sizes of a report's pictures. */
export const verifyDraws = async (
  stage: Stage,
  parameters: Parameters,
  { drawing }: Verifying,
): Promise<Result<readonly Verdict[]>> => {
  const { program, dataset, backend, dims } = stage;
  const { steps } = dataset;
  // Each would be one more call of the C compiler, a second that nobody asked for.
  if (!drawing.force && backend.name === "native") {
    return success([{ kind: "skipped", program: "draws", seconds: CALLS }]);
  }
  const prefix = defaultPrefix(stage);
  const sizes: SampleSizes = {
    batch: SHOWN,
    samples: 1,
    dims,
    ...(steps === undefined ? {} : { steps }),
  };
  const inferred = { ...sizes, ragged: dataset.ragged };
  const targets: readonly (readonly [SampleTarget, SampleSizes])[] = [
    ["prior", sizes],
    ["posterior", inferred],
    ["reconstruct", inferred],
    ...(prefix === undefined ? [] : [["predict", { ...inferred, prefix }] as const]),
  ];
  const { verifySampling } = await import("../index.ts");
  return verifySampling({ program, dataset, backend, parameters, targets, options: drawing });
};

/** "verified   training step (8 sequences), test bound (8), equal to the reference", and what was left out. */
export const describeVerdicts = (verdicts: readonly Verdict[]): string => {
  const verified = verdicts.flatMap((one) => (one.kind === "equal" ? [one] : []));
  const skipped = verdicts.flatMap((one) => (one.kind === "skipped" ? [one] : []));
  const compared = verified.map(({ program, sequences }, i) => {
    const counted = i > 0 ? "" : sequences === 1 ? " sequence" : " sequences";
    return `${program} (${sequences}${counted})`;
  });
  const left = skipped.map(({ program }) => program);
  const seconds = skipped.reduce((sum, one) => sum + one.seconds, 0);
  const time = seconds < 1 ? "nearly a second" : duration(seconds);
  return [
    ...(verified.length === 0
      ? []
      : [`verified   ${compared.join(", ")}, equal to the reference\n`]),
    ...(skipped.length === 0
      ? []
      : [`unverified ${left.join(", ")}: that takes ${time}, ask for it with --verify\n`]),
  ].join("");
};
