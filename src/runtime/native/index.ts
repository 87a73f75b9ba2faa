/** The backend that compiles graphs to machine code by way of C and the system's compiler. */
import { availableParallelism } from "node:os";
import { generate as generateCode } from "../../code/generate.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { withNames } from "../../graph/names.ts";
import type { Backend } from "../backend.ts";
import { nativeBackend, type Generate } from "./backend.ts";
import { openCache } from "./cache.ts";
import { loadKoffi, type Linker } from "./library.ts";
import { threadCount } from "../thread-count.ts";
import { measurePeak } from "./peak.ts";
import { findToolchain, type EnvironmentVariables } from "./toolchain.ts";
import { compilerVersion } from "./version.ts";

export interface NativeOptions {
  /** GTMC_THREADS, or one for each processor and at most 8. */
  readonly threads?: number;
  /** Where CC, GTMC_CACHE, XDG_CACHE_HOME and GTMC_THREADS are looked up. */
  readonly environment?: EnvironmentVariables;
  /** Makes code of graphs, instead of the compiler's own way. */
  readonly generate?: Generate;
}

/** Opens the backend; without a compiler or koffi it throws an error that says what is missing. */
export const openNative = async (options: NativeOptions = {}): Promise<Backend> => {
  const { environment = process.env, generate = generateCode } = options;
  const version = generate === generateCode ? compilerVersion() : undefined;
  const { linker, warnings } = await openLinker(environment, false);
  const threads = options.threads ?? threadsOf(environment);
  return { ...nativeBackend(linker, threads, generate, version), warnings };
};

/** A backend whose kernels are timed and say where they come from. */
export interface TimedNative {
  readonly backend: Backend;
  readonly threads: number;
  /** FLOP/s that all threads together reach at most on this machine. */
  readonly peak: number;
}

/** Opens the backend for a profile; throws as `openNative` does. */
export const openTimedNative = async (
  environment: EnvironmentVariables = process.env,
): Promise<TimedNative> => {
  const threads = threadsOf(environment);
  const generate: Generate = (graph, options) => generateCode(withNames(graph), options);
  const { linker, warnings } = await openLinker(environment, true);
  const backend = { ...nativeBackend(linker, threads, generate), warnings };
  return { backend, threads, peak: threads * measurePeak(linker) };
};

const openLinker = async (
  environment: EnvironmentVariables,
  profile: boolean,
): Promise<{ readonly linker: Linker; readonly warnings: readonly Diagnostic[] }> => {
  const toolchain = findToolchain(environment);
  const koffi = await loadKoffi();
  const { directory, warnings } = openCache(environment);
  return { linker: { koffi, toolchain, cache: directory, profile }, warnings };
};

const threadsOf = (environment: EnvironmentVariables): number =>
  threadCount(environment["GTMC_THREADS"], availableParallelism());
