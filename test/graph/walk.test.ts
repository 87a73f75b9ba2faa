import { describe, expect, test } from "vitest";
import * as g from "../../src/graph/build.ts";
import type { Node } from "../../src/graph/op.ts";
import { inputsOf, rebuild, rewrite, substitute, topological } from "../../src/graph/walk.ts";

const [a, b] = [g.input("a", [2]), g.input("b", [2])];

describe("topological", () => {
  test("operands first, each once, in the order of use", () => {
    const sum = g.add(a, b);
    const product = g.mul(sum, a);
    expect(topological([product, sum])).toEqual([a, b, sum, product]);
  });

  test("stops at leaves", () => {
    const sum = g.add(a, b);
    const product = g.mul(sum, a);
    expect(topological([product], new Set([sum]))).toEqual([sum, a, product]);
  });

  test("inputsOf: each once", () => {
    expect(inputsOf([g.add(b, a), g.exp(b)])).toEqual([b, a]);
  });
});

describe("reconstruction", () => {
  test("rebuild of the same operands is the node; of others it infers the type and keeps the origin", () => {
    const sum = g.withOrigin(g.add(a, b), "here");
    expect(rebuild(sum, [a, b])).toBe(sum);
    const wide = g.input("wide", [2]);
    expect(rebuild(sum, [wide, wide])).toEqual({ ...sum, operands: [wide, wide] });
    const tall = g.input("tall", [1, 2]);
    expect(rebuild(sum, [tall, tall]).shape).toEqual([1, 2]);
    expect(() => rebuild(sum, [a])).toThrow("add of 1 operands");
  });

  test("rewrite sees nodes on changed operands", () => {
    const product = g.mul(g.add(a, b), a);
    const [result] = rewrite([product], (node: Node) =>
      node.op === "add" ? g.sub(...node.operands) : node,
    );
    expect(result).toEqual(g.mul(g.sub(a, b), a));
  });

  test("substitute replaces and shares", () => {
    const sum = g.add(a, b);
    const other = g.exp(b);
    const [first, second] = substitute([g.mul(sum, a), g.neg(sum)], new Map([[sum, other]]));
    expect(first).toEqual(g.mul(other, a));
    expect(first?.operands[0]).toBe(other);
    expect(second?.operands[0]).toBe(other);
  });
});
