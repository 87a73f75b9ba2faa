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

/** Makes the programs; they are gone with this process. */
export const bundle = async (): Promise<void> => {
  const { build } = await import("tsdown");
  const { program } = await import("../tsdown.config.ts");
  process.on("exit", () => {
    for (const name of Object.keys(sources)) rmSync(`dist/${name}.js`, { force: true });
  });
  const apart = { config: false, clean: false, dts: false, logLevel: "silent" } as const;
  await build({ ...program, ...apart, entry: sources });
};
