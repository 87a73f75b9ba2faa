/** A memory with threads, and modules loaded into them. */
import type { Module } from "../../code/code.ts";
import { encode } from "./encode.ts";
import { engine } from "./engine.ts";
import { heapOf, type Heap } from "./heap.ts";
import type { Platform } from "./platform.ts";
import { startThreads, type Threads } from "./threads.ts";

/** A module whose arena is allocated. */
export interface LoadedModule {
  /** Runs it on the arguments at these addresses. */
  readonly run: (args: readonly number[]) => void;
  readonly dispose: () => void;
}

export interface Machine {
  readonly heap: Heap;
  readonly load: (module: Module) => LoadedModule;
  /** Starts the threads, which otherwise start with the first module that needs them. */
  readonly start: () => Threads | undefined;
  readonly dispose: () => void;
}

/** How a machine is made. */
export interface MachineOptions {
  readonly platform: Platform;
  readonly threads: number;
  readonly relaxed: boolean;
}

/** 4 GiB, which is all that addresses of 32 bits reach; a process that may not reserve as much has a quarter. */
const maxima = [65_536, 16_384];

export const createMachine = ({ platform, threads, relaxed }: MachineOptions): Machine => {
  const shared = threads > 1;
  const { memory, maximum } = createMemory(shared);
  const heap = heapOf(memory, maximum);
  let others: Threads | undefined;
  let loaded = 0;
  const start = (): Threads | undefined => {
    if (shared) others ??= startThreads(platform, memory, threads);
    return others;
  };
  const load = (module: Module): LoadedModule => {
    const id = loaded++;
    const arena = heap.allocate(4 * module.arena);
    const table = heap.allocate(4 * module.arguments);
    const bytes = encode(module, {
      arena,
      table,
      maximum,
      shared,
      relaxed,
      firstSleeps: platform.maySleep,
    });
    const compiled = platform.compile(bytes);
    const { step } = new engine.Instance(compiled, { env: { memory } }).exports;
    const workers = module.threads > 1 ? start() : undefined;
    workers?.load(id, compiled);
    const first = (): void => {
      step(0);
    };
    return {
      run: (args) => {
        heap.ints(table, module.arguments).set(args);
        if (workers === undefined) first();
        else workers.run(id, first);
      },
      dispose: () => {
        workers?.drop(id);
        heap.free(arena);
        heap.free(table);
      },
    };
  };
  return { heap, load, start, dispose: () => others?.dispose() };
};

const createMemory = (shared: boolean) => {
  for (const maximum of maxima) {
    try {
      return { memory: new engine.Memory({ initial: 1, maximum, shared }), maximum };
    } catch {
      // A smaller one may do.
    }
  }
  throw new Error("WebAssembly cannot reserve memory here");
};
