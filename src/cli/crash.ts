import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { printable } from "../diagnostics/printable.ts";
import { exits } from "./exit.ts";
import type { Io } from "./io.ts";

/**
 * A bug in gtmc: says so, and writes all that is needed to see it again into one file. The only place that shows a
 * stack trace.
 */
export const reportCrash = (io: Io, argv: readonly string[], error: unknown): number => {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const kept = keepReproduction(io, argv, { stack: stack.split("\n") });
  const lines = [
    "internal error: this is a bug in gtmc, not in your model",
    "",
    stack,
    "",
    ...("path" in kept
      ? [
          `A reproduction was written to ${kept.path}`,
          "It holds the command line, your model file and the lines above. Please report the bug with it.",
        ]
      : [
          `No reproduction could be written: ${kept.reason}`,
          "Please report the bug with the command line, your model file and the lines above.",
        ]),
    "",
  ];
  io.stderr(printable(lines.join("\n")));
  return exits.internal;
};

/** All that is needed to see a bug again, in one new file. */
export const keepReproduction = (
  io: Io,
  argv: readonly string[],
  seen: Readonly<Record<string, unknown>>,
): { readonly path: string } | { readonly reason: string } => {
  const reproduction = {
    arguments: argv,
    folder: io.cwd,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    ...seen,
    files: sourcesOf(io, argv),
  };
  try {
    const path = join(mkdtempSync(join(tmpdir(), "gtmc-bug-")), "reproduction.json");
    writeFileSync(path, `${JSON.stringify(reproduction, null, 2)}\n`);
    return { path };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
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
