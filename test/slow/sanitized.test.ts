/** The C of every model's training step runs clean under the address and undefined-behaviour sanitizers. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { generate } from "../../src/code/generate.ts";
import { modelsDirectory } from "../../src/index.ts";
import { sanitize } from "../../src/runtime/native/sanitize.ts";
import { findToolchain, type Toolchain } from "../../src/runtime/native/toolchain.ts";
import { need } from "../support/need.ts";
import { smallStep } from "../runtime/small-step.ts";

const compiler = ((): Toolchain | string => {
  try {
    return findToolchain(process.env);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
})();

describe.each(readdirSync(modelsDirectory()).filter((name) => name.endsWith(".gtm")))(
  "%s",
  (file) => {
    if (typeof compiler === "string") {
      test.skip(`sanitized: ${compiler}`, () => undefined);
      return;
    }
    test("two threads, a training step twice", { timeout: 600_000 }, () => {
      const { graph, feed } = smallStep(file);
      const module = generate(graph, { target: compiler.target, threads: 2 });
      const inputs = graph.inputs.map(({ attrs: { name }, dtype }) => {
        const data = feed.get(name)?.data ?? [];
        return dtype === "int" ? Int32Array.from(data) : Float32Array.from(data);
      });
      const { clean, output } = need(sanitize(module, compiler, inputs));
      expect(clean, output).toBe(true);
    });
  },
);
