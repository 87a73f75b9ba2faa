/**
 * Compiles a training step of every file of `models/`, or of those named, to C with the address and undefined-behaviour sanitizers
 * and runs it twice on two threads:
 *
 *     npx tsx scripts/sanitize.ts [vae.gtm ...]
 */
import { readdirSync } from "node:fs";
import { generate } from "../src/code/generate.ts";
import { modelsDirectory } from "../src/index.ts";
import { sanitize } from "../src/runtime/native/sanitize.ts";
import { findToolchain } from "../src/runtime/native/toolchain.ts";
import { smallStep } from "../test/runtime/small-step.ts";

const chosen = process.argv.slice(2);
const files =
  chosen.length > 0
    ? chosen
    : readdirSync(modelsDirectory()).filter((name) => name.endsWith(".gtm"));
const toolchain = findToolchain(process.env);
const failed: string[] = [];
for (const file of files) {
  const { graph, feed } = smallStep(file);
  const module = generate(graph, { target: toolchain.target, threads: 2 });
  const inputs = [...feed.values()].map(({ data }) =>
    data instanceof Int32Array ? data : Float32Array.from(data),
  );
  const result = sanitize(module, toolchain, inputs);
  const clean = result.ok && result.value.clean;
  if (!clean) failed.push(file);
  process.stdout.write(`${file}: ${clean ? "clean" : "FAILED"}\n`);
  if (!result.ok) {
    for (const { message, notes } of result.diagnostics) {
      process.stdout.write(`${[message, ...notes].join("\n")}\n`);
    }
  } else if (!clean) process.stdout.write(result.value.output);
}
process.exitCode = failed.length === 0 ? 0 : 1;
