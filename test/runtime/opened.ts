/** The TensorFlow.js backends that work on this machine, and why the others do not. */
import type { Result } from "../../src/diagnostics/diagnostic.ts";
import type { Unavailable } from "../../src/runtime/backend.ts";
import { openTfjs, type TfjsBackend } from "../../src/runtime/tfjs/index.ts";

export interface Opened {
  readonly available: readonly { readonly name: string; readonly backend: TfjsBackend }[];
  readonly unavailable: readonly Unavailable[];
}

export const openAll = async (): Promise<Opened> => {
  const available: Opened["available"][number][] = [];
  const unavailable: Unavailable[] = [];
  for (const kind of ["cpu", "wasm", "node"] as const) {
    try {
      const backend = await openTfjs(kind);
      available.push({ name: backend.name, backend });
    } catch (error) {
      unavailable.push({
        name: `tfjs:${kind}`,
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return { available, unavailable };
};

/** The value, or a failure of the test. */
export const need = <T>(result: Result<T>): T => {
  if (result.ok) return result.value;
  throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
};
