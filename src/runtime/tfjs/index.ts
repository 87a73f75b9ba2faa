/** The backends on TensorFlow.js. Importing this loads none of it; opening one does. */
import { backendOf } from "./backend.ts";
import type { TfjsBackend } from "./buffers.ts";
import { openPlain } from "./plain.ts";
import { openWasm } from "./wasm.ts";

export type { TfjsBackend } from "./buffers.ts";

/** Throws where TensorFlow.js cannot be loaded. */
const devices = {
  wasm: async (): Promise<TfjsBackend> => backendOf(await openWasm()),
  cpu: async (): Promise<TfjsBackend> => backendOf(await openPlain()),
  node: async (): Promise<TfjsBackend> => backendOf((await import("./native.ts")).openNative()),
};

/** Opens a TensorFlow.js backend; throws, saying why, where it cannot be used. */
export const openTfjs = (kind: keyof typeof devices): Promise<TfjsBackend> => devices[kind]();
