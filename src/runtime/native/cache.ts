/** Compiled code on disk, named by the hash of all that it is made from. */
import { createHash, randomUUID } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { failure, success, type Result } from "../../diagnostics/diagnostic.ts";
import { compilerFailed } from "../messages.ts";
import { compileC, sharedFlags, type Environment, type Toolchain } from "./toolchain.ts";

/** GTMC_CACHE, or a folder where caches belong; one of its own for this process where that cannot be written. */
export const cacheDirectory = (environment: Environment): string => {
  const chosen = environment["GTMC_CACHE"];
  const caches = environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const directory = chosen === undefined || chosen === "" ? join(caches, "gtmc", "native") : chosen;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return directory;
  } catch {
    return mkdtempSync(join(tmpdir(), "gtmc-native-"));
  }
};

/** The path of the shared object of a source of this many parts, compiled now unless it was before. */
export const sharedObject = (
  toolchain: Toolchain,
  source: string,
  directory: string,
  parts = 1,
): Result<string> => {
  const hash = createHash("sha256");
  for (const part of [source, ...toolchainKey(toolchain)]) hash.update(part).update("\0");
  const path = join(directory, `${hash.digest("hex")}.so`);
  if (isWhole(path)) {
    touch(path);
    return success(path);
  }
  // Two processes may compile the same: each renames a file of its own.
  const temporary = join(directory, `${randomUUID()}.tmp`);
  try {
    const compiled = compileC(toolchain, source, sharedFlags, temporary, { parts });
    if (!compiled.ok) return compiled;
    appendFileSync(temporary, digest(readFileSync(temporary)));
    renameSync(temporary, path);
    discardOldest(directory, ".so", kept);
    return success(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const outcome = `has nowhere to put its code (${reason})`;
    return failure(
      compilerFailed(toolchain.command, outcome, ["GTMC_CACHE names another folder for it"]),
    );
  } finally {
    for (const left of [temporary, `${temporary}.c`]) if (existsSync(left)) rmSync(left);
  }
};

/** The shared object that was remembered by the key, if it is still whole. */
export const recall = (directory: string, key: string): string | undefined => {
  const note = join(directory, `${key}.key`);
  if (!existsSync(note)) return undefined;
  const path = join(directory, basename(readFileSync(note, "utf8")));
  if (!path.endsWith(".so") || !isWhole(path)) return undefined;
  touch(note);
  touch(path);
  return path;
};

/** Remembers a shared object of the directory by a key: all that its source follows from. */
export const remember = (directory: string, key: string, path: string): void => {
  const temporary = join(directory, `${randomUUID()}.tmp`);
  try {
    writeFileSync(temporary, basename(path));
    renameSync(temporary, join(directory, `${key}.key`));
  } catch {
    // What is not remembered is found by its source.
    rmSync(temporary, { force: true });
    return;
  }
  discardOldest(directory, ".key", 4 * kept);
};

/** What a key has to have in it besides what the source follows from. */
export const toolchainKey = ({ flags, identity }: Toolchain): readonly string[] => [
  ...flags,
  ...sharedFlags,
  identity,
];

/** Removes an object that cannot be loaded. */
export const forget = (path: string): void => {
  rmSync(path, { force: true });
};

const digest = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

const digestBytes = 32;

/** Loading a file that was cut off ends the process, so files carry the hash of their contents at the end. */
const isWhole = (path: string): boolean => {
  if (!existsSync(path)) return false;
  const bytes = readFileSync(path);
  const end = bytes.length - digestBytes;
  return end > 0 && bytes.subarray(end).equals(digest(bytes.subarray(0, end)));
};

const touch = (path: string): void => {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // A cache that can only be read serves as well.
  }
};

const kept = 256;

/** Keeps the files used last. */
const discardOldest = (directory: string, extension: string, count: number): void => {
  const files = readdirSync(directory).filter((name) => name.endsWith(extension));
  if (files.length <= count) return;
  const aged = files.map((name) => {
    const path = join(directory, name);
    return { path, used: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  aged.sort((a, b) => a.used - b.used);
  for (const { path } of aged.slice(0, files.length - count)) rmSync(path, { force: true });
};
