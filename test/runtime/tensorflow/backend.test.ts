import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import * as g from "../../../src/graph/build.ts";
import type { Node } from "../../../src/graph/op.ts";
import type { Buffer } from "../../../src/runtime/backend.ts";
import { loadBinding } from "../../../src/runtime/tensorflow/binding.ts";
import { selfTest } from "../../../src/runtime/self-test.ts";
import { openSession } from "../../../src/runtime/tensorflow/session.ts";
import { need } from "../../support/need.ts";
import { opened } from "./opened.ts";

const backend = await opened();
const leftBehind = (): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`gtmc-tensorflow-${process.pid}-`));

if (typeof backend === "string") {
  test.skip(`TensorFlow is not installed here: ${backend}`, () => undefined);
} else {
  test("passes the self-test and leaves no tensors and no files", () => {
    expect(selfTest(backend)).toBeUndefined();
    expect(backend.count()).toBe(0);
    expect(leftBehind()).toEqual([]);
  });

  test("results outlive their executable and go on as inputs", () => {
    const x = g.input("x", [2]);
    const graph = { inputs: [x], outputs: new Map([["x", g.add(x, x)]]) };
    const executable = need(backend.compile(graph));
    let inputs = new Map<string, Buffer>([
      ["x", backend.upload({ shape: [2], data: Float32Array.of(1, -3) })],
    ]);
    for (let step = 0; step < 3; step += 1) {
      const results = executable.run(inputs);
      for (const buffer of inputs.values()) buffer.dispose();
      inputs = results;
    }
    executable.dispose();
    expect(inputs.get("x")?.read().data).toEqual(Float32Array.of(8, -24));
    for (const buffer of inputs.values()) buffer.dispose();
    expect(backend.count()).toBe(0);
  });

  test("a graph without inputs, of nothing but constants", () => {
    const outputs = new Map<string, Node>([
      ["c", g.constant(2.5, [3])],
      ["i", g.iota([4], 0, "int")],
    ]);
    const executable = need(backend.compile({ inputs: [], outputs }));
    const results = executable.run(new Map());
    expect(results.get("c")?.read().data).toEqual(Float32Array.of(2.5, 2.5, 2.5));
    expect(results.get("i")?.read().data).toEqual(Int32Array.of(0, 1, 2, 3));
    for (const buffer of results.values()) buffer.dispose();
    executable.dispose();
  });

  test("a graph that TensorFlow refuses leaves no files either", () => {
    const node = { name: "a", operation: "Neg", inputs: ["nobody"], attributes: {} } as const;
    expect(() => openSession(loadBinding(), { nodes: [node], functions: [] })).toThrow("nobody");
    expect(leftBehind()).toEqual([]);
  });
}
