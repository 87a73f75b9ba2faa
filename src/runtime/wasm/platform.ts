/** Where this runs: what Node and browsers do differently. */
import { threadCount } from "../thread-count.ts";
import { engine, type CompiledModule } from "./engine.ts";
import type { Message } from "./worker.ts";

/** A started worker. */
export interface Worker {
  readonly post: (message: Message) => void;
  readonly stop: () => void;
}

export interface Platform {
  /** How many threads compute at once, unless another number is asked for. */
  readonly threads: number;
  /** Whether the main thread may sleep until a word of memory changes. */
  readonly maySleep: boolean;
  readonly compile: (bytes: Uint8Array) => CompiledModule;
  /** Starts a worker, which does not keep the process alive; `onEnd` is told when it ends. */
  readonly start: (source: string, onEnd: () => void) => Worker;
}

export const findPlatform = async (): Promise<Platform> =>
  "process" in globalThis ? nodePlatform() : browserPlatform;

/** What V8 does by default with a module of which few functions are ever called. */
const compilation = ["wasm-lazy-compilation", "wasm-dynamic-tiering"];

const nodePlatform = async (): Promise<Platform> => {
  const [{ availableParallelism }, { Worker }, { setFlagsFromString }] = await Promise.all([
    import("node:os"),
    import("node:worker_threads"),
    import("node:v8"),
  ]);
  // The default from Node 22 (V8 12) on, which does not know the flag any more; Node 20 has it behind this flag.
  if (Number.parseInt(process.versions.v8) < 12) {
    setFlagsFromString("--experimental-wasm-relaxed-simd");
  }
  return {
    threads: threadCount(process.env["GTMC_THREADS"], availableParallelism()),
    maySleep: true,
    compile: (bytes) => {
      // All functions are compiled at once, in threads, and optimised from then on: not each when it is first called, under a
      // count of how often its loops go around. What holds for this module must not for others of the process.
      for (const flag of compilation) setFlagsFromString(`--no-${flag}`);
      try {
        return new engine.Module(bytes);
      } finally {
        for (const flag of compilation) setFlagsFromString(`--${flag}`);
      }
    },
    start: (source, onEnd) => {
      const worker = new Worker(source, { eval: true });
      worker.unref();
      worker.on("error", onEnd);
      worker.on("exit", onEnd);
      return {
        post: (message) => {
          worker.postMessage(message);
        },
        stop: () => {
          void worker.terminate();
        },
      };
    },
  };
};

/** The part of a browser's interface that is used here; TypeScript declares it with the DOM only. */
interface Browser {
  readonly navigator: { readonly hardwareConcurrency: number };
  readonly Worker: new (url: string) => {
    postMessage(message: Message): void;
    terminate(): void;
    onerror: (() => void) | null;
  };
}

const browserPlatform: Platform = {
  get threads() {
    const { navigator } = globalThis as unknown as Browser;
    return threadCount(undefined, navigator.hardwareConcurrency);
  },
  maySleep: false,
  compile: (bytes) => new engine.Module(bytes),
  start: (source, onEnd) => {
    const { Worker } = globalThis as unknown as Browser;
    const worker = new Worker(`data:text/javascript,${encodeURIComponent(source)}`);
    worker.onerror = onEnd;
    return {
      post: (message) => {
        worker.postMessage(message);
      },
      stop: () => {
        worker.terminate();
      },
    };
  },
};
