/** Who works in a run folder: one process at a time writes checkpoints and metrics. */
import { randomUUID } from "node:crypto";
import {
  existsSync,
  linkSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { codeOf } from "../files/code.ts";
import { cannotLock, inUse } from "./errors.ts";

/** The right to write to a run folder. */
export interface RunLock {
  readonly release: () => void;
}

/** A process, so that it can be told from a later one of the same number. */
interface Holder {
  readonly verb: string;
  readonly pid: number;
  readonly host: string;
  /** Of the machine; empty where it is not known, as are all below. */
  readonly machine: string;
  /** Of the machine's start. */
  readonly boot: string;
  /** Within which numbers of processes mean something. */
  readonly namespace: string;
  /** When the process began, in ticks since the machine did. */
  readonly begun: string;
  /** ISO 8601. */
  readonly since: string;
}

const lockName = ".lock";

/** Whether a name is that of a lock or of something on the way to one. */
export const isLock = (name: string): boolean => name.startsWith(lockName);

/** Milliseconds after which a lock that is being taken from a dead process is taken to be given up. */
const patience = 5000;

/**
 * Takes the folder for this process until it is released or the process ends; refused with the holder's name where another
 * has it, or with the machine's reason where it allows no lock. What a process left that is no more is taken over.
 */
export const lockRun = (folder: string, shown: string, verb: string): Result<RunLock> => {
  try {
    return take(folder, shown, verb);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return failure(cannotLock(shown, error));
  }
};

const take = (folder: string, shown: string, verb: string): Result<RunLock> => {
  const path = join(folder, lockName);
  const text = `${JSON.stringify(self(verb), null, 2)}\n`;
  const begun = performance.now();
  for (;;) {
    if (place(path, text)) return success(holding(path, text));
    const found = read(path);
    if (found === undefined) continue;
    const holder = parse(found);
    const late = performance.now() - begun > patience;
    if (holder === undefined || !isGone(holder) || late) {
      const here = holder?.host === hostname();
      return failure(inUse(shown, join(shown, lockName), holder && { ...holder, here }));
    }
    removeStale(path, found);
  }
};

const holding = (path: string, text: string): RunLock => {
  const release = (): void => {
    process.off("exit", release);
    // A folder that was taken away or over is another's.
    if (read(path) === text) rmSync(path, { force: true });
  };
  process.on("exit", release);
  return { release };
};

/** Makes a file with its whole text, unless there is one; where the disk knows no links, with a moment without text. */
const place = (path: string, text: string): boolean => {
  const own = `${path}-${randomUUID()}`;
  try {
    writeFileSync(own, text, { flag: "wx" });
    try {
      linkSync(own, path);
    } catch (error) {
      if (codeOf(error) === "EEXIST") throw error;
      writeFileSync(path, text, { flag: "wx" });
    }
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
};

/** One process at a time removes what it found stale, so that nobody removes what another has just placed. */
const removeStale = (path: string, stale: string): void => {
  const guard = `${path}-taking`;
  if (!place(guard, `${process.pid}\n`)) {
    const age = Date.now() - (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > patience) rmSync(guard, { force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    return;
  }
  if (read(path) === stale) rmSync(path, { force: true });
  rmSync(guard, { force: true });
};

const read = (path: string): string | undefined => {
  try {
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
};

const self = (verb: string): Holder => ({
  verb,
  pid: process.pid,
  host: hostname(),
  machine: fact(() => readFileSync("/etc/machine-id", "utf8")),
  boot: fact(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
  namespace: fact(() => readlinkSync("/proc/self/ns/pid")),
  begun: stateOf(process.pid)?.begun ?? "",
  since: new Date().toISOString(),
});

const fact = (read: () => string): string => {
  try {
    return read().trim();
  } catch {
    return "";
  }
};

/** proc(5): the third field and the twenty-second; the second, in brackets, may hold anything. */
const stateOf = (pid: number): { readonly state: string; readonly begun: string } | undefined => {
  const text = fact(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, begun] = [fields[0], fields[19]];
  return state === undefined || begun === undefined ? undefined : { state, begun };
};

/** Whether a holder certainly is no more. Of one that cannot be seen from here nothing is certain. */
const isGone = (holder: Holder): boolean => {
  const here = self("");
  const sameBoot = holder.boot !== "" && holder.boot === here.boot;
  const sameMachine = holder.host === here.host && holder.machine === here.machine;
  if (!sameBoot) return sameMachine && (holder.boot !== "" || !isAlive(holder.pid));
  if (holder.namespace !== here.namespace) return false;
  if (!isAlive(holder.pid)) return true;
  const state = stateOf(holder.pid);
  return state !== undefined && (["Z", "X"].includes(state.state) || state.begun !== holder.begun);
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
};

const parse = (text: string): Holder | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const isHolder = (value: unknown): value is Holder =>
  typeof value === "object" &&
  value !== null &&
  "pid" in value &&
  Number.isSafeInteger(value.pid) &&
  Object.entries(value).every(([key, one]) => key === "pid" || typeof one === "string") &&
  ["verb", "host", "machine", "boot", "namespace", "begun", "since"].every((key) => key in value);
