import { randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** Writes a file that appears complete or not at all, also when the machine stops in between. */
export const writeWhole = (path: string, content: string | Uint8Array): void => {
  const partial = join(dirname(path), `.${basename(path)}.partial-${randomUUID()}`);
  try {
    const file = openSync(partial, "wx");
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
};

/** Whether a name is that of a file on its way to becoming whole. */
export const isPartial = (name: string): boolean => /^\..*\.partial-[0-9a-f-]+$/u.test(name);

/** Removes what killed processes left half written in a folder; only who has the folder's lock may do so. */
export const removePartial = (folder: string): void => {
  for (const name of readdirSync(folder).filter(isPartial)) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
};

export const writeJson = (path: string, value: unknown): void => {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
};
