import { renderText } from "../diagnostics/render.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Result } from "../diagnostics/diagnostic.ts";

/** What a function gives that only refuses arguments which the command line never gives. */
export const sure = <T>(result: Result<T>): T => {
  invariant(result.ok, result.ok ? "" : renderText(result.diagnostics));
  return result.value;
};
