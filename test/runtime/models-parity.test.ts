/** Whole training steps of the library's models, optimizer included, on every backend against the reference. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, modelsDirectory, referenceBackend } from "../../src/index.ts";
import type { Graph } from "../../src/graph/op.ts";
import type { Backend, Buffer, HostArray } from "../../src/runtime/backend.ts";
import { initialise } from "../../src/training/initialise.ts";
import { drawNoise } from "../../src/training/noise.ts";
import { buildStep } from "../../src/training/step.ts";
import { uniforms } from "../support/numbers.ts";
import { need, openAll } from "./opened.ts";

const small: Readonly<Record<string, number>> = { X: 6, Z: 3, H: 5, L: 4, N: 4, E: 3 };

/** The step at small sizes, and a number for each of its inputs. */
const prepare = (file: string): { graph: Graph; feed: ReadonlyMap<string, HostArray> } => {
  const path = join(modelsDirectory(), file);
  const text = readFileSync(path, "utf8");
  const set = Object.entries(small)
    .filter(([name]) => new RegExp(`^dim ${name} +=`, "mu").test(text))
    .map(([name, size]) => `${name}=${size}`);
  const { model, problem, config } = need(compile({ path, text }, { set }));
  const objective = problem.objective({
    batch: 2,
    particles: config.training.particles,
    ragged: false,
    ...(model.data.some(({ per }) => per === "step") ? { steps: 3 } : {}),
    dims: Object.fromEntries(Object.keys(model.dims).map((name) => [name, 4])),
  });
  const { graph } = buildStep(objective, config.training);
  const given = new Map([
    ...initialise(problem.parameters, 1),
    ...drawNoise(objective.noise, 1, "test", 0),
  ]);
  const next = uniforms(5);
  const feed = graph.inputs.map(({ attrs: { name }, shape }): [string, HostArray] => {
    const count = shape.reduce((a, b) => a * b, 1);
    // Data and optimizer state in (0, 1): legal for every declared range, and no moment is zero.
    const array = { shape, data: Float32Array.from({ length: count }, next) };
    return [name, given.get(name) ?? array];
  });
  return { graph, feed: new Map(feed) };
};

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
  const { graph, feed } = prepare(file);
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
