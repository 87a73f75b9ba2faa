import { packageVersion } from "../run/version.ts";
import { exits } from "./exit.ts";
import type { Io } from "./io.ts";

/** `gtmc --version`, which loads nothing else. */
export const main = (_argv: readonly string[], io: Io): Promise<number> => {
  io.stdout(`${packageVersion()}\n`);
  return Promise.resolve(exits.done);
};
