import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Writes a file that appears complete or not at all, also when the machine stops in between. */
export const writeWhole = (path: string, content: string | Uint8Array): void => {
  const partial = join(dirname(path), `.${basename(path)}.partial-${process.pid}`);
  const file = openSync(partial, "w");
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
};

/** Whether a name is that of a file on its way to becoming whole. */
export const isPartial = (name: string): boolean => /^\..*\.partial-\d+$/u.test(name);

export const writeJson = (path: string, value: unknown): void => {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
};
