import { Option, type Command } from "commander";
import type { Verdict } from "../index.ts";
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
