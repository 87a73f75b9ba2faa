/** Objectives and draws after all passes are what they were before, and the loop keeps only what must recur. */
import { expect, test } from "vitest";
import { differentiate } from "../../src/graph/gradient.ts";
import type { Node } from "../../src/graph/op.ts";
import { optimise } from "../../src/graph/passes/index.ts";
import { bodyRoots, inputsOf, topological } from "../../src/graph/walk.ts";
import { deriveSampling } from "../../src/inference/generate.ts";
import type { BatchSizes } from "../../src/inference/graphs.ts";
import type { ObjectiveSpec } from "../../src/inference/spec.ts";
import type { Model } from "../../src/ir/model.ts";
import { maxError } from "./support/enumerate.ts";
import { normals, numbers, legalObjective, prepare, spec, type Numbers } from "./support/run.ts";
import { parametersOf, recurrent, stateSpace, stateSpaceValues, X, Z } from "./support/temporal.ts";
import { force, toyB, toyBValues, toyChain } from "./support/toys.ts";

type Outputs = ReadonlyMap<string, Node>;

const step = (model: Model, change: Partial<ObjectiveSpec>, sizes: BatchSizes): Outputs => {
  const derived = legalObjective(model, spec(change), sizes);
  const { bound, surrogate, terms, parameters } = derived;
  const all = new Map<string, Node>([["surrogate", surrogate], ["bound", bound], ...terms]);
  const { outputs, gradients } = differentiate(all, "surrogate", parameters);
  return new Map<string, Node>([...outputs, ...gradients.map((g, i) => [`d${i}`, g] as const)]);
};

const expectUnchanged = (outputs: Outputs, values: Numbers): void => {
  const before = prepare(outputs)(values);
  const optimised = optimise({ inputs: inputsOf(outputs.values()), outputs });
  const after = prepare(optimised.outputs)(values);
  expect([...after.keys()]).toEqual([...before.keys()]);
  // Sums are taken in another order: rounding of a few hundred operations.
  for (const [name, numbers] of before)
    expect(maxError(numbers, after.get(name) ?? [])).toBeLessThan(1e-10);
};

const sizesOf = (particles: number, batch: number, steps: number): BatchSizes => ({
  batch,
  particles,
  steps,
  ragged: false,
  dims: {},
});

test.each([
  ["elbo", {}, 1],
  ["iwae", { bound: { kind: "iwae" }, klWeight: true }, 3],
] as const)("a recurrent model: %s", (_, change, particles) => {
  const sizes = sizesOf(particles, 2, 4);
  const model = recurrent();
  expectUnchanged(step(model, change, sizes), {
    ...parametersOf(model, 5),
    x: numbers(2 * 4 * X, 1).map((x) => (x > 0 ? 1 : 0)),
    u: numbers(2 * 4, 2),
    "/noise.z": normals(4 * particles * 2 * Z, 3),
    "/noise.g": normals(particles * 2, 4),
    "/klWeight": [0.5],
  });
});

test("a guide that looks ahead, ragged", () => {
  const sizes = { ...sizesOf(2, 2, 3), ragged: true };
  expectUnchanged(step(stateSpace("exact"), { bound: { kind: "iwae" } }, sizes), {
    ...stateSpaceValues,
    x: [0.9, -0.4, 1.7, 2, 0, 0],
    "/mask": [1, 1, 1, 1, 0, 0],
    "/noise.z": normals(3 * 2 * 2, 1),
  });
});

test("vimco, with time and without", () => {
  const vimco = { bound: { kind: "iwae" } } as const;
  expectUnchanged(step(toyChain(), vimco, sizesOf(2, 1, 2)), {
    transition: [0.3, -0.8, 0.9, 0.1],
    slope: [0.7, -0.4],
    emission: [1.2, -0.6],
    start: [1, 0.5],
    x: [1, 0],
    "/noise.a": [0, 1, 1, 0].flatMap((a) => force(a, 2)),
  });
  const sizes = { batch: 1, particles: 2, ragged: false, dims: {} };
  expectUnchanged(step(toyB(3), vimco, sizes), {
    ...toyBValues(3),
    "/noise.a": [...force(2, 3), ...force(0, 3)],
    "/noise.z": [0.4, -1],
  });
});

test("draws that continue a prefix", () => {
  const model = recurrent();
  const sizes = sizesOf(2, 1, 4);
  const derived = deriveSampling(model, { kind: "predict", prefix: 2 }, sizes);
  if (!derived.ok) throw new Error(derived.diagnostics[0]?.message);
  expectUnchanged(derived.value.graph.outputs, {
    ...parametersOf(model, 5),
    x: numbers(2 * X, 1).map((x) => (x > 0 ? 1 : 0)),
    u: numbers(4, 2),
    "/noise.z": normals(2 * 2 * Z, 3),
    "/noise.z.prior": normals(2 * 2 * Z, 6),
    "/noise.g": normals(2, 4),
    "/noise.x.prior": numbers(2 * 2 * X, 5).map((x) => (x + 1) / 2),
  });
});

/** Names of what the bodies of forward loops read. */
const readInLoops = (outputs: Outputs): readonly string[] =>
  topological(outputs.values()).flatMap((node) =>
    node.op === "scan" && !node.attrs.reverse
      ? inputsOf(bodyRoots(node.attrs.body)).map(({ attrs }) => attrs.name)
      : [],
  );

test("the encoder and the likelihood of x leave the forward loop", () => {
  const outputs = step(recurrent(), {}, sizesOf(1, 2, 4));
  const optimised = optimise({ inputs: inputsOf(outputs.values()), outputs }).outputs;
  const movable = ["enc.weight", "obs.weight", "x"];
  expect(readInLoops(outputs)).toEqual(expect.arrayContaining([...movable, "rnn.weight"]));
  const remaining = readInLoops(optimised);
  expect(remaining.length).toBeGreaterThan(0);
  expect(remaining.filter((name) => movable.includes(name))).toEqual([]);
});
