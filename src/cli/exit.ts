import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/** Exit codes, a contract with scripts. */
export const exits = {
  done: 0,
  model: 1,
  usage: 2,
  data: 3,
  numerics: 4,
  environment: 5,
  internal: 70,
  interrupted: 130,
} as const;

/**
 * What a list of errors means for the caller: the command line before the model, the model before the environment and data. An error in
 * an override points into the argument or the `--config` file; that is the command line's fault, whatever its code.
 */
export const exitOf = (diagnostics: readonly Diagnostic[], configPath?: string): number => {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const codes = new Set(errors.map((error) => classify(error, configPath)));
  const { internal, usage, model, environment, data, numerics } = exits;
  const worst = [internal, usage, model, environment, data, numerics].find((code) =>
    codes.has(code),
  );
  return worst ?? exits.done;
};

type ErrorExit = 1 | 2 | 3 | 4 | 5 | 70;

/**
 * What no command line, model or data could mend: a backend that is not there, a disk, too little memory, a folder that
 * another process has.
 */
const ofEnvironment: ReadonlySet<string> = new Set([
  "E0358",
  "E0702",
  "E0704",
  "E0705",
  "E0816",
  "E0841",
]);

/** Of a run folder, which is data as soon as it is one. */
const ofRun: ReadonlySet<string> = new Set(["E0842", "E0843"]);

const classify = ({ code, primary }: Diagnostic, configPath: string | undefined): ErrorExit => {
  const file = primary?.span.file;
  if (file?.startsWith("--") === true || (file !== undefined && file === configPath)) {
    return exits.usage;
  }
  if (code.startsWith("E074")) return exits.internal;
  if (ofEnvironment.has(code)) return exits.environment;
  if (ofRun.has(code) || code.startsWith("E06") || code.startsWith("E082")) return exits.data;
  if (code.startsWith("E071") || code.startsWith("E072")) return exits.numerics;
  const chosen = code.startsWith("E070") || (code.startsWith("E08") && file === undefined);
  return chosen ? exits.usage : exits.model;
};
