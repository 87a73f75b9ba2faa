import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { runFiles } from "./folder.ts";
import { isLock } from "./lock.ts";
import { isPartial, writeJson } from "./whole-file.ts";

interface ManifestEntry {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Declares the run finished: sizes and hashes of all its files, except those of samples/, which may grow later. Written
 * last; its absence means that the run did not finish.
 */
export const writeManifest = (folder: string, finished: Date): void => {
  writeJson(join(folder, runFiles.manifest), {
    finished: finished.toISOString(),
    files: listFiles(folder)
      .filter((file) => file !== runFiles.manifest && !file.startsWith(`${runFiles.samples}/`))
      .map((file): ManifestEntry => {
        const path = join(folder, file);
        return { file, bytes: statSync(path).size, sha256: sha256(readFileSync(path)) };
      }),
  });
};

/** The run goes on: it is unfinished until the next manifest. */
export const removeManifest = (folder: string): void => {
  rmSync(join(folder, runFiles.manifest), { force: true });
};

/** Lower-case hexadecimal. */
export const sha256 = (content: Uint8Array): string =>
  createHash("sha256").update(content).digest("hex");

const listFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !isPartial(entry.name) && !isLock(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
