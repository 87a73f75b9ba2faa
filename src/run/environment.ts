import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment } from "./contents.ts";
import { checkedOut } from "./git.ts";

/** Facts about this machine, this program and the working folder. */
export const describeEnvironment = (
  backend: string,
  folder: string,
  started: Date,
): Environment => {
  const commit = checkedOut(folder);
  return {
    gtmc: packageVersion(),
    node: process.version,
    platform: `${platform()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    backend,
    libraries: libraryVersions(["@tensorflow/tfjs-core", "@tensorflow/tfjs-node", "mathjs"]),
    ...(commit === undefined ? {} : { git: { commit } }),
    started: started.toISOString(),
  };
};

/** The version in gtmc's own package.json. */
export const packageVersion = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const version = readVersion(join(folder, "package.json"));
    if (version !== undefined) return version;
    const parent = dirname(folder);
    if (parent === folder) return "unknown";
    folder = parent;
  }
};

const readVersion = (path: string): string | undefined => {
  if (!existsSync(path)) return undefined;
  const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
  return typeof parsed === "object" &&
    parsed !== null &&
    "version" in parsed &&
    typeof parsed.version === "string"
    ? parsed.version
    : undefined;
};

const libraryVersions = (names: readonly string[]): Readonly<Record<string, string>> => {
  const require = createRequire(import.meta.url);
  return Object.fromEntries(
    names.flatMap((name) => {
      const folders = require.resolve.paths(name) ?? [];
      const version = folders
        .map((folder) => readVersion(join(folder, name, "package.json")))
        .find((found) => found !== undefined);
      return version === undefined ? [] : [[name, version]];
    }),
  );
};
