/** Which backend runs: by name, or the fastest that computes correctly here. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import type { Backend, Unavailable } from "./backend.ts";
import {
  profileOfAnother,
  profileUnavailable,
  unavailableBackend,
  unknownBackend,
} from "./errors.ts";
import { profiled, type Profiler } from "./profile.ts";
import { referenceBackend } from "./reference.ts";
import { selfTest } from "./self-test.ts";

/** A backend, and for the first lines of a run which one it is and why. */
export interface ChosenBackend {
  readonly backend: Backend;
  readonly note: string;
  /** Where it was asked for. */
  readonly profiler?: Profiler;
  /** Of `auto`: the next that works, where this one turns out not to compile what it is given (E0704, E0705). */
  readonly next?: () => Promise<Result<ChosenBackend>>;
}

export interface OpenOptions {
  /** Times every kernel, which only `native` can. */
  readonly profile?: boolean;
}

type Open = () => Promise<Backend>;

/**
 * How to open each backend, in the order in which `auto` tries them, the fastest first (docs/performance.md); failing to
 * is a thrown error.
 */
const backends: ReadonlyMap<string, Open> = new Map<string, Open>([
  ["native", async () => (await import("./native/index.ts")).openNative()],
  ["wasm", async () => (await import("./wasm/index.ts")).openWasm()],
  ["tensorflow", async () => (await import("./tensorflow/index.ts")).openTensorflow()],
  ["tfjs:wasm", async () => (await import("./tfjs/index.ts")).openTfjs("wasm")],
  ["tfjs:node", async () => (await import("./tfjs/index.ts")).openTfjs("node")],
  ["tfjs:cpu", async () => (await import("./tfjs/index.ts")).openTfjs("cpu")],
  ["reference", () => Promise.resolve(referenceBackend)],
]);

/** Every backend, the fastest first. */
export const backendNames: readonly string[] = [...backends.keys()];

/** Opens a backend by name; "auto" takes the fastest that passes its self-test on this machine. */
export const openBackend = async (
  name: string,
  options: OpenOptions = {},
): Promise<Result<ChosenBackend>> => {
  const open = backends.get(name);
  if (open === undefined && name !== "auto") return failure(unknownBackend(name, backendNames));
  if (options.profile === true) return openProfiled(name);
  if (open === undefined) return fastest();
  const backend = await tryToOpen(name, open);
  if (!("reason" in backend))
    return success({ backend, note: `backend ${name}` }, backend.warnings);
  const others = await availableBackends();
  return failure(unavailableBackend(backend, others));
};

const openProfiled = async (name: string): Promise<Result<ChosenBackend>> => {
  if (name !== "auto" && name !== "native") return failure(profileOfAnother(name));
  let limits = { threads: 0, peak: 0 };
  const opened = await tryToOpen("native", async () => {
    const { backend, ...rest } = await (await import("./native/index.ts")).openTimedNative();
    limits = rest;
    return backend;
  });
  if ("reason" in opened) return failure(profileUnavailable(opened.reason));
  const { backend, times } = profiled(opened);
  const profiler = { ...limits, times };
  const note = "backend native, with its kernels timed";
  return success({ backend, note, profiler }, opened.warnings);
};

/** The backends that work on this machine, the fastest first. */
const availableBackends = async (): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const [name, open] of backends) {
    const backend = await tryToOpen(name, open);
    if ("reason" in backend) continue;
    found.push(name);
    backend.dispose();
  }
  return found;
};

const fastest = async (from = 0): Promise<Result<ChosenBackend>> => {
  const failed: string[] = [];
  for (const [i, [name, open]] of [...backends].entries()) {
    if (i < from) continue;
    const backend = await tryToOpen(name, open);
    if (!("reason" in backend)) {
      const skipped = failed.length === 0 ? "" : `; not usable: ${failed.join("; ")}`;
      const why = `the fastest of ${backendNames.join(", ")} that passed its self-test`;
      const note = `backend ${name}, ${why}${skipped}`;
      return success({ backend, note, next: () => fastest(i + 1) }, backend.warnings);
    }
    failed.push(`${name} (${backend.reason})`);
  }
  return failure(unavailableBackend({ name: "auto", reason: failed.join("; ") }, []));
};

const tryToOpen = async (name: string, open: Open): Promise<Backend | Unavailable> => {
  try {
    const backend = await open();
    const reason = selfTest(backend);
    if (reason === undefined) return backend;
    backend.dispose();
    return { name, reason };
  } catch (error) {
    return { name, reason: error instanceof Error ? error.message : String(error) };
  }
};
