#!/usr/bin/env node
import { text } from "node:stream/consumers";
import { optimiseLater } from "./engine.ts";
import { exits } from "./exit.ts";
import { refusedByMachine } from "./problems.ts";
import { guardStreams } from "./streams.ts";

optimiseLater();
guardStreams();

const interruption = new AbortController();
/** Signals that come together, such as of a key held down, are one. */
const together = 1000;
const first: { time?: number } = {};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    first.time ??= performance.now();
    if (performance.now() - first.time > together) process.exit(exits.interrupted);
    interruption.abort();
  });
}

try {
  const { main } = await import("./cli.ts");
  process.exitCode = await main(process.argv.slice(2), {
    stdout: (output) => process.stdout.write(output),
    stderr: (output) => process.stderr.write(output),
    stdin: () => text(process.stdin),
    env: process.env,
    cwd: process.cwd(),
    signal: interruption.signal,
    ...(process.stderr.isTTY ? { columns: () => process.stderr.columns } : {}),
  });
} catch (error) {
  // Before anything could be loaded, as where no more files can be opened, or from a folder that is gone.
  const refusal = refusedByMachine(error);
  if (refusal === undefined) throw error;
  const { renderText } = await import("../diagnostics/render.ts");
  process.stderr.write(renderText([refusal], new Map(), { color: false }));
  process.exitCode = exits.environment;
}
