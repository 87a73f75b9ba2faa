/** Which compiler this is: what it made of a graph is what it would make again. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * A hash of all files of the compiler: of `dist` where it is built, else of `src`. Undefined where that is not what runs:
 * the file is in neither folder, or some have changed since the process began.
 */
export const compilerVersion = (
  file: string = fileURLToPath(import.meta.url),
  begun: number = performance.timeOrigin,
): string | undefined => {
  const root = rootOf(file);
  if (root === undefined) return undefined;
  const extension = extname(file);
  const names = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension))
    .sort();
  const hash = createHash("sha256");
  for (const name of names) {
    const path = join(root, name);
    // The change of an inode, which no archive or copy sets back.
    if (statSync(path).ctimeMs > begun) return undefined;
    const bytes = readFileSync(path);
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
};

const rootOf = (file: string): string | undefined => {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder))
    if (["src", "dist"].includes(basename(folder))) return folder;
  return undefined;
};
