/** The backends on TensorFlow.js. Importing this loads none of it; opening one does. */
import { backendOf } from "./backend.ts";
import type { Backend } from "../backend.ts";
import { openPlain } from "./plain.ts";
import { openWasm } from "./wasm.ts";

/** Throws where TensorFlow.js cannot be loaded. */
const devices = {
  wasm: async (): Promise<Backend> => backendOf(await openWasm()),
  cpu: async (): Promise<Backend> => backendOf(await openPlain()),
  node: async (): Promise<Backend> => backendOf((await import("./native.ts")).openNative()),
};

/** Opens a TensorFlow.js backend; throws, saying why, where it cannot be used. */
export const openTfjs = (kind: keyof typeof devices): Promise<Backend> => devices[kind]();
