import { createRequire } from "node:module";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import type { Environment } from "./contents.ts";
import { checkedOut } from "./git.ts";
import { packageVersion, readVersion } from "./version.ts";

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
    libraries: libraryVersions(["@tensorflow/tfjs-node"]),
    ...(commit === undefined ? {} : { git: { commit } }),
    started: started.toISOString(),
  };
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
