import { afterAll, describe, expect, test } from "vitest";
import * as g from "../../src/graph/build.ts";
import { gradient } from "../support/gradient.ts";
import type { Graph, Node, NodeOf } from "../../src/graph/op.ts";
import { optimise } from "../../src/graph/passes/index.ts";
import type { Buffer, HostArray } from "../../src/runtime/backend.ts";
import { normal } from "../../src/runtime/random.ts";
import type { Backend } from "../../src/runtime/backend.ts";
import { openAll } from "./opened.ts";
import { need } from "../support/need.ts";

const [T, B, D, H] = [4, 3, 5, 6];
const opened = await openAll();
afterAll(() => {
  for (const { backend } of opened.available) backend.dispose();
});

/** A gradient step of a recurrent network that predicts its next input. */
const trainingStep = (): Graph => {
  const parameters = {
    w: g.input("w", [H, H]),
    u: g.input("u", [D, H]),
    v: g.input("v", [H, D]),
  };
  const data = g.input("x", [T, B, D]);
  const [h, x] = [g.input("h", [B, H]), g.input("now", [B, D])];
  const [w, u, v] = [g.input("w'", [H, H]), g.input("u'", [D, H]), g.input("v'", [H, D])];
  const next = g.tanh(g.add(g.contract(h, w, "bi,ij->bj"), g.contract(x, u, "bi,ij->bj")));
  const error = g.sub(g.contract(next, v, "bi,ij->bj"), x);
  const [last, errors] = g.scan({
    length: T,
    body: {
      carries: [h],
      constants: [w, u, v],
      inputs: [x],
      nextCarries: [next],
      outputs: [g.sum(g.square(error), [1])],
    },
    carries: [g.constant(0, [B, H])],
    constants: Object.values(parameters),
    inputs: [data],
  });
  if (last === undefined || errors === undefined) throw new Error("no loop");
  const inputs: readonly NodeOf<"input">[] = Object.values(parameters);
  const { value, gradients } = gradient(g.reshape(g.sum(errors, [0, 1, 2]), []), inputs);
  const outputs = new Map<string, Node>([
    ["loss", value],
    ["last", last],
    // A result that is an input, and one that is named twice.
    ["x", data],
    ["again", last],
  ]);
  inputs.forEach((node, i) => {
    const by = gradients[i];
    if (by !== undefined) outputs.set(node.attrs.name, g.sub(node, g.mul(by, 1e-3)));
  });
  return { inputs: [...inputs, data], outputs };
};

const noise = (stream: string, shape: readonly number[]): HostArray => ({
  shape,
  data: normal(
    { seed: 1, stream, step: 0 },
    shape.reduce((product, n) => product * n, 1),
  ),
});

/** Runs steps, each on the parameters that the one before it left; the losses. */
const train = (backend: Backend, graph: Graph, steps: number): number[] => {
  const executable = need(backend.compile(graph));
  const buffers = new Map<string, Buffer>();
  for (const { attrs, shape } of graph.inputs) {
    buffers.set(attrs.name, backend.upload(noise(attrs.name, shape)));
  }
  const losses = Array.from({ length: steps }, () => {
    const results = executable.run(buffers);
    for (const [name, result] of results) {
      if (!buffers.has(name)) continue;
      buffers.get(name)?.dispose();
      buffers.set(name, result);
    }
    const loss = results.get("loss");
    const [value = Number.NaN] = loss?.read().data ?? [];
    for (const name of ["loss", "last", "again"]) results.get(name)?.dispose();
    return value;
  });
  for (const buffer of buffers.values()) buffer.dispose();
  executable.dispose();
  return losses;
};

describe.each(opened.available)("$name", ({ backend }) => {
  test("leaves no tensor behind in 1000 training steps", () => {
    const graph = optimise(trainingStep());
    const before = backend.count();
    const losses = train(backend, graph, 1000);
    expect(backend.count()).toBe(before);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
  }, 20_000);

  test("holds no more after 200 steps than after 20, also where loops are left as they are", () => {
    const graph = trainingStep();
    const executable = need(backend.compile(graph));
    const buffers = new Map(
      graph.inputs.map(({ attrs, shape }) => [
        attrs.name,
        backend.upload(noise(attrs.name, shape)),
      ]),
    );
    const counts = Array.from({ length: 200 }, () => {
      for (const result of executable.run(buffers).values()) result.dispose();
      return backend.count();
    });
    expect(new Set(counts.slice(20))).toEqual(new Set([counts[0]]));
    for (const buffer of buffers.values()) buffer.dispose();
    executable.dispose();
  });

  test("gives the same bits for the same inputs, also when compiled anew", () => {
    expect(train(backend, trainingStep(), 5)).toEqual(train(backend, trainingStep(), 5));
  });

  test("a result that is an input outlives it", () => {
    const x = g.input("x", [2]);
    const executable = need(backend.compile({ inputs: [x], outputs: new Map([["x", x]]) }));
    const given = backend.upload({ shape: [2], data: Float32Array.of(1, 2) });
    const result = executable.run(new Map([["x", given]])).get("x");
    given.dispose();
    expect(result?.read().data).toEqual(Float32Array.of(1, 2));
    result?.dispose();
    executable.dispose();
  });

  test("a disposed buffer is found out", () => {
    const buffer = backend.upload({ shape: [], data: Float32Array.of(1) });
    buffer.dispose();
    expect(() => buffer.read()).toThrow("disposed");
    expect(() => {
      buffer.dispose();
    }).toThrow("disposed");
  });
});

describe.each(opened.unavailable)("$name is not available here: $reason", () => {
  test.skip("leaks", () => undefined);
});
