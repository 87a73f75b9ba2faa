import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/graph/op.ts";
import { deriveSampling } from "../../src/inference/generate.ts";
import { deriveEvaluation } from "../../src/inference/objective.ts";
import type { BatchSizes } from "../../src/inference/graphs.ts";
import type { Sampling, DrawTarget } from "../../src/inference/spec.ts";
import type { Model } from "../../src/ir/model.ts";
import { at, maxError } from "./support/enumerate.ts";
import { normals, numbers, prepare, type Numbers } from "./support/run.ts";
import {
  autoregressive,
  LINEAR,
  parametersOf,
  recurrent,
  stateSpace,
  stateSpaceValues,
  X,
  Z,
} from "./support/temporal.ts";

const sizesOf = (particles: number, batch: number, steps: number): BatchSizes => ({
  batch,
  particles,
  steps,
  ragged: false,
  dims: {},
});

const sampling = (model: Model, target: DrawTarget, sizes: BatchSizes): Sampling => {
  const derived = deriveSampling(model, target, sizes);
  if (!derived.ok) throw new Error(derived.diagnostics[0]?.message);
  return derived.value;
};

const inputNames = (graph: Graph): readonly string[] => graph.inputs.map(({ attrs }) => attrs.name);

const draw = (
  model: Model,
  target: DrawTarget,
  sizes: BatchSizes,
  values: Numbers,
): ReadonlyMap<string, readonly number[]> =>
  prepare(sampling(model, target, sizes).graph.outputs)(values);

describe("a recurrent model with a memory", () => {
  const model = recurrent();
  const [S, B, T] = [3, 2, 4];
  const sizes = sizesOf(S, B, T);
  const given: Numbers = {
    ...parametersOf(model, 5),
    x: numbers(B * T * X, 1).map((x) => (x > 0 ? 1 : 0)),
    u: numbers(B * T, 2),
  };
  const noiseZ = normals(T * S * B * Z, 3);
  const noiseX = numbers(T * S * B * X, 5).map((x) => (x + 1) / 2);
  const noiseG = normals(S * B, 4);
  /** The guide draws the steps before `prefix`, the model those from there. */
  const values = (prefix: number): Numbers => ({
    ...given,
    "/noise.z": noiseZ.slice(0, prefix * S * B * Z),
    "/noise.z.prior": noiseZ.slice(prefix * S * B * Z),
    [prefix > 0 ? "/noise.g" : "/noise.g.prior"]: noiseG,
    "/noise.x.prior": noiseX.slice(prefix * S * B * X),
  });

  test("has a draw and a mean for every site and step, and the watches", () => {
    const { graph, noise } = sampling(model, { kind: "prior" }, sizes);
    const shapes = Object.fromEntries([...graph.outputs].map(([name, node]) => [name, node.shape]));
    expect(shapes).toEqual({
      z: [S, B, T, Z],
      g: [S, B, 1],
      x: [S, B, T, X],
      "x.mean": [S, B, T, X],
      "mem.read": [S, B, T, 3],
      psi: [S, B, T, Z],
    });
    expect(noise.map(({ name, kind }) => `${name} ${kind}`).toSorted()).toEqual([
      "/noise.g.prior normal",
      "/noise.x.prior uniform",
      "/noise.z.prior normal",
    ]);
  });

  test("what is generated is not an input: observations cannot reach it", () => {
    const { graph, data } = sampling(model, { kind: "prior" }, sizes);
    expect(data.map(({ attrs }) => attrs.name)).toEqual(["u"]);
    expect(inputNames(graph)).not.toContain("x");
    const drawn = prepare(graph.outputs)({
      ...values(0),
      x: given["x"]?.map(() => Number.NaN) ?? [],
    });
    for (const [, numbers] of drawn) expect(numbers.every(Number.isFinite)).toBe(true);
    expect(new Set(drawn.get("x"))).toEqual(new Set([0, 1]));
  });

  test("predicts from a prefix: as inferred within it, as generated after it", () => {
    const target: DrawTarget = { kind: "predict", prefix: 2 };
    const { graph } = sampling(model, target, sizes);
    expect(graph.inputs.find(({ attrs }) => attrs.name === "x")?.shape).toEqual([B, 2, X]);
    const x = given["x"] ?? [];
    const prefix = [0, 1].flatMap((b) => x.slice(b * T * X, b * T * X + 2 * X));
    const predicted = draw(model, target, sizes, { ...values(2), x: prefix });
    const inferred = draw(model, { kind: "posterior" }, sizes, values(T));
    const z = (from: ReadonlyMap<string, readonly number[]>, steps: readonly number[]): number[] =>
      Array.from({ length: S * B }, (_, row) =>
        steps.flatMap((t) => (from.get("z") ?? []).slice((row * T + t) * Z, (row * T + t + 1) * Z)),
      ).flat();
    expect(maxError(z(predicted, [0, 1]), z(inferred, [0, 1]))).toBe(0);
    expect(maxError(z(predicted, [2, 3]), z(inferred, [2, 3]))).toBeGreaterThan(0.01);
    expect(predicted.get("g")).toEqual(inferred.get("g"));
    for (const [, numbers] of predicted) expect(numbers.every(Number.isFinite)).toBe(true);
  });

  test("a whole prefix reconstructs, an empty one generates", () => {
    const all = draw(model, { kind: "predict", prefix: T }, sizes, values(T));
    expect(all).toEqual(draw(model, { kind: "reconstruct" }, sizes, values(T)));
    expect(all.get("x")?.slice(0, B * T * X)).toEqual(given["x"]);
    const none = draw(model, { kind: "predict", prefix: 0 }, sizes, values(0));
    expect(none).toEqual(draw(model, { kind: "prior" }, sizes, values(0)));
  });

  test("posterior draws latents and watches only", () => {
    const { graph } = sampling(model, { kind: "posterior" }, sizes);
    expect([...graph.outputs.keys()].toSorted()).toEqual(["g", "mem.read", "psi", "z"]);
  });
});

