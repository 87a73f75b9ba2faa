/** Programs by their absolute paths: what lies in the current folder is never started. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** The folders of PATH without those that depend on where the process is: "", ".", "bin". */
const absoluteFolders = (path: string | undefined): readonly string[] =>
  (path ?? "").split(delimiter).filter(isAbsolute);

/** Where a program is that is named absolutely or lies in an absolute folder of PATH. */
export const findProgram = (name: string, path: string | undefined): string | undefined => {
  if (isAbsolute(name)) return isExecutable(name) ? name : undefined;
  if (name === "" || /[/\\]/u.test(name)) return undefined;
  return absoluteFolders(path)
    .map((folder) => join(folder, name))
    .find(isExecutable);
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/**
 * This process's environment with only the absolute folders of PATH: what programs start of their own comes from those too.
 * Without any it is the system's, as an empty PATH means the current folder.
 */
export const childEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: absoluteFolders(process.env["PATH"]).join(delimiter) || "/usr/bin:/bin",
});
