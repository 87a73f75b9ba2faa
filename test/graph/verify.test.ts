import { describe, expect, test } from "vitest";
import { InternalError } from "../../src/diagnostics/invariant.ts";
import * as g from "../../src/graph/build.ts";
import type { Node, NodeOf } from "../../src/graph/op.ts";
import { verify } from "../../src/graph/verify.ts";

const x = g.input("x", [2]);

const check =
  (inputs: readonly NodeOf<"input">[], output: Node): (() => void) =>
  () => {
    verify({ inputs, outputs: new Map([["y", output]]) });
  };

/** A loop over `x` whose step is x + `extra`. */
const loopAround = (extra: Node, names: readonly [string, string] = ["h", "w"]): Node => {
  const [h, w] = [g.input(names[0], [2]), g.input(names[1], [2])];
  const nextCarries = [g.add(g.add(h, w), extra)];
  const body = { carries: [h], constants: [w], inputs: [], nextCarries, outputs: [] };
  return g.scan({ length: 2, body, carries: [x], constants: [x] })[0] ?? x;
};

describe("verify", () => {
  test("accepts what the constructors make", () => {
    expect(check([x, g.input("unused", [])], g.exp(g.add(x, 1)))).not.toThrow();
    expect(check([x], loopAround(g.constant(1, [2])))).not.toThrow();
  });

  test.each<readonly [string, () => void]>([
    ["graph: exp says f32[3], is f32[2]", check([x], { ...g.exp(x), shape: [3] })],
    ["graph: exp says i32[2], is f32[2]", check([x], { ...g.exp(x), dtype: "int" })],
    [
      "graph (z.prior): exp says f32[3], is f32[2]",
      check([x], g.withOrigin({ ...g.exp(x), shape: [3] }, "z.prior")),
    ],
    ["graph: two inputs are named x", check([x, g.input("x", [2])], x)],
    ["graph: reaches the input x, which is not its own", check([], g.exp(x))],
    ["graph: reaches the input x, which is not its own", check([x], g.add(x, g.input("x", [2])))],
    ["graph: scan body: reaches the input x, which is not its own", check([x], loopAround(x))],
    [
      "graph: scan body: two inputs are named h",
      check([x], loopAround(g.constant(0, [2]), ["h", "h"])),
    ],
    ["graph: scan body: exp of (i32[2]): needs float", check([x], loopAround(expOfInt()))],
    ["graph: a tuple is no result", check([x], tupleOf(loopAround(g.constant(0, [2]))))],
    ["graph: neg of a tuple", check([x], g.neg(tupleOf(loopAround(g.constant(0, [2])))))],
  ])("%s", (message, run) => {
    expect(run).toThrow(InternalError);
    expect(run).toThrow(message);
  });
});

function expOfInt(): Node {
  const type = { shape: [2], dtype: "float" } as const;
  return { op: "exp", operands: [g.iota([2], 0)], attrs: {}, ...type };
}

function tupleOf(component: Node): Node {
  return component.operands[0] ?? component;
}
