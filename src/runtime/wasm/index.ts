import type { Backend } from "../backend.ts";
import { backendOf } from "./backend.ts";
import { hasRelaxed, hasVectors } from "./features.ts";
import { createMachine } from "./machine.ts";
import { findPlatform } from "./platform.ts";

/** What may be asked of the backend. */
export interface WasmOptions {
  /** GTMC_THREADS, or one for each processor and at most 8. */
  readonly threads?: number;
}

/** Opens the WebAssembly backend; throws, with the reason, where it cannot work. */
export const openWasm = async (options: WasmOptions = {}): Promise<Backend> => {
  if (!("WebAssembly" in globalThis)) throw new Error("the engine has no WebAssembly");
  const platform = await findPlatform();
  if (!hasVectors(platform)) throw new Error("the engine's WebAssembly has no vectors (SIMD)");
  const threads = "SharedArrayBuffer" in globalThis ? (options.threads ?? platform.threads) : 1;
  const machine = createMachine({ platform, threads, relaxed: hasRelaxed(platform) });
  if (!platform.maySleep) {
    // Workers of a browser start only while its main thread is idle.
    const others = machine.start();
    while (others?.ready() === false) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return backendOf(machine, threads);
};
