import { expect, test } from "vitest";
import { add, input, log, sqrt, tanh } from "../../src/graph/build.ts";
import { backendOf } from "../../src/runtime/tfjs/backend.ts";
import type { Device } from "../../src/runtime/tfjs/device.ts";

/** Of numbers; knows addition only. */
const adder: Device<number> = {
  name: "adder",
  lower: ({ op }) => (op === "add" ? ([a = 0, b = 0]) => a + b : undefined),
  upload: ({ data: [value = 0] }) => value,
  read: (value) => Float32Array.of(value),
  retain: () => undefined,
  release: () => undefined,
  stack: () => () => 0,
  unstack: () => () => [],
  count: () => 0,
  dispose: () => undefined,
};

test("a backend that lacks primitives says so when it compiles, naming each once", () => {
  const x = input("x", []);
  const y = tanh(log(log(sqrt(add(x, x)))));
  const result = backendOf(adder).compile({ inputs: [x], outputs: new Map([["y", y]]) });
  expect(result).toMatchObject({
    ok: false,
    diagnostics: [{ code: "E0703", message: "the backend adder lacks sqrt, log, tanh" }],
  });
});

test("and computes what it has the primitives for", () => {
  const x = input("x", []);
  const backend = backendOf(adder);
  const compiled = backend.compile({ inputs: [x], outputs: new Map([["y", add(x, add(x, x))]]) });
  if (!compiled.ok) throw new Error("it compiles");
  const buffer = backend.upload({ shape: [], data: Float32Array.of(2) });
  expect(
    compiled.value
      .run(new Map([["x", buffer]]))
      .get("y")
      ?.read().data[0],
  ).toBe(6);
});
