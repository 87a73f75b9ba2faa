/** gtmc as it is shipped, for tests of whole processes. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "tsdown";
import { mathjs, program } from "../../tsdown.config.ts";

/** The program bundled into a folder of its own, and how to remove it. */
export interface Built {
  readonly main: string;
  readonly remove: () => void;
}

/** Below the package, where it finds its models and libraries. */
export const buildProgram = async (name: string): Promise<Built> => {
  const folder = join(import.meta.dirname, "../../node_modules/.cache", `gtmc-${name}`);
  const apart = { config: false, dts: false, logLevel: "error", outDir: folder } as const;
  await build({ ...program, ...apart, entry: { "cli/main": "src/cli/main.ts" }, clean: false });
  await build({ ...mathjs, ...apart });
  return {
    main: join(folder, "cli/main.js"),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
