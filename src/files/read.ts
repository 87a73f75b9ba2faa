/** Reading whole files: only regular ones, only up to a size, never waiting for anybody. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { codeOf } from "./code.ts";

/** The largest file that is read, and the most that a compressed one may expand to: 2 GiB. */
export const largestFile: number = 2 ** 31;

const reasons: ReadonlyMap<unknown, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["ENOTDIR", "a part of its path is no folder"],
  ["EACCES", "reading it is not permitted"],
  ["EPERM", "reading it is not permitted"],
  ["EISDIR", "it is a folder"],
  ["ELOOP", "its symbolic links form a cycle"],
  ["ENAMETOOLONG", "its name is too long"],
  ["ENXIO", "it is a socket or a device, not a file"],
  ["EMFILE", "too many files are open"],
]);

/** What the system says about a file, in words. */
const reasonOf = (error: unknown): string => {
  return reasons.get(codeOf(error)) ?? (error instanceof Error ? error.message : String(error));
};

const kindOf = (stats: Stats): string =>
  stats.isDirectory()
    ? "it is a folder"
    : stats.isFIFO()
      ? "it is a pipe, not a file"
      : "it is a device, not a file";

/** Bytes up to `size`; fewer where the file was shortened meanwhile. */
const readUpTo = (descriptor: number, size: number): Uint8Array => {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const count = readSync(descriptor, bytes, at, Math.min(size - at, 2 ** 30), at);
    if (count === 0) break;
    at += count;
  }
  return bytes.subarray(0, at);
};

/** A whole file, or why it cannot be read. */
export type FileContent =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string; readonly tooLarge: boolean };

const refused = (reason: string, tooLarge = false): FileContent => ({
  ok: false,
  reason,
  tooLarge,
});

/**
 * The bytes of a regular file or of what a link to one names. A pipe, a device or a folder is refused without being
 * waited for.
 */
export const readWholeFile = (path: string, limit: number = largestFile): FileContent => {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return refused(kindOf(stats));
    if (stats.size > limit) {
      return refused(`it has ${stats.size} bytes; at most ${limit} are read`, true);
    }
    return { ok: true, bytes: readUpTo(descriptor, stats.size) };
  } catch (error) {
    return refused(reasonOf(error));
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
};
