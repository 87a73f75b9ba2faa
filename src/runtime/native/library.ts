/** Compiled modules in this process: loaded by koffi, called with one block of pointers. */
import { availableParallelism } from "node:os";
import type koffi from "koffi";
import type { Module } from "../../code/code.ts";
import { failure, success, type Result } from "../../diagnostics/diagnostic.ts";
import { invariant } from "../../diagnostics/invariant.ts";
import type { KernelTime } from "../backend.ts";
import { notStarted } from "../messages.ts";
import { forget, sharedObject } from "./cache.ts";
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

/** Compiles and loads a module and starts its threads. */
export const link = (module: Module, linker: Linker): Result<Linked> => {
  const parts = Math.max(
    1,
    Math.min(availableParallelism(), module.kernels.length >> 4, mostParts),
  );
  const source = printC(module, { profile: linker.profile, parts });
  const loaded = loadObject(linker, source, parts);
  if (!loaded.ok) return loaded;
  const library = loaded.value;
  const create = library.func("uint64_t gtmc_create()");
  const run = library.func("void gtmc_run(uint64_t *block)");
  const destroy = library.func("void gtmc_destroy(uint64_t instance)");
  const instance = BigInt(create() as number | bigint);
  if (instance < 2n) {
    return failure(notStarted(module.threads, module.arena * 4, instance === 0n));
  }
  let disposed = false;
  return success({
    run: (block) => {
      invariant(!disposed, "a disposed executable was run");
      block[0] = instance;
      run(block);
    },
    profile: () => (linker.profile ? readProfile(module, library, instance) : []),
    dispose: () => {
      invariant(!disposed, "an executable was disposed of twice");
      disposed = true;
      destroy(instance);
    },
  });
};

/** Each part has the same beginning, which takes a fifth of a second. */
const mostParts = 4;

type Library = ReturnType<Koffi["load"]>;

/** Loads the shared object of a source; one that does not load is made anew, once. */
export const loadObject = (
  { koffi, toolchain, cache }: Omit<Linker, "profile">,
  source: string,
  parts = 1,
): Result<Library> => {
  const first = sharedObject(toolchain, source, cache, parts);
  if (!first.ok) return first;
  try {
    return success(koffi.load(first.value));
  } catch {
    forget(first.value);
    const second = sharedObject(toolchain, source, cache, parts);
    return second.ok ? success(koffi.load(second.value)) : second;
  }
};

const readProfile = (module: Module, library: Library, instance: bigint): readonly KernelTime[] => {
  const times = new BigUint64Array(2 * (module.kernels.length + 1));
  library.func("void gtmc_profile(uint64_t instance, uint64_t *times)")(instance, times);
  const rows = [...module.kernels, { name: "barrier", flops: 0 }];
  return rows.map((row, i) => ({
    kernel: row.name,
    ...("origin" in row ? { origin: row.origin } : {}),
    runs: Number(times[2 * i + 1]),
    seconds: Number(times[2 * i]) / 1e9,
    flops: row.flops,
  }));
};
