/** What can be wrong with a run folder. */
import { problem, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { runFormat } from "./contents.ts";

export const folderTaken = (path: string): Diagnostic =>
  problem(
    "E0814",
    `the run folder \`${path}\` exists already`,
    ["a run is never overwritten"],
    ["give --out another name, or leave it out to have one made"],
  );

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

export const cannotCreate = (path: string, error: unknown): Diagnostic =>
  problem(
    "E0816",
    `cannot create the run folder \`${path}\``,
    [reasonOf(error)],
    ["give --out a folder that can be made there"],
  );

export const cannotLock = (path: string, error: unknown): Diagnostic =>
  problem(
    "E0816",
    `cannot lock the run folder \`${path}\` for this process`,
    [reasonOf(error)],
    ["work in a folder that is there and that this process may write to"],
  );

export const notARun = (path: string, notes: readonly string[]): Diagnostic =>
  problem("E0815", `\`${path}\` is not a run folder`, notes, [
    "`gtmc run FILE` makes one and prints its path",
  ]);

/** `model` is the file of the folder to start again from, as is that of the next. */
export const damagedRun = (path: string, model: string, notes: readonly string[]): Diagnostic =>
  problem("E0843", `the run folder \`${path}\` is damaged`, notes, [
    `restore these files, or start again: gtmc run ${model}`,
  ]);

export const otherFormat = (
  path: string,
  model: string,
  format: number,
  writer: string | undefined,
): Diagnostic =>
  problem(
    "E0842",
    `the run folder \`${path}\` was written by another version of gtmc`,
    [
      `its format is ${format}${writer === undefined ? "" : `, written by gtmc ${writer}`}; this gtmc reads formats up to ${runFormat}`,
    ],
    [
      writer === undefined ? "use the gtmc that wrote it" : `use gtmc ${writer} or later for it`,
      `or start again: gtmc run ${model}`,
    ],
  );

/** What a lock says of who has it. */
interface Holding {
  readonly verb: string;
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  /** Whether it is the machine of this process. */
  readonly here: boolean;
}

export const inUse = (path: string, lock: string, holder: Holding | undefined): Diagnostic => {
  const message = `the run folder \`${path}\` is in use`;
  if (holder === undefined) {
    return problem(
      "E0841",
      message,
      [`its lock ${lock} does not say which process holds it`],
      ["if no other gtmc works in the folder, remove that file"],
    );
  }
  const { verb, since, pid, host, here } = holder;
  return problem(
    "E0841",
    message,
    [`\`gtmc ${verb}\` has worked in it since ${since}: process ${pid} on ${host}`],
    here
      ? [`wait until it ends, or interrupt it: kill ${pid}; it leaves a checkpoint`]
      : [`if no such process runs on ${host} any more, remove ${lock}`],
  );
};
