/** Whole training steps of the library's models, optimizer included, on every backend against the reference. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { modelsDirectory, referenceBackend } from "../../src/index.ts";
import { openAll } from "./opened.ts";
import { runGraph } from "./run-graph.ts";
import { smallStep } from "./small-step.ts";

const { available, unavailable } = await openAll();
const files = readdirSync(modelsDirectory()).filter((name) => name.endsWith(".gtm"));

/** Compiling C takes longest: models without time, with most kinds of loops, and with discrete latents. The soak has all. */
const natively: ReadonlySet<string> = new Set(["vae.gtm", "dnc_gtmm.gtm", "vma.gtm"]);

describe.each(files)("%s", (file) => {
  const { graph, feed } = smallStep(file);
  const expected = runGraph(referenceBackend, graph, feed);

  const tried = available.filter(({ name }) => name !== "native" || natively.has(file));
  test.each(tried)("on $name", ({ backend }) => {
    for (const [name, { data }] of runGraph(backend, graph, feed)) {
      const wanted = [...(expected.get(name)?.data ?? [])];
      const found = [...data];
      expect(found.length, name).toBe(wanted.length);
      const scale = Math.max(1, ...wanted.map(Math.abs));
      const error = Math.max(...found.map((x, i) => Math.abs(x - (wanted[i] ?? Number.NaN))));
      // float32 (6e-8) over chains of some thousands of operations
      expect(error / scale, name).toBeLessThan(2e-4);
    }
  });
  for (const { name, reason } of unavailable) test.skip(`on ${name}: ${reason}`, () => undefined);
});
