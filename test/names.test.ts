import { expect, test } from "vitest";
import { arraysDataset, compile, openBackend, type Backend } from "../src/index.ts";
import type { Graph } from "../src/graph/op.ts";
import { buildStep } from "../src/training/step.ts";
import { uniforms } from "./support/numbers.ts";
import { need } from "./support/need.ts";

// Names of users never meet names of ours: a model means the same whatever its parts are called.

/** Names of ours, words of JavaScript and C, other alphabets, and names that differ by case only. */
const nasty = [
  ["mask", "noise", "weight", "lengths", "klWeight", "m"],
  ["noise", "mask", "bias", "bound", "step", "v"],
  ["constructor", "hasOwnProperty", "toString", "valueOf", "isPrototypeOf", "__proto__"],
  ["float", "int", "main", "restrict", "for", "double"],
  ["ψ", "Ψ", "μ", "σ", "é", "Σ"],
  ["x", "X", "xX", "Xx", "XX", "xx"],
  ["params", "key", "seed", "optimizer", "metric", "added"],
] as const;
const plain = ["qobs", "qnet", "qlat", "qgiv", "qpar", "qmem"] as const;

const textOf = ([x, net, z, given, param, memory]: readonly string[]): string => `
memory Cell(W) {
  state s: real[W] = 0
  write(v: real[W]) { s' = 0.5 * s + v }
}
net ${net}(h: real[2]) -> normal[2] = linear()
model M {
  data ${x}[t]: real[2]
  data ${given}[t]: real[2]
  param ${param}: real[2] = randn(0.1)
  memory ${memory}: Cell(2)
  ${z}[t] ~ ${net}(${memory}[t-1].s)
    guide ${net}(${given}[t])
  ${x}[t] ~ Normal(loc = ${z}[t] + ${param}, scale = ones(2))
  ${memory}[t] = ${memory}[t-1].write(${z}[t])
}
train { kl_weight = ramp(0.5, 1, steps = 2)  batch = 3 }
`;

const graphOf = (names: readonly string[]): Graph => {
  const { problem, config } = need(compile({ path: "m.gtm", text: textOf(names) }));
  const objective = problem.objective({ batch: 3, particles: 1, steps: 4, ragged: true, dims: {} });
  return buildStep(objective, config.training).graph;
};

const plainGraph = graphOf(plain);

/** A training step on ragged data whose inputs are those of the plain model under other names; what it computes, in order. */
const stepped = (backend: Backend, names: readonly string[]): readonly (readonly number[])[] => {
  const executable = need(backend.compile(graphOf(names)));
  const next = uniforms(5);
  const called = (name: string): string =>
    plain.reduce((text, word, i) => text.replaceAll(word, () => names[i] ?? ""), name);
  const feed = plainGraph.inputs.map(({ attrs: { name }, shape, dtype }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const array = { shape, data: Float32Array.from({ length: count }, next) };
    return [called(name), backend.upload(array, dtype)] as const;
  });
  const results = executable.run(new Map(feed));
  const values = [...plainGraph.outputs.keys()].map((name) => [
    ...(results.get(called(name))?.read().data ?? []),
  ]);
  executable.dispose();
  return values;
};

test.each(["reference", "wasm", "native"])(
  "a step of %s knows no names",
  async (which) => {
    const opened = await openBackend(which);
    if (!opened.ok) return;
    const { backend } = opened.value;
    const expected = stepped(backend, plain);
    // What is compiled could mistake names for its own words, and has them in an order of its own.
    for (const names of which === "reference"
      ? nasty
      : nasty.slice(3, which === "native" ? 4 : 6)) {
      stepped(backend, names).forEach((values, i) => {
        expect(values.length).toBe(expected[i]?.length);
        values.forEach((value, j) => {
          expect(value, `${names.join(" ")}, output ${i}`).toBeCloseTo(expected[i]?.[j] ?? NaN, 4);
        });
      });
    }
  },
  60_000,
);

test("fields of data may have any name", () => {
  for (const name of nasty.flat()) {
    const x = { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6), per: "step" } as const;
    const arrays = Object.fromEntries([[name, x]]);
    expect(
      need(arraysDataset(arrays))
        .batch("train", 0, 1, () => 0)
        .fields.has(name),
    ).toBe(true);
  }
});
