import { afterAll, describe, expect, test } from "vitest";
import * as g from "../../../src/graph/build.ts";
import { gradient } from "../../support/gradient.ts";
import type { Graph, Node } from "../../../src/graph/op.ts";
import type { Buffer, HostArray } from "../../../src/runtime/backend.ts";
import { normal } from "../../../src/runtime/random.ts";
import { evaluate } from "../../../src/runtime/reference.ts";
import { selfTest } from "../../../src/runtime/self-test.ts";
import { engine } from "../../../src/runtime/wasm/engine.ts";
import { heapOf } from "../../../src/runtime/wasm/heap.ts";
import { openWasm } from "../../../src/runtime/wasm/index.ts";
import { need } from "../../support/need.ts";

const noise = (stream: string, shape: readonly number[]): HostArray => ({
  shape,
  data: normal(
    { seed: 1, stream, step: 0 },
    shape.reduce((product, n) => product * n, 1),
  ),
});

/** A gradient step of two layers; also an input that comes back, and a result under two names. */
const step = (): Graph => {
  const [x, w, v] = [g.input("x", [6, 5]), g.input("w", [5, 7]), g.input("v", [7, 5])];
  const hidden = g.tanh(g.contract(x, w, "bi,ij->bj"));
  const error = g.square(g.sub(g.contract(hidden, v, "bi,ij->bj"), x));
  const loss = g.reshape(g.sum(error, [0, 1]), []);
  const { gradients } = gradient(loss, [w, v]);
  const outputs = new Map<string, Node>([
    ["loss", loss],
    ["again", loss],
    ["same", x],
  ]);
  for (const [i, node] of [w, v].entries()) {
    const by = gradients[i];
    if (by !== undefined) outputs.set(node.attrs.name, g.sub(node, g.mul(by, 1e-2)));
  }
  return { inputs: [x, w, v], outputs };
};

describe.each([1, 2])("%i threads", async (threads) => {
  const backend = await openWasm({ threads });
  afterAll(() => {
    backend.dispose();
  });

  test("passes the self-test and leaves nothing behind", () => {
    const before = backend.count();
    expect(selfTest(backend)).toBeUndefined();
    expect(backend.count()).toBe(before);
  });

  test("computes what the reference does", () => {
    const graph = step();
    const arrays = new Map(
      graph.inputs.map(({ attrs, shape }) => [attrs.name, noise(attrs.name, shape)]),
    );
    const expected = evaluate(graph, arrays);
    const executable = need(backend.compile(graph));
    const given = new Map([...arrays].map(([name, array]) => [name, backend.upload(array)]));
    const results = executable.run(given);
    for (const [name, buffer] of results) {
      const { shape, data } = buffer.read();
      const right = expected.get(name);
      expect(shape).toEqual(right?.shape);
      // Sums of some 30 products of numbers around 1, in float32.
      data.forEach((value, i) => {
        expect(Math.abs(value - (right?.data[i] ?? NaN))).toBeLessThan(1e-4);
      });
    }
    for (const buffer of [...given.values(), ...results.values()]) buffer.dispose();
    executable.dispose();
  });

  test("holds no memory after a thousand training steps, and gives the same bits again", () => {
    const train = (): number[] => {
      const graph = step();
      const executable = need(backend.compile(graph));
      const held = new Map<string, Buffer>(
        graph.inputs.map(({ attrs, shape }) => [
          attrs.name,
          backend.upload(noise(attrs.name, shape)),
        ]),
      );
      const losses = Array.from({ length: 500 }, () => {
        const results = executable.run(held);
        const [loss = NaN] = results.get("loss")?.read().data ?? [];
        for (const [name, buffer] of results) {
          const before = held.get(name);
          before?.dispose();
          if (before === undefined) buffer.dispose();
          else held.set(name, buffer);
        }
        return loss;
      });
      for (const buffer of held.values()) buffer.dispose();
      executable.dispose();
      return losses;
    };
    const before = backend.count();
    const losses = train();
    expect(backend.count()).toBe(before);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    expect(train()).toEqual(losses);
  });

  test("a disposed buffer is found out", () => {
    const buffer = backend.upload({ shape: [2], data: Float32Array.of(1, 2) });
    expect(buffer.read().data).toEqual(Float32Array.of(1, 2));
    buffer.dispose();
    expect(() => buffer.read()).toThrow("disposed");
    expect(() => {
      buffer.dispose();
    }).toThrow("disposed");
  });
});

describe("a heap", () => {
  const maximum = 4;
  const memory = new engine.Memory({ initial: 1, maximum, shared: false });
  const heap = heapOf(memory, maximum);

  test("gives blocks of a size back for blocks of that size", () => {
    const [a, b] = [heap.allocate(1000), heap.allocate(1000)];
    expect([a % 64, b % 64]).toEqual([0, 0]);
    expect(b - a).toBeGreaterThanOrEqual(1000);
    heap.free(a);
    expect(heap.allocate(1001)).toBe(a);
    expect(() => {
      heap.free(a + 64);
    }).toThrow("not in use");
  });

  test("keeps what blocks hold as it grows, and says when it cannot", () => {
    const first = heap.allocate(64);
    heap.floats(first, 2).set([3, 4]);
    const large = heap.allocate(100_000);
    heap.floats(large, 25_000).fill(1);
    expect(memory.buffer.byteLength).toBeGreaterThan(100_000);
    expect(heap.floats(first, 2)).toEqual(Float32Array.of(3, 4));
    const before = heap.count();
    expect(() => heap.allocate(300_000)).toThrow("cannot have 1 MiB of memory");
    expect(heap.count()).toBe(before);
  });
});
