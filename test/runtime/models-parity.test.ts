/** Whole training steps of the library's models, optimizer included, on every backend against the reference. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { modelsDirectory, referenceBackend } from "../../src/index.ts";
import type { Graph } from "../../src/graph/op.ts";
import type { Backend, Buffer, HostArray } from "../../src/runtime/backend.ts";
import { need, openAll } from "./opened.ts";
import { smallStep } from "./small-step.ts";

const run = (
  backend: Backend,
  graph: Graph,
  feed: ReadonlyMap<string, HostArray>,
): ReadonlyMap<string, HostArray> => {
  const executable = need(backend.compile(graph));
  const inputs = new Map<string, Buffer>(
    [...feed].map(([name, array]) => [name, backend.upload(array)]),
  );
  const outputs = executable.run(inputs);
  const read = new Map([...outputs].map(([name, buffer]) => [name, buffer.read()]));
  for (const buffer of [...inputs.values(), ...outputs.values()]) buffer.dispose();
  executable.dispose();
  return read;
};

const { available, unavailable } = await openAll();
const files = readdirSync(modelsDirectory()).filter((name) => name.endsWith(".gtm"));

describe.each(files)("%s", (file) => {
  const { graph, feed } = smallStep(file);
  const expected = run(referenceBackend, graph, feed);

  test.each(available)("on $name", ({ backend }) => {
    for (const [name, { data }] of run(backend, graph, feed)) {
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
