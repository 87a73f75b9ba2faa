import { codes, type Fault } from "../diagnostics/codes.ts";
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

/** What is wrong with data that were found by a right command line. */
const isOfData = (code: Diagnostic["code"]): boolean =>
  codes[code][0] === "data" && code !== "E0601" && code !== "E0602";

/** An override that is wrong is the command line's fault, whatever its code; else each code has its own. */
const classify = ({ code, primary }: Diagnostic, configPath: string | undefined): ExitCode => {
  const file = primary?.span.file;
  const override = file?.startsWith("--") === true || (file !== undefined && file === configPath);
  return override && !isOfData(code) ? exits.usage : exitOfFault[codes[code][0]];
};

type ExitCode = (typeof exits)[keyof typeof exits];

/** The exit code of an error by whose fault it is. */
export const exitOfFault: { readonly [F in Fault]: ExitCode } = {
  model: exits.model,
  usage: exits.usage,
  data: exits.data,
  numerics: exits.numerics,
  environment: exits.environment,
  internal: exits.internal,
  // Only ever warned of.
  warning: exits.internal,
};
