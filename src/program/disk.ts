import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { shipped } from "../files/shipped.ts";
import type { LoadFile } from "../language/modules.ts";
import type { SourceFile } from "../diagnostics/diagnostic.ts";

/** The folder of the shipped models. */
export const modelsDirectory = (): string => dirname(shipped("models", "prelude"));

/** Imported files from the disk, beside the importing one. */
export const loadFromDisk: LoadFile = (from, path) => {
  const file = resolve(dirname(from), path);
  if (file.includes("\0")) return { why: "no file can have this name" };
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (found.isFile()) return readFileSync(file, "utf8");
    return { why: found.isDirectory() ? "it is a folder" : "it is no regular file" };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
};

/** The files whose declarations every `.gtm` file sees. */
export const diskPrelude = (): readonly SourceFile[] => {
  const folder = join(modelsDirectory(), "prelude");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".gtm"))
    .sort()
    .map((name) => ({
      path: join(folder, name),
      text: readFileSync(join(folder, name), "utf8"),
    }));
};
