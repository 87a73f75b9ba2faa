import { describe, expect, test } from "vitest";
import { InternalError } from "../../src/diagnostics/invariant.ts";
import * as g from "../../src/graph/build.ts";
import type { Node } from "../../src/graph/op.ts";
import { showType } from "../../src/graph/shapes.ts";

const f = (...shape: readonly number[]): Node => g.input("x", shape);
const i = (...shape: readonly number[]): Node => g.input("i", shape, "int");

describe("types of primitives", () => {
  test.each<readonly [string, Node, string]>([
    ["broadcast", g.add(f(2, 1, 4), f(1, 3, 4)), "f32[2, 3, 4]"],
    ["number lifted", g.mul(f(2, 3), 2), "f32[2, 3]"],
    ["number lifted to int", g.add(1, i(2, 3)), "i32[2, 3]"],
    ["rank 0 lifted", g.sub(f(), f(2, 3)), "f32[2, 3]"],
    ["comparison of ints", g.equal(i(2), i(2)), "f32[2]"],
    ["select of ints", g.select(f(2, 1), i(1, 3), 0), "i32[2, 3]"],
    ["select of numbers", g.select(f(2, 3), 1, 0), "f32[2, 3]"],
    ["reduction keeps axes", g.sum(f(2, 3, 4), [0, 2]), "f32[1, 3, 1]"],
    ["logsumexp", g.logsumexp(f(2, 3)), "f32[2, 1]"],
    ["argsort", g.argsort(f(2, 3)), "i32[2, 3]"],
    ["argmax", g.argmax(f(2, 3)), "i32[2]"],
    ["onehot", g.onehot(i(2, 3), 5), "f32[2, 3, 5]"],
    ["gather", g.gather(f(7, 4, 5), i(2, 3)), "f32[2, 3, 4, 5]"],
    ["gather, batched", g.gather(f(2, 7, 5), i(2, 3), 1), "f32[2, 3, 5]"],
    ["gather, one each", g.gather(f(2, 7, 5), i(2), 1), "f32[2, 5]"],
    ["scatterAdd", g.scatterAdd(f(2, 3, 5), i(2, 3), 0, 7), "f32[7, 5]"],
    ["windows", g.windows(f(2, 7, 3), 1, 3, 2), "f32[2, 3, 3, 3]"],
    ["overlapAdd", g.overlapAdd(f(2, 3, 3, 5), 1, 8, 2), "f32[2, 8, 5]"],
    ["scatterAdd, batched", g.scatterAdd(f(2, 3, 5), i(2, 3), 1, 7), "f32[2, 7, 5]"],
    ["transpose", g.transpose(f(2, 3, 4), [2, 0, 1]), "f32[4, 2, 3]"],
    ["broadcast of rank 0", g.broadcast(f(), [2, 3]), "f32[2, 3]"],
    ["concat", g.concat([f(2, 3), f(2, 5)], 1), "f32[2, 8]"],
    ["slice", g.slice(f(4, 5), [1, 2], [3, 0]), "f32[3, 0]"],
    ["pad", g.pad(f(4, 5), [1, 0], [0, 2]), "f32[5, 7]"],
    ["contract", g.contract(f(2, 3, 4), f(4, 2, 5), "bij,jbk->kbi"), "f32[5, 2, 3]"],
    ["contract to a number", g.contract(f(3), f(3), "i,i->"), "f32[]"],
  ])("%s", (_, node, type) => {
    expect(showType(node)).toBe(type);
  });

  test("trivial constructions are the operand", () => {
    const x = f(2, 3);
    expect(g.reshape(x, [2, 3])).toBe(x);
    expect(g.broadcast(x, [2, 3])).toBe(x);
    expect(g.transpose(x, [0, 1])).toBe(x);
    expect(g.slice(x, [0, 0], [2, 3])).toBe(x);
    expect(g.pad(x, [0, 0], [0, 0])).toBe(x);
    expect(g.concat([x], 1)).toBe(x);
    expect(g.cast(x, "float")).toBe(x);
    expect(g.sum(x, [])).toBe(x);
  });

  test.each<readonly [string, () => unknown]>([
    ["add of (f32[2], f32[2, 2]): ranks 1 and 2 differ", () => g.add(f(2), f(2, 2))],
    ["add of (f32[2, 3], f32[2, 4]): axis 1 has sizes 3 and 4", () => g.add(f(2, 3), f(2, 4))],
    ["add of (f32[2], i32[2]): dtypes differ", () => g.add(f(2), i(2))],
    ["exp of (i32[2]): needs float", () => g.exp(i(2))],
    ["div of (i32[2], i32[2]): needs float", () => g.div(i(2), i(2))],
    ["sum of (f32[2]): no axis 1 in rank 1", () => g.sum(f(2), [1])],
    ["sum of (f32[2]): no axis -1 in rank 1", () => g.sum(f(2), [-1])],
    ["sum of (f32[2, 2]): axes [0, 0] repeat", () => g.sum(f(2, 2), [0, 0])],
    ["amax of (f32[0]): maximum of nothing", () => g.amax(f(0), [0])],
    ["softmax of (f32[]): needs a last axis", () => g.softmax(f())],
    ["gather of (f32[3], f32[2]): indices must be int", () => g.gather(f(3), f(2))],
    ["gather of (f32[3, 4], i32[2, 1]): batch axes differ", () => g.gather(f(3, 4), i(2, 1), 1)],
    ["gather of (f32[2], i32[2]): no axis 1 in rank 1", () => g.gather(f(2), i(2), 1)],
    [
      "scatterAdd of (f32[3], i32[2]): updates need index axes",
      () => g.scatterAdd(f(3), i(2), 0, 4),
    ],
    ["reshape of (f32[2, 3]): does not fit [5]", () => g.reshape(f(2, 3), [5])],
    ["reshape of (f32[2]): [-2, -1] is no shape", () => g.reshape(f(2), [-2, -1])],
    ["transpose of (f32[2, 3]): not a permutation", () => g.transpose(f(2, 3), [1, 1])],
    ["broadcast of (f32[2]): axis 0 has sizes 2 and 3", () => g.broadcast(f(2), [3])],
    ["broadcast of (f32[2]): does not broadcast to [1]", () => g.broadcast(f(2), [1])],
    ["concat of (): of nothing", () => g.concat([], 0)],
    ["concat of (f32[2, 1], f32[3, 1]): other axes differ", () => g.concat([f(2, 1), f(3, 1)], 1)],
    ["slice of (f32[4]): outside of axis 0", () => g.slice(f(4), [2], [3])],
    ["windows of (f32[4]): a window of 5 in 4", () => g.windows(f(4), 0, 5)],
    ["windows of (f32[4]): windows of 0", () => g.windows(f(4), 0, 2, 0)],
    ["overlapAdd of (f32[2, 3]): 4 windows are in 6", () => g.overlapAdd(f(2, 3), 0, 6)],
    ["overlapAdd of (f32[3]): no axis 1 in rank 1", () => g.overlapAdd(f(3), 0, 6)],
    ["pad of (f32[4]): negative", () => g.pad(f(4), [-1], [0])],
    [
      "contract of (f32[2, 3], f32[4, 5]): subscript j has sizes 3 and 4",
      () => g.contract(f(2, 3), f(4, 5), "ij,jk->ik"),
    ],
    [
      "contract of (f32[2, 3], f32[3]): subscript i is in one operand only",
      () => g.contract(f(2, 3), f(3), "ij,j->"),
    ],
    [
      "contract of (f32[2], f32[2]): subscript k is in no operand",
      () => g.contract(f(2), f(2), "i,i->k"),
    ],
    [
      "contract of (f32[2, 2], f32[2]): a subscript repeats in ii",
      () => g.contract(f(2, 2), f(2), "ii,i->i"),
    ],
    ['contract: malformed "ij,jk"', () => g.contract(f(2, 3), f(3, 2), "ij,jk")],
    ["project of (f32[2]): not a tuple", () => g.project(f(2), 0)],
  ])("%s", (message, build) => {
    expect(build).toThrow(new InternalError(message));
  });
});

