import { afterAll, describe, expect, test } from "vitest";
import * as g from "../../../src/graph/build.ts";
import type { Buffer } from "../../../src/runtime/backend.ts";
import { openNative } from "../../../src/runtime/native/index.ts";
import type { MemoryPool } from "../../../src/runtime/native/memory.ts";
import { openMemory } from "../../../src/runtime/native/memory.ts";
import { selfTest } from "../../../src/runtime/self-test.ts";
import { need } from "../../support/need.ts";
import { openLinker } from "./modules.ts";

const linker = await openLinker();

if (typeof linker === "string") {
  test.skip(`C is not compiled here: ${linker}`, () => undefined);
} else {
  const backend = await openNative({ threads: 2 });
  afterAll(() => {
    backend.dispose();
  });

  test("passes the self-test", () => {
    expect(selfTest(backend)).toBeUndefined();
    expect(backend.count()).toBe(0);
  });

  describe("buffers", () => {
    const [x, n] = [g.input("x", [2, 3]), g.input("n", [3])];
    const graph = {
      inputs: [x, n],
      outputs: new Map([
        ["doubled", g.add(x, x)],
        ["x", x],
      ]),
    };
    const given = Float32Array.of(1, 2, 3, 4, 5, 6);

    test("are the caller's to dispose of, inputs and results alike", () => {
      const executable = need(backend.compile(graph));
      const inputs = new Map<string, Buffer>([
        ["x", backend.upload({ shape: [2, 3], data: given })],
        ["n", backend.upload({ shape: [3], data: Float32Array.of(0, 0, 0) })],
      ]);
      for (let i = 0; i < 1000; i++) {
        for (const result of executable.run(inputs).values()) result.dispose();
      }
      expect(backend.count()).toBe(2);
      const results = executable.run(inputs);
      for (const input of inputs.values()) input.dispose();
      expect(results.get("x")?.read()).toEqual({ shape: [2, 3], data: given });
      expect(results.get("doubled")?.read().data).toEqual(given.map((value) => 2 * value));
      for (const result of results.values()) result.dispose();
      executable.dispose();
      expect(backend.count()).toBe(0);
    });

    test("are found out when disposed of, of another shape, or of another backend", async () => {
      const executable = need(backend.compile(graph));
      const right = backend.upload({ shape: [2, 3], data: given });
      const gone = backend.upload({ shape: [3], data: Float32Array.of(0, 0, 0) });
      gone.dispose();
      expect(() => gone.read()).toThrow("disposed");
      expect(() => {
        gone.dispose();
      }).toThrow("disposed");
      const run = (n: Buffer) => () =>
        executable.run(
          new Map([
            ["x", right],
            ["n", n],
          ]),
        );
      expect(run(gone)).toThrow("disposed");
      expect(run(right)).toThrow("input n is f32[2, 3], not f32[3]");
      const other = await openNative({ threads: 1 });
      expect(run(other.upload({ shape: [3], data: new Float32Array(3) }))).toThrow(
        "another backend",
      );
      right.dispose();
      executable.dispose();
    });

    test("hold whole numbers and singles, whatever they are uploaded from", () => {
      const ints = backend.upload({ shape: [2], data: Float64Array.of(1, -3) }, "int");
      const floats = backend.upload({ shape: [2], data: Float64Array.of(0.1, 2) });
      expect(ints.read().data).toEqual(Int32Array.of(1, -3));
      expect(floats.read().data).toEqual(Float32Array.of(0.1, 2));
      ints.dispose();
      floats.dispose();
    });
  });
}

describe("memory", () => {
  const addresses = new Map<ArrayBufferLike, bigint>();
  const memory: MemoryPool = openMemory(({ buffer }) => {
    const known = addresses.get(buffer) ?? BigInt(1000 + 16 * addresses.size);
    addresses.set(buffer, known);
    return known;
  });

  test("is aligned to lines and large enough", () => {
    for (const bytes of [0, 1, 4, 63, 64, 65, 511, 513, 4096, 5000, 100_000, 1_000_003]) {
      const block = memory.take(bytes);
      expect(block.address % 64n).toBe(0n);
      expect(block.size).toBeGreaterThanOrEqual(bytes);
      expect(block.size).toBeLessThanOrEqual(Math.max(64, bytes * 1.125 + 64));
      expect(block.offset + block.size).toBeLessThanOrEqual(block.bytes.byteLength);
    }
  });

  test("is used again", () => {
    const block = memory.take(1000);
    memory.give(block);
    expect(memory.take(990)).toBe(block);
    expect(memory.take(990)).not.toBe(block);
  });
});
