/** What the engine can do, found out by doing it. */
import type { CodeExpr, Module, CodeType } from "../../code/code.ts";
import { createMachine } from "./machine.ts";
import type { Platform } from "./platform.ts";

/** Whether the engine has vectors of 128 bits and computes with them correctly. */
export const hasVectors = (platform: Platform): boolean => computes(platform, false);

/** Whether it has relaxed SIMD, too: products and sums in one instruction. */
export const hasRelaxed = (platform: Platform): boolean => computes(platform, true);

const computes = (platform: Platform, relaxed: boolean): boolean => {
  const machine = createMachine({ platform, threads: 1, relaxed });
  const { heap } = machine;
  try {
    const address = heap.allocate(32);
    heap.floats(address, 4).set([1.75, -2.5, 3, -100.25]);
    machine.load(probe).run([address, address + 16]);
    return heap.floats(address + 16, 4).every((value, i) => value === expected[i]);
  } catch {
    // The engine does not know these instructions.
    return false;
  } finally {
    machine.dispose();
  }
};

/** With every instruction that relaxed SIMD brings: trunc(x · 2 + 1) where x is positive, else x. */
const probe: Module = (() => {
  const type: CodeType = { scalar: "f32", lanes: 4 };
  const number = (value: number): CodeExpr => ({ kind: "number", type, value });
  const at = (buffer: string) => ({ buffer, offset: { constant: 0, terms: [] } });
  const x: CodeExpr = { kind: "load", type, from: at("x") };
  const truncate = (of: CodeExpr): CodeExpr => ({
    kind: "unary",
    op: "toFloat",
    of: { kind: "unary", op: "toInt", of },
  });
  const value: CodeExpr = {
    kind: "select",
    mask: { kind: "compare", op: "lt", a: number(0), b: x },
    a: truncate({ kind: "fma", a: x, b: number(2), c: number(1) }),
    b: x,
  };
  return {
    buffers: ["x", "y"].map((name, index) => ({
      name,
      scalar: "f32",
      size: 4,
      place: { kind: "argument", index },
    })),
    arguments: 2,
    arena: 0,
    threads: 1,
    functions: [],
    kernels: [
      {
        name: "probe",
        alone: false,
        times: [],
        flops: 0,
        body: [{ kind: "store", type, to: at("y"), value }],
      },
    ],
    schedule: [{ kind: "run", kernel: "probe" }],
  };
})();
const expected = [4, -2.5, 7, -100.25];