describe("types of loops", () => {
  const body = (next: Node): Parameters<typeof g.scan>[0]["body"] => {
    const [h, x] = [g.input("h", [2]), g.input("x", [3])];
    return { carries: [h], constants: [], inputs: [x], nextCarries: [next], outputs: [x] };
  };

  test("components are the final carries, then the stacked outputs", () => {
    const results = g.scan({ length: 4, body: body(f(2)), carries: [f(2)], inputs: [f(4, 3)] });
    expect(results.map(showType)).toEqual(["f32[2]", "f32[4, 3]"]);
  });

  test.each<readonly [string, () => unknown]>([
    [
      "next carries 0 is f32[3], not f32[2]",
      () => g.scan({ length: 4, body: body(f(3)), carries: [f(2)], inputs: [f(4, 3)] }),
    ],
    [
      "operands 1 is f32[5, 3], not f32[4, 3]",
      () => g.scan({ length: 4, body: body(f(2)), carries: [f(2)], inputs: [f(5, 3)] }),
    ],
    ["1 operands, not 2", () => g.scan({ length: 4, body: body(f(2)), carries: [f(2)] })],
    ["length 0", () => g.scan({ length: 0, body: body(f(2)), carries: [f(2)], inputs: [f(0, 3)] })],
  ])("%s", (message, build) => {
    expect(build).toThrow(message);
  });
});
