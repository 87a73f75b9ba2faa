/** Compiled modules in this process: loaded by koffi, called with one block of pointers. */
import { availableParallelism } from "node:os";
import type koffi from "koffi";
import type { Kernel, Module } from "../../code/code.ts";
import { failure, success, type Result } from "../../diagnostics/diagnostic.ts";
import { invariant } from "../../diagnostics/invariant.ts";
import type { KernelTime } from "../backend.ts";
import { notStarted } from "../errors.ts";
import { forget, recall, remember, sharedObject } from "./cache.ts";
import { printC } from "./print-c.ts";
import type { Toolchain } from "./toolchain.ts";

type Koffi = typeof koffi;

/** What calling compiled code takes. */
export interface Linker {
  readonly koffi: Koffi;
  readonly toolchain: Toolchain;
  /** Where compiled code is kept. */
  readonly cache: string;
  /** Whether kernels are timed. */
  readonly profile: boolean;
  /** How threads share runs; whatever is faster if absent. */
  readonly runs?: "together" | "singly";
}

/** A module that runs. */
export interface Linked {
  /** The block holds the addresses of the module's arguments from its second element on; the first is not the caller's. */
  readonly run: (block: BigUint64Array) => void;
  /** Times by kernel, in the module's order; empty unless they are taken. */
  readonly profile: () => readonly KernelTime[];
  readonly dispose: () => void;
}

/** Loads koffi, which is optional. */
export const loadKoffi = async (): Promise<Koffi> => {
  try {
    return (await import("koffi")).default;
  } catch (error) {
    const [reason = ""] = String(error instanceof Error ? error.message : error).split("\n");
    throw new Error(
      `koffi, which calls compiled code, is not installed or does not load: ${reason}`,
    );
  }
};

/** Compiles and loads a module and starts its threads; `relink` finds it by the key from then on. */
export const link = (module: Module, linker: Linker, key?: string): Result<Linked> => {
  const parts = Math.max(
    1,
    Math.min(availableParallelism(), module.kernels.length >> 4, mostParts),
  );
  const source = printC(module, { ...linker, parts });
  const loaded = load(linker, source, parts);
  if (!loaded.ok) return loaded;
  const { library, path } = loaded.value;
  if (key !== undefined) remember(linker.cache, key, path);
  const started = start(library);
  if ("failed" in started) {
    return failure(notStarted(module.threads, module.arena * 4, started.failed === 0n));
  }
  const { instance } = started;
  return success({
    ...started.linked,
    profile: () => (linker.profile ? readProfile(module, library, instance) : []),
  });
};

/** What was linked by the key before, unless it is gone or does not start; it is not profiled. */
export const relink = (key: string, { koffi, cache }: Linker): Linked | undefined => {
  const path = recall(cache, key);
  if (path === undefined) return undefined;
  try {
    const started = start(koffi.load(path));
    return "failed" in started ? undefined : started.linked;
  } catch {
    return undefined;
  }
};

type Started =
  | { readonly linked: Linked; readonly instance: bigint }
  /** 0: no memory; 1: no threads. */
  | { readonly failed: bigint };

const start = (library: Library): Started => {
  const create = library.func("uint64_t gtmc_create()");
  const run = library.func("void gtmc_run(uint64_t *block)");
  const destroy = library.func("void gtmc_destroy(uint64_t instance)");
  const instance = BigInt(create() as number | bigint);
  if (instance < 2n) return { failed: instance };
  let disposed = false;
  const linked: Linked = {
    run: (block) => {
      invariant(!disposed, "a disposed executable was run");
      block[0] = instance;
      run(block);
    },
    profile: () => [],
    dispose: () => {
      invariant(!disposed, "an executable was disposed of twice");
      disposed = true;
      destroy(instance);
    },
  };
  return { linked, instance };
};

/** Each part has the same beginning, which takes a fifth of a second. */
const mostParts = 4;

type Library = ReturnType<Koffi["load"]>;

/** Loads the shared object of a source. */
export const loadObject = (linker: Omit<Linker, "profile">, source: string): Result<Library> => {
  const loaded = load(linker, source, 1);
  return loaded.ok ? success(loaded.value.library) : loaded;
};

/** One that does not load is made anew, once. */
const load = (
  { koffi, toolchain, cache }: Omit<Linker, "profile">,
  source: string,
  parts: number,
): Result<{ readonly library: Library; readonly path: string }> => {
  const loadFrom = (path: string): Result<{ library: Library; path: string }> =>
    success({ library: koffi.load(path), path });
  const first = sharedObject(toolchain, source, cache, parts);
  if (!first.ok) return first;
  try {
    return loadFrom(first.value);
  } catch {
    forget(first.value);
    const second = sharedObject(toolchain, source, cache, parts);
    return second.ok ? loadFrom(second.value) : second;
  }
};

const readProfile = (module: Module, library: Library, instance: bigint): readonly KernelTime[] => {
  const times = new BigUint64Array(2 * (module.kernels.length + 1));
  library.func("void gtmc_profile(uint64_t instance, uint64_t *times)")(instance, times);
  const rows: readonly Omit<Kernel, "alone" | "times" | "body">[] = [
    ...module.kernels,
    { name: "barrier", flops: 0 },
  ];
  return rows.map(({ name, origin, shape, flops }, i) => ({
    kernel: name,
    ...(origin === undefined ? {} : { origin }),
    ...(shape === undefined ? {} : { shape }),
    runs: Number(times[2 * i + 1]),
    seconds: Number(times[2 * i]) / 1e9,
    flops,
  }));
};
