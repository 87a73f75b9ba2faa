/** What can go wrong in a run. All wording of E071x and E082x is here. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";

const runError = (
  code: Diagnostic["code"],
  message: string,
  notes: readonly string[] = [],
  help: readonly string[] = [],
): Diagnostic => ({ code, severity: "error", message, secondary: [], notes, help });

export const nonFinite = (
  what: string,
  iteration: number,
  notes: readonly string[],
  help: readonly string[],
): Diagnostic => runError("E0710", `${what} is not finite at iteration ${iteration}`, notes, help);

export const badSchedule = (
  name: string,
  schedule: string,
  iteration: number,
  value: number,
): Diagnostic =>
  runError(
    "E0711",
    `the schedule of ${name} gives ${value} at iteration ${iteration}`,
    [`it is \`${schedule}\``],
    ["change it so that it has a value at every `step` from 1 on"],
  );

export const unreadableCheckpoint = (path: string, reason: string): Diagnostic =>
  runError("E0821", `cannot read the checkpoint ${path}`, [reason]);

export const noCheckpoint = (folder: string): Diagnostic =>
  runError(
    "E0821",
    `there is no whole checkpoint in ${folder}`,
    [],
    ["start again with `gtmc run FILE`"],
  );

export const checkpointDiffers = (differences: readonly string[]): Diagnostic =>
  runError(
    "E0822",
    "the checkpoint belongs to another model or optimizer",
    differences.length <= 5
      ? differences
      : [...differences.slice(0, 4), `and ${differences.length - 4} more such differences`],
    ["resume with the sizes and the optimizer of the run, or start another with `gtmc run FILE`"],
  );
