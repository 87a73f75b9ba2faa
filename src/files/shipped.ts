import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { invariant } from "../diagnostics/invariant.ts";

/** The path of what the package ships; sought upwards, since bundling moves this file. */
export const shipped = (...path: readonly string[]): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, ...path))) {
    const parent = dirname(folder);
    invariant(parent !== folder, `the shipped ${path.join("/")} is missing`);
    folder = parent;
  }
  return join(folder, ...path);
};
