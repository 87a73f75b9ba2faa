/** A recurrent model with a memory, a latent for the whole sequence and a given input: all parts of the engine. */
import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/graph/gradient.ts";
import type { Node, NodeOf } from "../../src/graph/op.ts";
import { bodyRoots, topological } from "../../src/graph/walk.ts";
import type { BatchSizes, ObjectiveGraph } from "../../src/inference/graphs.ts";
import type { ObjectiveSpec } from "../../src/inference/spec.ts";
import { at, differences, maxError } from "./support/enumerate.ts";
import {
  gradientOf,
  normals,
  numbers,
  prepare,
  runOne,
  legalObjective,
  spec,
  type Numbers,
} from "./support/run.ts";
import { parametersOf, recurrent, X, Z } from "./support/temporal.ts";

const model = recurrent();
const names = model.parameters.map(({ name }) => name);

const derive = (change: Partial<ObjectiveSpec>, sizes: BatchSizes, of = model): ObjectiveGraph => {
  return legalObjective(of, spec(change), sizes);
};

const sizesOf = (particles: number, batch = 2, steps = 4): BatchSizes => ({
  batch,
  particles,
  steps,
  ragged: false,
  dims: {},
});

const valuesFor = ({ batch, particles, steps = 0 }: BatchSizes, seed = 40): Numbers => ({
  ...parametersOf(model, 5),
  x: numbers(batch * steps * X, seed).map((x) => (x > 0 ? 1 : 0)),
  u: numbers(batch * steps, seed + 1),
  "/noise.z": normals(steps * particles * batch * Z, seed + 2),
  "/noise.g": normals(particles * batch, seed + 3),
});

describe("gradients are those of finite differences", () => {
  test.each([
    ["elbo, closed-form KL", {}, 1],
    ["elbo, sampled KL, two particles", { kl: "monte-carlo" }, 2],
    ["iwae, three particles", { bound: { kind: "iwae" } }, 3],
  ] as const)("%s", (_, change, particles) => {
    const sizes = sizesOf(particles);
    const { bound, surrogate, parameters } = derive(change, sizes);
    const values = valuesFor(sizes);
    const { gradient } = gradientOf(surrogate, parameters)(values);
    const execute = prepare(new Map([["bound", bound]]));
    const numeric = differences((v) => at(execute(v).get("bound"), 0), values, names);
    // Central differences with step 1e-5 of values near 10 are good to 1e-9.
    expect(maxError(gradient, numeric)).toBeLessThan(1e-7);
    expect(gradient.filter((x) => x !== 0).length).toBeGreaterThan(0.9 * gradient.length);
  });
});

describe("what is reported", () => {
  test("terms add up to the bound; a site drawn once has one number", () => {
    const sizes = sizesOf(3);
    const { bound, terms } = derive({}, sizes);
    const results = prepare(new Map([["bound", bound], ...terms]))(valuesFor(sizes));
    expect([...terms].map(([name, { shape }]) => [name, shape])).toEqual(
      expect.arrayContaining([
        ["kl.g", []],
        ["kl.z", [4]],
        ["loglik.x", [4]],
      ]),
    );
    const total = (name: string): number => (results.get(name) ?? []).reduce((a, b) => a + b, 0);
    expect(at(results.get("bound"), 0)).toBeCloseTo(
      total("loglik.x") - total("kl.z") - total("kl.g"),
      12,
    );
  });

  test("one particle: iwae is the elbo with a sampled KL", () => {
    const sizes = sizesOf(1);
    const values = valuesFor(sizes);
    const [elbo = Number.NaN] = runOne(derive({ kl: "monte-carlo" }, sizes).bound, values);
    const iwae = derive({ bound: { kind: "iwae" } }, sizes);
    expect(runOne(iwae.bound, values)[0]).toBeCloseTo(elbo, 12);
  });

  /** KL of z, in closed form and as the mean of log q - log p over these draws of noise, the same in each axis. */
  const divergences = (
    family: "Normal" | "Laplace",
    noise: readonly number[],
  ): readonly number[] => {
    const sizes = sizesOf(noise.length, 1, 1);
    const values = { ...valuesFor(sizes), "/noise.z": noise.flatMap((x) => [x, x]) };
    return (["analytic", "monte-carlo"] as const).map((kl) => {
      const term = derive({ kl }, sizes, recurrent(family)).terms.get("kl.z");
      return term === undefined ? Number.NaN : at(runOne(term, values), 0);
    });
  };

  test("closed-form and sampled KL agree in the mean", () => {
    // A difference of Gaussian log densities is quadratic in the noise: ±1 has the moments it takes.
    const [normal = 0, sampledNormal] = divergences("Normal", [-1, 1]);
    expect(normal).toBeGreaterThan(0.1);
    expect(sampledNormal).toBeCloseTo(normal, 12);
    // The midpoint rule over the unit interval; its error is about log(n) / n at the ends.
    const n = 20_000;
    const grid = Array.from({ length: n }, (_, i) => (i + 0.5) / n);
    const [laplace = 0, sampledLaplace] = divergences("Laplace", grid);
    expect(laplace).toBeGreaterThan(0.1);
    expect(sampledLaplace).toBeCloseTo(laplace, 3);
  });
});

