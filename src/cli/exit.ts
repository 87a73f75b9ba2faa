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
 * What a list of errors means for the caller: the command line before the model, the model before data. An error in
 * an override points into the argument or the `--config` file; that is the command line's fault, whatever its code.
 */
export const exitOf = (diagnostics: readonly Diagnostic[], configPath?: string): number => {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const codes = new Set(errors.map((error) => classify(error, configPath)));
  const { usage, model, environment, data, numerics } = exits;
  const worst = [usage, model, environment, data, numerics].find((code) => codes.has(code));
  return worst ?? exits.done;
};

type ErrorExit = 1 | 2 | 3 | 4 | 5;

/** What no command line, model or data is to blame for: the machine has too little memory. */
const ofEnvironment: ReadonlySet<string> = new Set(["E0358"]);

const classify = ({ code, primary }: Diagnostic, configPath: string | undefined): ErrorExit => {
  const file = primary?.span.file;
  if (file?.startsWith("--") === true || (file !== undefined && file === configPath)) {
    return exits.usage;
  }
  if (ofEnvironment.has(code)) return exits.environment;
  if (code.startsWith("E06") || code.startsWith("E082")) return exits.data;
  if (code.startsWith("E071") || code.startsWith("E072")) return exits.numerics;
  const chosen = code.startsWith("E070") || (code.startsWith("E08") && file === undefined);
  return chosen ? exits.usage : exits.model;
};
