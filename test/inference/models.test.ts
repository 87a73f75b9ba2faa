/** The library's models, at small sizes: gradients, causality, generation, and what the passes make of them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, describe, test } from "vitest";
import { families } from "../../src/distributions/index.ts";
import { differentiate } from "../../src/graph/gradient.ts";
import type { Node } from "../../src/graph/op.ts";
import { optimise } from "../../src/graph/passes/index.ts";
import { elements } from "../../src/graph/shapes.ts";
import { inputsOf } from "../../src/graph/walk.ts";
import { deriveSampling } from "../../src/inference/generate.ts";
import { deriveEvaluation } from "../../src/inference/objective.ts";
import type { BatchSizes, GraphInputs, ObjectiveGraph } from "../../src/inference/graphs.ts";
import type { ObjectiveSpec } from "../../src/inference/spec.ts";
import type { Model } from "../../src/ir/model.ts";
import { analyse } from "../../src/language/language.ts";
import { loadModules } from "../../src/language/modules.ts";
import { at, maxError } from "./support/enumerate.ts";
import { normals, numbers, prepare, legalObjective, spec, type Numbers } from "./support/run.ts";

const folder = "models";
const textOf = (path: string): { path: string; text: string } => ({
  path,
  text: readFileSync(path, "utf8"),
});
const prelude = readdirSync(join(folder, "prelude")).map((name) =>
  textOf(join(folder, "prelude", name)),
);

/** The model of a file, with its dimensions made small. */
const small = (file: string): Model => {
  const load = (from: string, path: string): string => textOf(join(from, "..", path)).text;
  const modules = loadModules(textOf(join(folder, file)), load, prelude);
  if (!modules.ok) throw new Error(modules.diagnostics[0]?.message);
  const program = analyse(modules.value, families);
  if (!program.ok) throw new Error(program.diagnostics[0]?.message);
  const [model] = program.value.models;
  if (model === undefined) throw new Error(`${file} has no model`);
  const sizes = { X: 4, Z: 2, H: 3, L: 3, N: 3, E: 2, R: 2 };
  const known = new Map(Object.entries(sizes));
  const dims = Object.entries(model.dims).map(([name, size]): [string, number | null] => [
    name,
    size === null ? null : (known.get(name) ?? size),
  ]);
  // What a memory stops is no derivative of anything: let it through, so that there is one to compare with.
  const values = model.values.map((value) =>
    value.op === "stop" ? { ...value, op: "expand" as const, attrs: { at: [] } } : value,
  );
  return { ...model, values, dims: Object.fromEntries(dims) };
};

const T = 3;
const B = 2;

const isDiscrete = (model: Model): boolean =>
  model.sites.some((site) => site.role === "latent" && site.type.base === "index");
const isTemporal = (model: Model): boolean => model.sites.some((site) => site.when === "step");

const sizesOf = (model: Model, particles: number, batch = B): BatchSizes => ({
  batch,
  particles,
  ...(isTemporal(model) ? { steps: T } : {}),
  ragged: false,
  dims: { S: 3 },
});

/** Numbers for everything that a graph takes. */
const valuesFor = ({ parameters, data, noise }: GraphInputs, seed = 1): Numbers => {
  const of = (
    name: string,
    count: number,
    low: number,
    high: number,
  ): readonly [string, number[]] => [
    name,
    numbers(count, seed + name.length).map((x) => low + ((x + 1) / 2) * (high - low)),
  ];
  return Object.fromEntries([
    ...parameters.map(({ attrs, shape }) => of(attrs.name, elements(shape), -0.5, 0.5)),
    ...data.map(({ attrs, shape }) => of(attrs.name, elements(shape), 0, 1)),
    ...noise.map(({ name, shape, kind }): readonly [string, number[]] =>
      kind === "uniform"
        ? [...of(name, elements(shape), 0, 1)]
        : [name, normals(elements(shape), seed + name.length - 1)],
    ),
  ]);
};

