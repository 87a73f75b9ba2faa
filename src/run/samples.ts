/** Names of what is drawn from a run, of which several processes may draw at once. */
import { closeSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../files/code.ts";
import { runFiles } from "./folder.ts";

/** A number that nobody else takes until its files are there and it is released. */
export interface SampleName {
  readonly name: string;
  readonly number: number;
  readonly release: () => void;
}

/**
 * Takes the first number for which samples/ has no file "<target>-<number>.…". A number that a killed process had taken is
 * passed over.
 */
export const takeSampleName = (folder: string, target: string): SampleName => {
  const samples = join(folder, runFiles.samples);
  for (let number = 1; ; number++) {
    const name = `${target}-${`${number}`.padStart(3, "0")}`;
    const claim = join(samples, `.${name}`);
    if (!place(claim)) continue;
    const release = (): void => {
      rmSync(claim, { force: true });
    };
    // Looked for only now, as another process may have taken the number, written and released it meanwhile.
    if (!readdirSync(samples).some((file) => file.startsWith(`${name}.`))) {
      return { name, number, release };
    }
    release();
  }
};

const place = (path: string): boolean => {
  try {
    closeSync(openSync(path, "wx"));
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
};
