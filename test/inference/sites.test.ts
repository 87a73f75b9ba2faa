/** Sites of every kind, and what their distributions may leave out. */
import { describe, expect, test } from "vitest";
import type { Node } from "../../src/graph/op.ts";
import { deriveSampling } from "../../src/inference/generate.ts";
import { deriveEvaluation } from "../../src/inference/objective.ts";
import type { BatchSizes } from "../../src/inference/graphs.ts";
import type { Model } from "../../src/ir/model.ts";
import { at, maxError, softmaxOf } from "./support/enumerate.ts";
import { ModelBuilder } from "./support/model.ts";
import { normals, numbers, legalObjective, prepare, spec } from "./support/run.ts";
import { stateSpace, stateSpaceValues } from "./support/temporal.ts";
import { force } from "./support/toys.ts";

const still = (particles: number, batch: number, dims: BatchSizes["dims"] = {}): BatchSizes => ({
  batch,
  particles,
  ragged: false,
  dims,
});

const elbo = (model: Model, sizes: BatchSizes): ReadonlyMap<string, Node> => {
  const derived = legalObjective(model, spec(), sizes);
  return new Map([["bound", derived.bound], ...derived.terms]);
};

const logNormal = (x: number, loc: number, scale: number): number =>
  -0.5 * (((x - loc) / scale) ** 2 + Math.log(2 * Math.PI)) - Math.log(scale);

describe("distributions", () => {
  test("an axis that only aligns counts as often as the event has it", () => {
    const m = new ModelBuilder();
    m.field("x", [3], "sequence");
    const z = m.drawn("z", [3], "static");
    m.site("z", {
      role: "latent",
      when: "static",
      axes: [3],
      prior: ["Normal", { loc: m.fill(0, 1), scale: m.fill(1, 1) }],
      guide: ["Normal", { loc: m.fill(1, 1), scale: m.fill(2, 1) }],
    });
    m.site("x", {
      role: "observed",
      when: "static",
      axes: [3],
      prior: ["Normal", { loc: z, scale: m.fill(1, 1) }],
    });
    const results = prepare(elbo(m.model(), still(1, 1)))({
      x: [1, 1, 1],
      "/noise.z": [0, 0.5, -1],
    });
    expect(at(results.get("kl.z"), 0)).toBeCloseTo(3 * 1.3068528194400546, 12);
    const expected = [1, 2, -1].map((loc) => logNormal(1, loc, 1)).reduce((a, b) => a + b, 0);
    expect(at(results.get("loglik.x"), 0)).toBeCloseTo(expected, 12);
  });

  test("a guide that is the prior costs nothing", () => {
    const m = new ModelBuilder();
    m.field("x", [], "sequence");
    const prior = ["Laplace", { loc: m.parameter("loc"), scale: m.constant(1) }] as const;
    const z = m.drawn("z", [], "static");
    m.site("z", { role: "latent", when: "static", prior, guide: prior });
    m.site("x", {
      role: "observed",
      when: "static",
      prior: ["Normal", { loc: z, scale: m.constant(1) }],
    });
    const values = { x: [0.4], loc: [0.7], "/noise.z": [0.5] };
    const results = prepare(elbo(m.model(), still(1, 1)))(values);
    expect(results.get("kl.z")).toEqual([0]);
    expect(at(results.get("bound"), 0)).toBeCloseTo(logNormal(0.4, 0.7, 1), 12);
    const { logWeights } = deriveEvaluation(m.model(), still(1, 1));
    const weight = prepare(new Map([["w", logWeights]]))(values).get("w");
    expect(at(weight, 0)).toBeCloseTo(logNormal(0.4, 0.7, 1), 12);
  });

  test("a model without latents has the log likelihood as its bound", () => {
    const m = new ModelBuilder();
    m.field("x", [2], "sequence");
    const loc = m.linear([m.field("u", [1], "sequence", "given")], "f", 1, 2);
    m.site("x", {
      role: "observed",
      when: "static",
      axes: [2],
      prior: ["Normal", { loc, scale: m.fill(1, 2) }],
    });
    const values = { x: [1, 2, 3, 4], u: [1, -1], "f.weight": [0.5, 1], "f.bias": [0, 1] };
    const expected =
      (logNormal(1, 0.5, 1) + logNormal(2, 2, 1) + logNormal(3, -0.5, 1) + logNormal(4, 0, 1)) / 2;
    const results = prepare(elbo(m.model(), still(3, 2)))(values);
    expect(at(results.get("bound"), 0)).toBeCloseTo(expected, 12);
  });
});