const derive = (
  model: Model,
  sizes: BatchSizes,
  change: Partial<ObjectiveSpec>,
): ObjectiveGraph => {
  return legalObjective(model, spec(change), sizes);
};

const files = readdirSync(folder).filter((name) => name.endsWith(".gtm"));

describe.each(files)("%s", (file) => {
  const model = small(file);
  const bound = isDiscrete(model) ? "iwae" : "elbo";
  const particles = isDiscrete(model) ? 2 : 1;
  const sizes = sizesOf(model, particles);

  test("gradients are finite and those of the bound; passes keep them", () => {
    const objective = derive(model, sizes, { bound: { kind: bound } });
    const values = valuesFor(objective);
    const named = new Map([
      ["surrogate", objective.surrogate],
      ["bound", objective.bound],
    ]);
    const { outputs, gradients } = differentiate(named, "surrogate", objective.parameters);
    const all = new Map<string, Node>([
      ...outputs,
      ...gradients.map((node, i) => [`d${i}`, node] as const),
    ]);
    const results = prepare(all)(values);
    const after = prepare(optimise({ inputs: inputsOf(all.values()), outputs: all }).outputs)(
      values,
    );
    for (const [name, numbers] of results) {
      expect(numbers.every(Number.isFinite)).toBe(true);
      expect(maxError(numbers, after.get(name) ?? [])).toBeLessThan(1e-9);
    }

    // Along one direction; the score term has no such derivative.
    if (isDiscrete(model)) return;
    const direction = new Map(
      objective.parameters.map(({ attrs, shape }, i) => [attrs.name, numbers(elements(shape), i)]),
    );
    const execute = prepare(new Map([["bound", objective.bound]]));
    const moved = (by: number): number => {
      const stepped = [...direction].map(([name, d]): [string, number[]] => [
        name,
        (values[name] ?? []).map((x, i) => x + by * at(d, i)),
      ]);
      return at(execute({ ...values, ...Object.fromEntries(stepped) }).get("bound"), 0);
    };
    const slope = objective.parameters.reduce(
      (sum, { attrs }, i) =>
        sum +
        (results.get(`d${i}`) ?? []).reduce(
          (part, g, j) => part + g * at(direction.get(attrs.name), j),
          0,
        ),
      0,
    );
    // Step 1e-5: third derivatives along so long a direction leave 1e-5 of the slope.
    expect((moved(1e-5) - moved(-1e-5)) / 2e-5).toBeCloseTo(slope, 3);
    expect(Math.abs(slope)).toBeGreaterThan(1e-3);
  });

  test("draws are finite without observations", () => {
    const drawn = deriveSampling(model, { kind: "prior" }, sizes);
    if (!drawn.ok) throw new Error(drawn.diagnostics[0]?.message);
    const observed = model.data.filter(({ role }) => role === "observed").map(({ name }) => name);
    const names = drawn.value.graph.inputs.map(({ attrs }) => attrs.name);
    expect(names.filter((name) => observed.includes(name))).toEqual([]);
    for (const [, numbers] of prepare(drawn.value.graph.outputs)(valuesFor(drawn.value))) {
      expect(numbers.every(Number.isFinite)).toBe(true);
    }
  });

  if (!isTemporal(model)) return;
  test("an observation reaches nothing before its step", () => {
    const { terms, ...inputs } = deriveEvaluation(model, sizesOf(model, 1, 1));
    const values = valuesFor(inputs);
    const execute = prepare(terms);
    const x = values["x"] ?? [];
    const size = x.length / T;
    const before = execute(values);
    for (let s = 0; s < T; s += 1) {
      const moved = x.map((v, i) => (Math.floor(i / size) === s ? 1 - v : v));
      const after = execute({ ...values, x: moved });
      for (const [name, series] of before) {
        const other = after.get(name) ?? [];
        expect(maxError([0, ...series.slice(0, s)], [0, ...other.slice(0, s)])).toBe(0);
      }
      expect(maxError(before.get("loglik.x") ?? [], after.get("loglik.x") ?? [])).toBeGreaterThan(
        0,
      );
    }
  });
});
