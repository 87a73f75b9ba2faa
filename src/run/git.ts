/**
 * Which commit a folder has checked out, read from the files of its repository (gitrepository-layout(5)). git itself is not
 * asked: it runs what a repository's configuration names, such as `core.fsmonitor` and filters, and so does asking whether files
 * have changed.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The commit as hexadecimal; undefined outside a repository and in one that is empty or kept otherwise. */
export const checkedOut = (folder: string): string | undefined => {
  const repository = findRepository(resolve(folder));
  if (repository === undefined) return undefined;
  const head = readSmall(join(repository, "HEAD"))?.trim() ?? "";
  if (isCommit(head)) return head;
  const ref = /^ref: (refs\/[^\0\s]+)$/u.exec(head)?.[1];
  if (ref === undefined || ref.split("/").includes("..")) return undefined;
  // Branches of a linked working tree are those of its repository.
  const common = readSmall(join(repository, "commondir"))?.trim();
  const folders = [repository, ...(common === undefined ? [] : [resolve(repository, common)])];
  return folders
    .flatMap((one) => [readSmall(join(one, ref))?.trim(), packed(one, ref)])
    .find((value) => value !== undefined && isCommit(value));
};

const isCommit = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u.test(text);

const findRepository = (folder: string): string | undefined => {
  const path = join(folder, ".git");
  if (isFolder(path)) return path;
  const linked = /^gitdir: (.+)$/mu.exec(readSmall(path) ?? "")?.[1];
  if (linked !== undefined) return resolve(folder, linked);
  const parent = dirname(folder);
  return parent === folder ? undefined : findRepository(parent);
};

const packed = (repository: string, ref: string): string | undefined =>
  readSmall(join(repository, "packed-refs"))
    ?.split("\n")
    .find((line) => line.endsWith(` ${ref}`))
    ?.split(" ")[0];

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};

const mostBytes = 1 << 24;

/** A plain file; anything else, such as a pipe that would never end, is as good as missing. */
const readSmall = (path: string): string | undefined => {
  try {
    const stats = statSync(path);
    return stats.isFile() && stats.size <= mostBytes ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
};
