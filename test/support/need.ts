import type { Result } from "../../src/diagnostics/diagnostic.ts";
import { renderText } from "../../src/diagnostics/render.ts";

/** The value, or a failure of the test. */
export const need = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(renderText(result.diagnostics, new Map(), { color: false }));
  return result.value;
};
