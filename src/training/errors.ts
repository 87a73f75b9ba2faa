/** What can go wrong in a run. All wording of E071x and E082x is here. */
import { problem, type Diagnostic } from "../diagnostics/diagnostic.ts";

export const nonFinite = (
  what: string,
  iteration: number,
  notes: readonly string[],
  help: readonly string[],
): Diagnostic => problem("E0710", `${what} is not finite at iteration ${iteration}`, notes, help);

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
