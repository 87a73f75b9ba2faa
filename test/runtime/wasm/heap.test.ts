import { expect, test } from "vitest";
import { engine, type WasmMemory } from "../../../src/runtime/wasm/engine.ts";
import { heapOf } from "../../../src/runtime/wasm/heap.ts";
import { heapAt } from "../../../src/runtime/wasm/control-words.ts";
import { uniforms } from "../../support/numbers.ts";

const memory = (): WasmMemory => new engine.Memory({ initial: 1, maximum: 4096, shared: false });

test("blocks in use never overlap, are aligned, and leave nothing behind when all are free", () => {
  const heap = heapOf(memory(), 4096);
  const next = uniforms(1);
  const used = new Map<number, number>();
  for (let i = 0; i < 2000; i += 1) {
    const addresses = [...used.keys()];
    const victim = addresses[Math.floor(next() * addresses.length)];
    if (next() < 0.45 && victim !== undefined) {
      heap.free(victim);
      used.delete(victim);
      continue;
    }
    const bytes = Math.floor(next() ** 4 * 20_000);
    const address = heap.allocate(bytes);
    expect(address % 64).toBe(0);
    for (const [other, size] of used) {
      expect(address + bytes <= other || other + size <= address).toBe(true);
    }
    used.set(address, bytes);
  }
  for (const address of used.keys()) heap.free(address);
  expect(heap.count()).toBe(0);
  expect(heap.allocate(100_000)).toBe(heapAt);
});

test("a large block reuses what smaller ones that touch have freed", () => {
  const heap = heapOf(memory(), 4096);
  const parts = Array.from({ length: 8 }, () => heap.allocate(4096));
  const last = heap.allocate(64);
  for (const part of parts) heap.free(part);
  expect(heap.allocate(8 * 4096)).toBe(parts[0]);
  heap.free(last);
});
