import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { exits } from "./exit.ts";
import type { Io } from "./io.ts";

/**
 * A bug in gtmc: says so, and writes all that is needed to see it again into one file. The only place that shows a
 * stack trace.
 */
export const reportCrash = (io: Io, argv: readonly string[], error: unknown): number => {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const path = join(mkdtempSync(join(tmpdir(), "gtmc-bug-")), "reproduction.json");
  const reproduction = {
    arguments: argv,
    folder: io.cwd,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    stack: stack.split("\n"),
    files: sourcesOf(io, argv),
  };
  writeFileSync(path, `${JSON.stringify(reproduction, null, 2)}\n`);
  io.stderr(
    [
      "internal error: this is a bug in gtmc, not in your model",
      "",
      stack,
      "",
      `A reproduction was written to ${path}`,
      "It holds the command line, your model file and the lines above. Please report the bug with it.",
      "",
    ].join("\n"),
  );
  return exits.internal;
};

const sourcesOf = (io: Io, argv: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    argv
      .filter((argument) => argument.endsWith(".gtm"))
      .flatMap((argument) => {
        try {
          const path = isAbsolute(argument) ? argument : resolve(io.cwd, argument);
          return [[argument, readFileSync(path, "utf8")]];
        } catch {
          return [];
        }
      }),
  );
