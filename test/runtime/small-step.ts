/** Whole training steps of the library's models at small sizes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compile, modelsDirectory } from "../../src/index.ts";
import type { Graph } from "../../src/graph/op.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { initialise } from "../../src/training/initialise.ts";
import { drawNoise } from "../../src/training/noise.ts";
import { buildStep } from "../../src/training/step.ts";
import { uniforms } from "../support/numbers.ts";
import { need } from "../support/need.ts";

const small: Readonly<Record<string, number>> = { X: 6, Z: 3, H: 5, L: 4, N: 4, E: 3 };

/** The step at small sizes, and a number for each of its inputs. */
export const smallStep = (file: string): { graph: Graph; feed: ReadonlyMap<string, HostArray> } => {
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