describe("memory addressing: a table shared by the batch, of a size that data binds", () => {
  const [S, W, K, B] = [4, 2, 3, 2];
  const m = new ModelBuilder();
  m.dims["S"] = null;
  const support = m.field("support", ["S", W], "shared", "given");
  // The observation under its other name, as a guide may read it.
  m.field("x", [W], "sequence");
  const x = m.op("data", [], { name: "x" }, [W]);
  const a = m.drawn("a", [], "static", "index");
  m.site("a", {
    role: "latent",
    when: "static",
    base: "index",
    prior: ["Categorical", { logits: m.op("fill", [], { value: 0 }, ["S"]) }],
    guide: ["Categorical", { logits: m.op("matvec", [support, x], {}, ["S"]) }],
  });
  const word = m.op("row", [support, a], { rest: 1 }, [W]);
  m.site("x", {
    role: "observed",
    when: "static",
    axes: [W],
    prior: ["Normal", { loc: word, scale: m.fill(1, W) }],
  });
  const model = m.model();
  const table = numbers(S * W, 3);
  const xs = numbers(B * W, 4);
  const addresses = [0, 3, 2, 1, 1, 3]; // [K, B]
  const row = (slot: number): number[] => table.slice(slot * W, (slot + 1) * W);

  test("log weights", () => {
    const { logWeights, noise } = deriveEvaluation(model, still(K, B, { S }));
    expect(noise).toEqual([
      { name: "/noise.a", shape: [K, B, S], kind: "gumbel", per: "sequence" },
    ]);
    const weights =
      prepare(new Map([["w", logWeights]]))({
        support: table,
        x: xs,
        "/noise.a": addresses.flatMap((slot) => force(slot, S)),
      }).get("w") ?? [];
    const expected = addresses.map((slot, i) => {
      const own = xs.slice((i % B) * W, ((i % B) + 1) * W);
      const logits = [0, 1, 2, 3].map(
        (s) => at(row(s), 0) * at(own, 0) + at(row(s), 1) * at(own, 1),
      );
      const likelihood = own.reduce((sum, v, j) => sum + logNormal(v, at(row(slot), j), 1), 0);
      return likelihood - Math.log(S) - Math.log(at(softmaxOf(logits), slot));
    });
    expect(maxError(weights, expected)).toBeLessThan(1e-12);
  });

  test("generation reads the table, not the observation", () => {
    const derived = deriveSampling(model, { kind: "prior" }, still(K, B, { S }));
    if (!derived.ok) throw new Error(derived.diagnostics[0]?.message);
    expect(derived.value.data.map(({ attrs }) => attrs.name)).toEqual(["support"]);
    const drawn = prepare(derived.value.graph.outputs)({
      support: table,
      "/noise.a.prior": addresses.flatMap((slot) => force(slot, S)),
      "/noise.x.prior": normals(K * B * W, 5),
    });
    expect(drawn.get("a")).toEqual(addresses);
    expect(maxError(drawn.get("x.mean") ?? [], addresses.flatMap(row))).toBe(0);
  });
});

test("an index may be carried: the slot read last", () => {
  const m = new ModelBuilder();
  m.field("x", []);
  const before = m.op("carry", [], { name: "a" }, [], { base: "index", when: "step" });
  const table = m.parameter("table", 2, 2);
  const logits = m.op("row", [table, before], { rest: 1 }, [2]);
  m.site("a", {
    role: "latent",
    base: "index",
    prior: ["Categorical", { logits }],
    guide: ["Categorical", { logits: m.op("neg", [logits], {}, [2]) }],
  });
  const a = m.drawn("a", [], "step", "index");
  const loc = m.op("row", [m.parameter("means", 2), a], { rest: 0 }, []);
  m.site("x", { role: "observed", prior: ["Normal", { loc, scale: m.constant(1) }] });
  m.carry("a", [], m.op("fill", [], { value: 1 }, [], { base: "index" }), a);

  const sizes = { batch: 1, particles: 2, steps: 3, ragged: true, dims: {} };
  const { logWeights } = deriveEvaluation(m.model(), sizes);
  const tables = [0.2, -0.7, 1.1, 0.4];
  const means = [2, -1];
  const paths = [
    [0, 0, 1],
    [1, 0, 1],
  ];
  const weights = prepare(new Map([["w", logWeights]]))({
    table: tables,
    means,
    x: [1, -1, 7],
    "/mask": [1, 1, 0],
    "/noise.a": [0, 1, 2].flatMap((t) => paths.flatMap((path) => force(at(path, t), 2))),
  }).get("w");
  const expected = paths.map((path) => {
    let last = 1;
    return [1, -1].reduce((sum, x, t) => {
      const logits = tables.slice(2 * last, 2 * last + 2);
      last = at(path, t);
      const p = at(softmaxOf(logits), last);
      const q = at(softmaxOf(logits.map((l) => -l)), last);
      return sum + logNormal(x, at(means, last), 1) + Math.log(p / q);
    }, 0);
  });
  expect(maxError(weights ?? [], expected)).toBeLessThan(1e-12);
});

test("a watch of what lies ahead is shown where there is something ahead", () => {
  const model = stateSpace("exact");
  const J = model.carries.find(({ name }) => name === "J");
  const watched: Model = {
    ...model,
    watches: [{ name: "J", kind: "state", value: J?.next ?? 0 }],
  };
  const sizes = { batch: 1, particles: 1, steps: 2, ragged: false, dims: {} };
  const shown = (kind: "prior" | "posterior"): readonly string[] => {
    const derived = deriveSampling(watched, { kind }, sizes);
    return derived.ok ? [...derived.value.graph.outputs.keys()] : [];
  };
  expect(shown("posterior")).toEqual(["z", "J"]);
  expect(shown("prior")).toEqual(["z", "x", "x.mean"]);
  const derived = deriveSampling(watched, { kind: "posterior" }, sizes);
  const drawn = prepare(derived.ok ? derived.value.graph.outputs : new Map<string, Node>())({
    ...stateSpaceValues,
    x: [1, 2],
    "/noise.z": [0, 0],
  });
  const { a, c, q, r } = { a: 0.8, c: 1.3, q: 0.7, r: 0.5 };
  const last = (c / r) ** 2;
  const first = (a * a * last) / (1 + q * q * last) + last;
  expect(maxError(drawn.get("J") ?? [], [first, last])).toBeLessThan(1e-12);
});