describe("the surrogate's weight and free bits leave the report alone", () => {
  const sizes = sizesOf(1);
  const values = { ...valuesFor(sizes), "/klWeight": [0.25] };
  const plain = derive({}, sizes);
  const [bound = Number.NaN] = runOne(plain.bound, values);
  const terms = prepare(plain.terms)(values);
  const sum = (xs: readonly number[] = []): number => xs.reduce((a, b) => a + b, 0);
  const likelihood = sum(terms.get("loglik.x"));

  test("klWeight", () => {
    const weighted = derive({ klWeight: true }, sizes);
    expect(weighted.scalars).toEqual(["/klWeight"]);
    expect(plain.scalars).toEqual([]);
    expect(runOne(weighted.bound, values)[0]).toBe(bound);
    const kl = sum(terms.get("kl.z")) + sum(terms.get("kl.g"));
    expect(runOne(weighted.surrogate, values)[0]).toBeCloseTo(likelihood - 0.25 * kl, 12);
  });

  test("klWeight of an iwae bound tempers the latents' part of each weight", () => {
    const sizes = sizesOf(3);
    const values = valuesFor(sizes);
    const weighted = derive({ bound: { kind: "iwae" }, klWeight: true }, sizes);
    const unweighted = runOne(derive({ bound: { kind: "iwae" } }, sizes).bound, values)[0];
    const at1 = prepare(
      new Map([
        ["b", weighted.bound],
        ["s", weighted.surrogate],
      ]),
    );
    const one = at1({ ...values, "/klWeight": [1] });
    const half = at1({ ...values, "/klWeight": [0.5] });
    expect(at(one.get("s"), 0)).toBeCloseTo(unweighted ?? Number.NaN, 12);
    expect(at(half.get("b"), 0)).toBe(unweighted);
    expect(Math.abs(at(half.get("s"), 0) - at(half.get("b"), 0))).toBeGreaterThan(1e-3);
  });

  test("free bits: a divergence below the floor is not pressed further", () => {
    const floor = 0.5 * (at(terms.get("kl.z"), 0) + at(terms.get("kl.z"), 1));
    const free = derive({ freeBits: floor }, sizes);
    expect(runOne(free.bound, values)[0]).toBe(bound);
    const held = [...(terms.get("kl.z") ?? []), ...(terms.get("kl.g") ?? [])].map((kl) =>
      Math.max(kl, floor),
    );
    expect(runOne(free.surrogate, values)[0]).toBeCloseTo(likelihood - sum(held), 12);
    const all = derive({ freeBits: 100 }, sizes);
    const { gradient } = gradientOf(
      all.surrogate,
      all.parameters.filter(({ attrs }) => attrs.name.startsWith("prior.")),
    )(values);
    expect(gradient.every((x) => x === 0)).toBe(true);
  });

  test("free bits of ragged sequences count those that have the step", () => {
    const ragged = derive({ freeBits: 100 }, { ...sizes, ragged: true });
    const masked = { ...values, "/mask": [1, 1, 1, 1, 1, 0, 0, 0] };
    const reported = prepare(ragged.terms)(masked);
    const surrogate = at(runOne(ragged.surrogate, masked), 0);
    // Step 1 has both sequences, the others one of two; g is drawn once.
    const floors = 100 * (1 + 3 * 0.5) + 100;
    expect(surrogate).toBeCloseTo(sum(reported.get("loglik.x")) - floors, 9);
  });
});

describe("ragged sequences", () => {
  test("equal their own lengths, whatever the padding holds", () => {
    const sizes = { ...sizesOf(2, 1, 4), ragged: true };
    const short = sizesOf(2, 1, 2);
    const values = valuesFor(sizes);
    const cut = {
      ...values,
      x: values["x"]?.slice(0, 2 * X) ?? [],
      u: values["u"]?.slice(0, 2) ?? [],
    };
    const noise = values["/noise.z"]?.slice(0, 2 * 2 * Z) ?? [];
    for (const change of [{}, { bound: { kind: "iwae" } }] as const) {
      const padded = derive(change, sizes);
      const exact = derive(change, short);
      const long = gradientOf(
        padded.surrogate,
        padded.parameters,
      )({ ...values, "/mask": [1, 1, 0, 0] });
      const brief = gradientOf(exact.surrogate, exact.parameters)({ ...cut, "/noise.z": noise });
      expect(long.value).toBeCloseTo(brief.value, 12);
      expect(maxError(long.gradient, brief.gradient)).toBeLessThan(1e-11);
    }
  });
});

describe("work that does not vary over particles is done once", () => {
  /** Nodes of a graph and of all loop bodies in it. */
  const everywhere = (roots: readonly Node[]): readonly Node[] =>
    topological(roots).flatMap((node) =>
      node.op === "scan" ? [node, ...everywhere(bodyRoots(node.attrs.body))] : [node],
    );
  const usersOf = (nodes: readonly Node[], input: NodeOf<"input">): readonly Node[] =>
    nodes.filter((node) =>
      (node.operands as readonly Node[]).some(
        (x) => x.op === "input" && x.attrs.name === input.attrs.name,
      ),
    );

  test("the encoder of x multiplies [B, X], also in the gradient", () => {
    const PARTICLES = 11;
    const { surrogate, parameters } = derive({ bound: { kind: "iwae" } }, sizesOf(PARTICLES));
    const weight = parameters.find(({ attrs }) => attrs.name === "enc.weight");
    if (weight === undefined) throw new Error("no encoder");
    const { outputs, gradients } = differentiate(new Map([["s", surrogate]]), "s", [weight]);
    const nodes = everywhere([...outputs.values(), ...gradients]);
    const products = usersOf(nodes, weight).filter(({ op }) => op === "contract");
    expect(products.length).toBeGreaterThan(0);
    for (const { shape } of products) expect(shape).not.toContain(PARTICLES);
    const others = nodes.filter(({ op, shape }) => op === "contract" && shape.includes(PARTICLES));
    expect(others.length).toBeGreaterThan(0);
  });
});
