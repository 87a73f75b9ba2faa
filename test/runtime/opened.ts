/** The backends that work on this machine, and why the others do not. */
import type { Backend, Unavailable } from "../../src/runtime/backend.ts";
import { openNative } from "../../src/runtime/native/index.ts";
import { backendNames, openBackend } from "../../src/runtime/select.ts";
import { openWasm } from "../../src/runtime/wasm/index.ts";

export interface Opened {
  readonly available: readonly { readonly name: string; readonly backend: Backend }[];
  readonly unavailable: readonly Unavailable[];
}

/** Every backend but the reference. */
export const openAll = async (): Promise<Opened> => {
  const available: Opened["available"][number][] = [];
  const unavailable: Unavailable[] = [];
  for (const name of backendNames) {
    if (name === "reference") continue;
    const opened = await openBackend(name);
    if (opened.ok) available.push({ name, backend: opened.value.backend });
    else unavailable.push({ name, reason: opened.diagnostics.map((d) => d.message).join("; ") });
  }
  return { available, unavailable };
};

/** The backends that compile, with one thread and with two. */
export const openThreads = async (): Promise<Opened> => {
  const available: Opened["available"][number][] = [];
  const unavailable: Unavailable[] = [];
  for (const threads of [1, 2]) {
    for (const open of [openWasm, openNative]) {
      const name = `${open === openWasm ? "wasm" : "native"}, threads: ${threads}`;
      try {
        available.push({ name, backend: await open({ threads }) });
      } catch (error) {
        unavailable.push({ name, reason: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  return { available, unavailable };
};
