import { didYouMean } from "../diagnostics/nearest.ts";
import { problem, type Diagnostic } from "../diagnostics/diagnostic.ts";

/** What can be wrong with a command line. All wording of E081x that is not of the run folder is here. */
export const usageError = (message: string, help: readonly string[]): Diagnostic =>
  problem("E0811", message, [], help);

/** `wanted` is the code that the word stands for. */
export const unknownCode = (word: string, wanted: string, known: readonly string[]): Diagnostic =>
  usageError(
    `there is no code \`${word}\``,
    didYouMean(wanted, known, ["a code is the letter E and four digits, such as E0502"]),
  );

/** An option without effect, since another one is not what it belongs to. */
export const onlyFor = (option: string, other: string): Diagnostic =>
  usageError(`\`${option}\` is only for \`${other}\``, [`leave it out, or use \`${other}\``]);

/** A setting that one command line makes twice, or together with all of what it is part of: order would choose in silence. */
export const setTwice = (settings: readonly string[]): Diagnostic | undefined => {
  const paths = settings.map((text) => text.slice(0, text.indexOf("=")).replaceAll(/\s/gu, ""));
  const at = paths.findIndex((path, i) =>
    paths.slice(0, i).some((other) => other === path || other.startsWith(`${path}.`)),
  );
  const path = paths[at];
  if (path === undefined) return undefined;
  const given = settings.filter((_, i) => paths[i] === path || paths[i]?.startsWith(`${path}.`));
  return {
    ...usageError(`\`${path}\` is set twice`, ["leave out all but one"]),
    notes: given.map((text) => `--set ${text}`),
  };
};

/** What the operating system says that it did not do. */
interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
}

/** Errors of Node's own have codes such as ERR_INVALID_ARG_TYPE; only those of ERR_FS_ speak of the disk. */
const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error &&
  "code" in error &&
  typeof error.code === "string" &&
  /^(?:E[A-Z0-9]+|ERR_FS_E[A-Z]+)$/u.test(error.code) &&
  "syscall" in error &&
  typeof error.syscall === "string";

interface Refusal {
  readonly claim: string;
  readonly help: string;
}

const noRoom: Refusal = {
  claim: "the disk is full",
  help: "make room, or name another disk with --out",
};
const notAllowed: Refusal = {
  claim: "a file or folder may not be used so",
  help: "give permission, or name another place with --out",
};
const tooMany: Refusal = {
  claim: "too many files are open",
  help: "end other programs, or allow more: ulimit -n 4096",
};
const refusals: ReadonlyMap<string, Refusal> = new Map([
  ["ENOSPC", noRoom],
  ["EDQUOT", { claim: "the disk quota is used up", help: noRoom.help }],
  ["EFBIG", { claim: "a file would be larger than allowed", help: "allow more: ulimit -f" }],
  ["EROFS", { claim: "a disk can only be read", help: "name another place with --out" }],
  ["EACCES", notAllowed],
  ["EPERM", notAllowed],
  ["EMFILE", tooMany],
  ["ENFILE", tooMany],
  [
    "ENOENT",
    {
      claim: "a file or folder is gone, or its folder is not there",
      help: "bring it back, and leave run folders as they are while gtmc works in them",
    },
  ],
]);

/** What the machine refused: a full disk, a folder without permission. `undefined` for every other error. */
export const refusedByMachine = (error: unknown): Diagnostic | undefined => {
  if (!isSystemError(error)) return undefined;
  const { claim, help } = refusals.get(error.code) ?? {
    claim: "a file could not be written or read",
    help: "see to that place, or name another one with --out",
  };
  return problem(
    "E0816",
    claim,
    [error.message, "what a run wrote before is whole: `gtmc resume RUN` goes on from there"],
    [help],
  );
};

/** A diagnostic without a place, where nothing can be loaded any more that would print it well. */
export const plainly = ({ code, message, notes, help }: Diagnostic): string =>
  [
    `error[${code}]: ${message}`,
    ...notes.map((note) => `  = note: ${note}`),
    ...help.map((one) => `  = help: ${one}`),
    "",
  ].join("\n");

export const cannotReadFile = (path: string, reason: string): Diagnostic =>
  problem("E0812", `cannot read \`${path}\``, [reason]);

export const badConfigFile = (path: string, reason: string): Diagnostic =>
  problem(
    "E0813",
    `\`${path}\` is not a configuration`,
    [reason],
    ['it is an object of the paths of --set, such as {"Z": 64, "train.steps": 500}'],
  );
