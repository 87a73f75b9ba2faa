/** The threads besides the first one, which run the same modules on the same memory. */
import { InternalError } from "../../diagnostics/invariant.ts";
import type { CompiledModule, WasmMemory } from "./engine.ts";
import {
  commandAt,
  failedAt,
  heapAt,
  openedAt,
  postedAt,
  readyAt,
  requestAt,
  runsAt,
} from "./control-words.ts";
import type { Platform } from "./platform.ts";
import { workerSource, type Message } from "./worker.ts";

export interface Threads {
  /** Gives every worker a module to run by this number. */
  readonly load: (id: number, module: CompiledModule) => void;
  readonly drop: (id: number) => void;
  /** Runs a module on all threads; `first` is the first one's part, and returns when all have done theirs. */
  readonly run: (id: number, first: () => void) => void;
  /** Whether every worker has dealt with its messages. */
  readonly ready: () => boolean;
  readonly dispose: () => void;
}

/** Starts all but the first of these threads. */
export const startThreads = (platform: Platform, memory: WasmMemory, threads: number): Threads => {
  const words = new Int32Array(memory.buffer, 0, heapAt / 4);
  let disposed = false;
  const fail = (): void => {
    if (disposed) return;
    Atomics.store(words, failedAt / 4, 1);
    Atomics.notify(words, openedAt / 4);
  };
  const workers = Array.from({ length: threads - 1 }, () => platform.start(workerSource, fail));
  const wake = (): void => {
    Atomics.add(words, commandAt / 4, 1);
    Atomics.notify(words, commandAt / 4);
  };
  const post = (messageTo: (thread: number) => Message): void => {
    workers.forEach((worker, i) => {
      worker.post(messageTo(i + 1));
    });
    // After the messages: a worker that sees it finds its message waiting.
    Atomics.add(words, postedAt / 4, 1);
    wake();
  };
  const ready = (): boolean =>
    Atomics.load(words, readyAt / 4) === Atomics.load(words, postedAt / 4) * workers.length;
  /** Waits for all workers to be ready. */
  const settle = (): void => {
    const deadline = performance.now() + patience;
    while (!ready()) {
      if (performance.now() > deadline) throw new Error(lateWorkers);
      if (platform.maySleep) Atomics.wait(words, readyAt / 4, Atomics.load(words, readyAt / 4), 1);
    }
    if (Atomics.load(words, failedAt / 4) !== 0) throw new InternalError("a thread has failed");
  };
  post((thread) => ({ kind: "begin", memory, thread }));

  return {
    load: (id, module) => {
      post(() => ({ kind: "load", id, module }));
    },
    drop: (id) => {
      post(() => ({ kind: "drop", id }));
    },
    run: (id, first) => {
      settle();
      Atomics.store(words, requestAt / 4, id);
      Atomics.add(words, runsAt / 4, 1);
      wake();
      try {
        first();
      } catch (error) {
        fail();
        throw error;
      }
    },
    ready,
    dispose: () => {
      disposed = true;
      for (const worker of workers) worker.stop();
    },
  };
};

/** How long workers may take to start, in milliseconds. */
const patience = 20_000;
const lateWorkers = "the threads of WebAssembly have not started; GTMC_THREADS=1 does without them";