describe("causality", () => {
  const model = recurrent();
  const T = 5;
  const sizes = sizesOf(1, 1, T);
  const base: Numbers = {
    ...parametersOf(model, 5),
    x: numbers(T * X, 1).map((x) => (x > 0 ? 1 : 0)),
    u: numbers(T, 2),
    "/noise.z": normals(T * Z, 3),
    "/noise.g": normals(1, 4),
  };
  const { terms } = deriveEvaluation(model, sizes);
  const { graph } = sampling(model, { kind: "posterior" }, sizes);
  const [executeTerms, executeDraws] = [prepare(terms), prepare(graph.outputs)];
  const perStep = (values: Numbers, name: string): readonly (readonly number[])[] => {
    const execute = terms.has(name) ? executeTerms : executeDraws;
    const all = execute(values).get(name) ?? [];
    const size = all.length / T;
    return Array.from({ length: T }, (_, t) => all.slice(t * size, (t + 1) * size));
  };
  /** Steps at which a quantity differs from what it was. */
  const changed = (values: Numbers, name: string): readonly number[] => {
    const before = perStep(base, name);
    const after = perStep(values, name);
    return before.flatMap((x, t) => (maxError(x, after[t] ?? []) > 0 ? [t] : []));
  };
  const from = (t: number): readonly number[] => [0, 1, 2, 3, 4].slice(t);

  test("x_s reaches the latent of its step, and what is read after it", () => {
    const s = 2;
    const x = (base["x"] ?? []).map((v, i) => (Math.floor(i / X) === s ? 1 - v : v));
    const moved = { ...base, x };
    expect(changed(moved, "psi")).toEqual(from(s + 1));
    expect(changed(moved, "mem.read")).toEqual(from(s + 1));
    expect(changed(moved, "z")).toEqual(from(s));
    expect(changed(moved, "kl.z")).toEqual(from(s));
    expect(changed(moved, "loglik.x")).toEqual(from(s));
  });

  test("z_s reaches the prior of the next step, not of its own", () => {
    const s = 1;
    const noise = (base["/noise.z"] ?? []).map((v, i) => (Math.floor(i / Z) === s ? v + 1 : v));
    const moved = { ...base, "/noise.z": noise };
    expect(changed(moved, "psi")).toEqual(from(s + 1));
    expect(changed(moved, "kl.z")).toEqual(from(s + 1));
    expect(changed(moved, "loglik.x")).toEqual(from(s));
  });
});

