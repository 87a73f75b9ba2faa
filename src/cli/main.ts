#!/usr/bin/env node
import { text } from "node:stream/consumers";
import { optimiseLater } from "./engine.ts";
import { exits } from "./exit.ts";
import { stoppable } from "./interruption.ts";
import { plainly, refusedByMachine } from "./errors.ts";
import { guardStreams } from "./streams.ts";

optimiseLater();
guardStreams();

try {
  const argv = process.argv.slice(2);
  const { main } = await (argv[0] === "--version" ? import("./version.ts") : import("./cli.ts"));
  process.exitCode = await main(argv, {
    stdout: (output) => process.stdout.write(output),
    stderr: (output) => process.stderr.write(output),
    stdin: () => text(process.stdin),
    env: process.env,
    cwd: process.cwd(),
    stoppable: stoppable(),
    ...(process.stderr.isTTY ? { columns: () => process.stderr.columns } : {}),
  });
} catch (error) {
  // Before anything could be loaded, as where no more files can be opened, or from a folder that is gone.
  const refusal = refusedByMachine(error);
  if (refusal === undefined) throw error;
  process.stderr.write(plainly(refusal));
  process.exitCode = exits.environment;
}
