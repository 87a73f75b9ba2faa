/**
 * Programs that are timed, bundled as the package is and beside its files: sources that are translated as they are loaded begin
 * more slowly, and name every function anew each time it is made.
 */
import { rmSync } from "node:fs";

const sources = {
  "bench-gtmc": "bench/gtmc.ts",
  "bench-first-step": "bench/first-step.ts",
} as const;

export const programOf = (name: keyof typeof sources): string => `dist/${name}.js`;

/** Runs `work` while the programs are there. */
export const withBundles = async <T>(work: () => Promise<T>): Promise<T> => {
  const { build } = await import("tsdown");
  await build({ entry: sources, clean: false, dts: false, logLevel: "silent" });
  try {
    return await work();
  } finally {
    for (const name of Object.keys(sources)) rmSync(programOf(name as keyof typeof sources));
  }
};
