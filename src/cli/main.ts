#!/usr/bin/env node
import { text } from "node:stream/consumers";
import { main } from "./cli.ts";
import { optimiseLater } from "./engine.ts";
import { exits } from "./exit.ts";

optimiseLater();

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(exits.interrupted);
    interruption.abort();
  });
}

process.exitCode = await main(process.argv.slice(2), {
  stdout: (output) => process.stdout.write(output),
  stderr: (output) => process.stderr.write(output),
  stdin: () => text(process.stdin),
  env: process.env,
  cwd: process.cwd(),
  signal: interruption.signal,
  ...(process.stderr.isTTY ? { columns: () => process.stderr.columns } : {}),
});
