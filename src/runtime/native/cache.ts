/** Compiled code on disk, named by the hash of all that it is made from. */
import { createHash, randomUUID } from "node:crypto";
import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { basename, isAbsolute, join } from "node:path";
import { failure, success, type Diagnostic, type Result } from "../../diagnostics/diagnostic.ts";
import { cacheNotUsed, compilerFailed } from "../errors.ts";
import { isPrivateFile, openPrivate, type Untrusted } from "./private-folder.ts";
import { compileC, sharedFlags, type EnvironmentVariables, type Toolchain } from "./toolchain.ts";

/** Where compiled code goes, and what was wrong with the places that were asked for. */
export interface Cache {
  readonly directory: string;
  readonly warnings: readonly Diagnostic[];
}

/**
 * The first of GTMC_CACHE, XDG_CACHE_HOME and the home folder's .cache that is set, if nobody but the user can write to it:
 * who writes there has their code run. Else a folder that lives as long as this process, and a warning.
 */
export const openCache = (environment: EnvironmentVariables): Cache => {
  const chosen = chosenDirectory(environment);
  const opened = openPrivate(chosen.directory);
  if ("path" in opened) {
    try {
      accessSync(opened.path, constants.W_OK);
      return { directory: opened.path, warnings: [] };
    } catch {
      const reason = `\`${opened.path}\` cannot be written to`;
      return openTemporary(chosen.from, { reason, help: "name a folder that can be written to" });
    }
  }
  return openTemporary(chosen.from, opened);
};

/** An empty variable counts as none (XDG Base Directory Specification), also HOME. */
const chosenDirectory = (
  environment: EnvironmentVariables,
): { readonly from: string; readonly directory: string } => {
  const { GTMC_CACHE: own = "", XDG_CACHE_HOME: caches = "", HOME: home = "" } = environment;
  if (own !== "") return { from: "GTMC_CACHE", directory: own };
  if (caches !== "") return { from: "XDG_CACHE_HOME", directory: join(caches, "gtmc", "native") };
  const folder = home === "" ? homeOfAccount() : home;
  return { from: "HOME", directory: join(folder, ".cache", "gtmc", "native") };
};

/** As the system's list of users has it; "." where it has none. */
const homeOfAccount = (): string => {
  try {
    return userInfo().homedir;
  } catch {
    return ".";
  }
};

const openTemporary = (from: string, untrusted: Untrusted): Cache => {
  const parents = [tmpdir(), "/tmp"].filter(isAbsolute);
  for (const parent of parents) {
    try {
      const directory = mkdtempSync(join(parent, "gtmc-native-"));
      process.once("exit", () => {
        rmSync(directory, { recursive: true, force: true });
      });
      const opened = openPrivate(directory);
      if ("path" in opened) {
        return { directory: opened.path, warnings: [cacheNotUsed(from, untrusted)] };
      }
    } catch {
      // The next may serve.
    }
  }
  throw new Error(
    `there is no folder for compiled code: ${untrusted.reason}, and none can be made in ${parents.join(" or ")}`,
  );
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
  const name = readOwn(note)?.toString("utf8") ?? "";
  const path = join(directory, basename(name));
  if (!isOurs(name, ".so") || !isWhole(path)) return undefined;
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
  const bytes = readOwn(path);
  if (bytes === undefined) return false;
  const end = bytes.length - digestBytes;
  return end > 0 && bytes.subarray(end).equals(digest(bytes.subarray(0, end)));
};

/** What a file holds, if it is the user's own. No link is followed: there are none in a cache. */
const readOwn = (path: string): Buffer | undefined => {
  if (!existsSync(path)) return undefined;
  let file;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    return isPrivateFile(fstatSync(file)) ? readFileSync(file) : undefined;
  } finally {
    closeSync(file);
  }
};

const touch = (path: string): void => {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // A cache that can only be read serves as well.
  }
};

const kept = 256;

/** Whether a name is a hash and this: files of others in the same folder are theirs. */
const isOurs = (name: string, extension: string): boolean =>
  name.endsWith(extension) && /^[0-9a-f]{64}$/u.test(name.slice(0, -extension.length));

/** Keeps the files used last. */
const discardOldest = (directory: string, extension: string, count: number): void => {
  const files = readdirSync(directory).filter((name) => isOurs(name, extension));
  if (files.length <= count) return;
  const aged = files.map((name) => {
    const path = join(directory, name);
    return { path, used: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  aged.sort((a, b) => a.used - b.used);
  for (const { path } of aged.slice(0, files.length - count)) rmSync(path, { force: true });
};
