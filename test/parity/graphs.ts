/** Every graph that the product runs of a model, at given sizes, with numbers for what it takes. */
import type { Graph } from "../../src/graph/op.ts";
import { optimise } from "../../src/graph/passes/index.ts";
import { inputsOf } from "../../src/graph/walk.ts";
import type { Node } from "../../src/graph/op.ts";
import { added } from "../../src/graph/added.ts";
import type { DataField } from "../../src/ir/model.ts";
import { evaluate as sizeOf } from "../../src/shape/dim.ts";
import { elements } from "../../src/graph/shapes.ts";
import type { Program, SampleTarget } from "../../src/program/program.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { initialise } from "../../src/training/initialise.ts";
import { drawNoise } from "../../src/training/noise.ts";
import type { BatchSizes, NoiseInput } from "../../src/inference/graphs.ts";
import { measuredOf } from "../../src/training/estimate.ts";
import { buildStep } from "../../src/training/step.ts";
import { need } from "../support/need.ts";
import { uniforms } from "../support/numbers.ts";

export interface Sizes extends BatchSizes {
  /** Of `predict`. */
  readonly prefix?: number;
}

export interface ProductGraph {
  /** "training step", "evaluation", "predict". */
  readonly name: string;
  readonly graph: Graph;
  /** Numbers for its inputs, others for another seed. */
  readonly feed: (seed: number) => ReadonlyMap<string, HostArray>;
}

const forward = (outputs: ReadonlyMap<string, Node>): Graph =>
  optimise({ inputs: inputsOf(outputs.values()), outputs });

type Build = (
  program: Program,
  sizes: Sizes,
) => { readonly graph: Graph; readonly noise: readonly NoiseInput[] };

const drawing =
  (target: SampleTarget): Build =>
  (program, { particles, ...sizes }) =>
    need(program.sampling(target, { ...sizes, samples: particles }));

const step =
  (storage?: number): Build =>
  ({ problem, config }, sizes) => {
    const objective = problem.objective(sizes);
    return { graph: buildStep(objective, config.training, storage).graph, noise: objective.noise };
  };

const evaluation: Build = ({ problem }, sizes) => {
  const measured = problem.evaluation(sizes);
  return { graph: forward(measuredOf(measured)), noise: measured.noise };
};

const builds: Readonly<Record<string, Build>> = {
  "training step": step(),
  // One byte is less than any loop stores.
  "training step in blocks": step(1),
  evaluation,
  "evaluation of one particle": (program, sizes) => evaluation(program, { ...sizes, particles: 1 }),
  prior: drawing("prior"),
  predict: drawing("predict"),
  posterior: drawing("posterior"),
  reconstruct: drawing("reconstruct"),
};

export const graphNames: readonly string[] = Object.keys(builds);

const onlyTemporal: ReadonlySet<string> = new Set(["training step in blocks", "predict"]);

/** The graphs of these names; those of time only where there is time. */
export const productGraphs = (
  program: Program,
  sizes: Sizes,
  names: readonly string[] = graphNames,
): readonly ProductGraph[] =>
  names
    .filter((name) => sizes.steps !== undefined || !onlyTemporal.has(name))
    .map((name): ProductGraph => {
      const build = builds[name];
      if (build === undefined) throw new Error(`no graph ${name}`);
      const { graph, noise } = build(program, sizes);
      return { name, graph, feed: (seed) => feedOf(program, graph, noise, sizes, seed) };
    });

const feedOf = (
  program: Program,
  graph: Graph,
  noise: readonly NoiseInput[],
  sizes: Sizes,
  seed: number,
): ReadonlyMap<string, HostArray> => {
  const next = uniforms(seed);
  const parameters = initialise(program.problem.parameters, seed);
  const drawn = drawNoise(noise, seed, "test", 0);
  const fields = new Map(program.model.data.map((field) => [field.name, field]));
  const array = (name: string, shape: readonly number[]): HostArray => {
    const count = elements(shape);
    const parameter = parameters.get(name);
    if (parameter !== undefined) {
      // Not as they begin: biases of 0 hide what becomes of them.
      return { shape, data: parameter.data.map((x) => x + 0.6 * next() - 0.3) };
    }
    const known = drawn.get(name);
    if (known !== undefined) return known;
    const field = fields.get(name);
    if (field !== undefined) return { shape, data: dataOf(field, program, sizes, count, next) };
    if (name === added.mask) return maskOf(shape, next);
    // First moments begin as 0, so that what becomes of them is the gradient.
    const isMoment = /\.(?:m|velocity)\//u.test(name);
    return {
      shape,
      data: Float32Array.from({ length: count }, () => (isMoment ? 0 : 0.5 + next() / 2)),
    };
  };
  return new Map(graph.inputs.map(({ attrs: { name }, shape }) => [name, array(name, shape)]));
};

/** [B, T]: 1 up to a length from 1 on, all of it in the first sequence. */
const maskOf = (shape: readonly number[], next: () => number): HostArray => {
  const [batch = 1, steps = 1] = shape;
  const data = new Float32Array(batch * steps);
  for (let b = 0; b < batch; b += 1) {
    const length = b === 0 ? steps : 1 + Math.floor(next() * steps);
    data.fill(1, b * steps, b * steps + length);
  }
  return { shape, data };
};

const dataOf = (
  { type: { base, axes, of } }: DataField,
  { model }: Program,
  sizes: Sizes,
  count: number,
  next: () => number,
): HostArray["data"] => {
  const dims = new Map(
    Object.entries(model.dims).map(([name, size]) => [name, sizes.dims[name] ?? size ?? 1]),
  );
  const outcomes = of === undefined ? 1 : (sizeOf(of, dims) ?? 1);
  const last = axes.at(-1);
  const row = last === undefined ? 1 : (sizeOf(last, dims) ?? 1);
  const from = (make: () => number): Float32Array => Float32Array.from({ length: count }, make);
  switch (base) {
    case "real":
      return from(() => 3 * next() - 1.5);
    case "pos":
      return from(() => 0.2 + 2 * next());
    case "unit":
      return from(next);
    case "simplex": {
      const data = from(() => 0.1 + next());
      for (let start = 0; start < count; start += row) {
        const part = data.subarray(start, start + row);
        const total = part.reduce((a, b) => a + b, 0);
        part.forEach((x, i) => (part[i] = x / total));
      }
      return data;
    }
    case "count":
      return from(() => Math.floor(5 * next()));
    case "index":
      return Int32Array.from({ length: count }, () => Math.floor(next() * outcomes));
    case "perm":
      return Int32Array.from({ length: count }, (_, i) => i % row);
  }
};
