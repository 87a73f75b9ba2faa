/** Which backend runs: by name, or the fastest that computes correctly here. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import type { Backend, Unavailable } from "./backend.ts";
import { unavailableBackend, unknownBackend } from "./messages.ts";
import { referenceBackend } from "./reference.ts";
import { selfTest } from "./self-test.ts";

/** A backend, and for the first lines of a run which one it is and why. */
export interface Chosen {
  readonly backend: Backend;
  readonly note: string;
}

type Open = () => Promise<Backend>;

/**
 * How to open each backend; failing to is a thrown error. In the order in which `auto` tries them: run op by op,
 * native TensorFlow is slower than WebAssembly, since calling it costs more than most operations take.
 */
const backends: ReadonlyMap<string, Open> = new Map<string, Open>([
  ["tfjs:wasm", async () => (await import("./tfjs/index.ts")).openTfjs("wasm")],
  ["tfjs:node", async () => (await import("./tfjs/index.ts")).openTfjs("node")],
  ["tfjs:cpu", async () => (await import("./tfjs/index.ts")).openTfjs("cpu")],
  ["reference", () => Promise.resolve(referenceBackend)],
]);

/** The names that `openBackend` knows besides "auto". */
export const backendNames: readonly string[] = [...backends.keys()];

/** Opens a backend by name; "auto" takes the fastest that passes its self-test on this machine. */
export const openBackend = async (name: string): Promise<Result<Chosen>> => {
  if (name === "auto") return fastest();
  const open = backends.get(name);
  if (open === undefined) return failure(unknownBackend(name, backendNames));
  const backend = await tryToOpen(name, open);
  if (!("reason" in backend)) return success({ backend, note: `backend ${name}` });
  const others = await availableBackends();
  return failure(unavailableBackend(backend, others));
};

/** The backends that work on this machine, the fastest first. */
export const availableBackends = async (): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const [name, open] of backends) {
    const backend = await tryToOpen(name, open);
    if ("reason" in backend) continue;
    found.push(name);
    backend.dispose();
  }
  return found;
};

const fastest = async (): Promise<Result<Chosen>> => {
  const passed: string[] = [];
  let reasons = "";
  for (const [name, open] of backends) {
    const backend = await tryToOpen(name, open);
    if (!("reason" in backend)) {
      return success({ backend, note: `backend ${name}, chosen automatically${reasons}` });
    }
    passed.push(name);
    reasons = `; not usable: ${passed.join(", ")}`;
  }
  return failure(unavailableBackend({ name: "auto", reason: "no backend works" }, []));
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