describe("observations that feed back", () => {
  const model = autoregressive();
  const noise = [0.3, -1, 0.5, 2];
  const follow = (start: readonly number[], steps: number): number[] => {
    const x = [...start];
    while (x.length < steps) x.push(0.5 * (x.at(-1) ?? 0) + at(noise, x.length));
    return x;
  };

  test("are the drawn ones, or the data of the prefix", () => {
    const sizes = sizesOf(1, 1, 4);
    const values = { a: [0.5], "/noise.x.prior": noise };
    const generated = draw(model, { kind: "prior" }, sizes, values);
    expect(maxError(generated.get("x") ?? [], follow([], 4))).toBeLessThan(1e-15);
    const predicted = draw(model, { kind: "predict", prefix: 2 }, sizes, {
      a: [0.5],
      x: [7, -3],
      "/noise.x.prior": noise.slice(2),
    });
    expect(maxError(predicted.get("x") ?? [], follow([7, -3], 4))).toBeLessThan(1e-15);
    const means = [0, 3.5, -1.5, 0.5 * at(follow([7, -3], 4), 2)];
    expect(maxError(predicted.get("x.mean") ?? [], means)).toBeLessThan(1e-15);
  });
});

describe("a state-space model", () => {
  test("its prior has the stationary spread", () => {
    const [S, T] = [4000, 30];
    const drawn = draw(stateSpace("exact"), { kind: "prior" }, sizesOf(S, 1, T), {
      ...stateSpaceValues,
      "/noise.z.prior": normals(T * S, 1),
      "/noise.x.prior": normals(T * S, 2),
    });
    const last = (drawn.get("x") ?? []).filter((_, i) => i % T === T - 1);
    const { a, c, q, r } = LINEAR;
    const variance = (c * q) ** 2 / (1 - a * a) + r * r;
    const sampled = last.reduce((sum, x) => sum + x * x, 0) / S;
    // A variance estimated from S draws has a relative standard error of sqrt(2 / S).
    expect(Math.abs(sampled / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / S));
  });

  test("a guide that looks ahead sees no further than the prefix", () => {
    const [S, T, prefix] = [2, 5, 3];
    const noise = normals(T * S, 3);
    const x = [0.9, -0.4, 1.7];
    const predicted = draw(stateSpace("exact"), { kind: "predict", prefix }, sizesOf(S, 1, T), {
      ...stateSpaceValues,
      x,
      "/noise.z": noise.slice(0, prefix * S),
      "/noise.z.prior": noise.slice(prefix * S),
      "/noise.x.prior": normals((T - prefix) * S, 4),
    });
    const inferred = draw(stateSpace("exact"), { kind: "posterior" }, sizesOf(S, 1, prefix), {
      ...stateSpaceValues,
      x,
      "/noise.z": noise.slice(0, prefix * S),
    });
    const start = (predicted.get("z") ?? []).filter((_, i) => i % T < prefix);
    expect(maxError(start, inferred.get("z") ?? [])).toBeLessThan(1e-15);
  });

  test("a prefix outside of the sequence is refused", () => {
    const derived = deriveSampling(
      stateSpace("exact"),
      { kind: "predict", prefix: 6 },
      sizesOf(1, 1, 5),
    );
    expect(derived.ok ? [] : derived.diagnostics.map(({ code }) => code)).toEqual(["E0508"]);
  });
});
