import { describe, expect, test } from "vitest";
import * as g from "../../src/graph/build.ts";
import type { Node, Shape } from "../../src/graph/op.ts";
import { inputsOf } from "../../src/graph/walk.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { evaluate, referenceBackend } from "../../src/runtime/reference.ts";

const array = (shape: Shape, ...data: readonly number[]): HostArray => ({
  shape,
  data: Float64Array.from(data),
});

const INPUTS = new Map<string, HostArray>([
  ["x", array([2, 3], 3, -1, 2, 0, 5, 5)],
  ["row", array([1, 3], 1, 2, 4)],
  ["column", array([2, 1], 10, 20)],
  ["cube", array([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8)],
  ["i", { shape: [2, 2], data: Int32Array.of(1, 0, 1, 1) }],
]);

const x = g.input("x", [2, 3]);
const row = g.input("row", [1, 3]);
const column = g.input("column", [2, 1]);
const cube = g.input("cube", [2, 2, 2]);
const i = g.input("i", [2, 2], "int");

const sequence = g.iota([6], 0);

const valueOf = (node: Node): readonly number[] => {
  const graph = { inputs: inputsOf([node]), outputs: new Map([["y", node]]) };
  const value = evaluate(graph, INPUTS).get("y");
  expect(value?.shape).toEqual(node.shape);
  expect(value?.data).toBeInstanceOf(node.dtype === "float" ? Float64Array : Int32Array);
  return [...(value?.data ?? [])];
};

describe("values of primitives", () => {
  test.each<readonly [string, Node, readonly number[]]>([
    ["iota", g.iota([2, 3], 1), [0, 1, 2, 0, 1, 2]],
    ["constant", g.constant(7, [2], "int"), [7, 7]],
    ["broadcast add", g.add(row, column), [11, 12, 14, 21, 22, 24]],
    ["sign", g.sign(x), [1, -1, 1, 0, 1, 1]],
    ["relu", g.relu(x), [3, 0, 2, 0, 5, 5]],
    ["cast rounds towards zero", g.cast(g.mul(x, -0.6), "int"), [-1, 0, -1, 0, -3, -3]],
    ["greater", g.greater(x, 2), [1, 0, 0, 0, 1, 1]],
    ["equal", g.equal(x, 5), [0, 0, 0, 0, 1, 1]],
    ["select", g.select(g.greater(x, 2), row, column), [1, 10, 10, 20, 2, 4]],
    ["sum", g.sum(x, [0]), [3, 4, 7]],
    ["sum of all", g.sum(x, [1, 0]), [14]],
    ["sum of nothing", g.sum(g.slice(x, [0, 0], [2, 0]), [1]), [0, 0]],
    ["prod", g.prod(x, [1]), [-6, 0]],
    ["amax", g.amax(x, [1]), [3, 5]],
    ["cumsum", g.cumsum(x, 1), [3, 2, 4, 0, 5, 10]],
    ["cumsum, exclusive", g.cumsum(x, 1, { exclusive: true }), [0, 3, 2, 0, 0, 5]],
    ["cumsum, reverse, first axis", g.cumsum(x, 0, { reverse: true }), [3, 4, 7, 0, 5, 5]],
    [
      "cumprod, exclusive, reverse",
      g.cumprod(x, 1, { exclusive: true, reverse: true }),
      [-2, 2, 1, 25, 5, 1],
    ],
    ["argsort keeps the order of ties", g.argsort(g.neg(x)), [0, 2, 1, 1, 2, 0]],
    ["argmax takes the first of ties", g.argmax(x), [0, 1]],
    ["onehot", g.onehot(g.argmax(x), 3), [1, 0, 0, 0, 1, 0]],
    ["onehot of what is outside", g.onehot(g.constant(3, [1], "int"), 3), [0, 0, 0]],
    ["gather", g.gather(x, g.reshape(i, [4])), [0, 5, 5, 3, -1, 2, 0, 5, 5, 0, 5, 5]],
    ["gather, batched", g.gather(cube, i, 1), [3, 4, 1, 2, 7, 8, 7, 8]],
    ["gather, one each", g.gather(x, g.argmax(x), 1), [3, 5]],
    ["scatterAdd", g.scatterAdd(cube, i, 0, 3), [3, 4, 13, 16, 0, 0]],
    ["windows", g.windows(sequence, 0, 3, 2), [0, 1, 2, 2, 3, 4]],
    ["overlapAdd", g.overlapAdd(g.windows(sequence, 0, 3, 2), 0, 6, 2), [0, 1, 4, 3, 4, 0]],
    ["scatterAdd, batched", g.scatterAdd(cube, i, 1, 2), [3, 4, 1, 2, 0, 0, 12, 14]],
    ["transpose", g.transpose(cube, [2, 0, 1]), [1, 3, 5, 7, 2, 4, 6, 8]],
    ["broadcast", g.broadcast(column, [2, 3]), [10, 10, 10, 20, 20, 20]],
    ["concat", g.concat([x, column], 1), [3, -1, 2, 10, 0, 5, 5, 20]],
    ["slice", g.slice(cube, [0, 1, 0], [2, 1, 2]), [3, 4, 7, 8]],
    ["pad", g.pad(row, [1, 0], [0, 1]), [0, 0, 0, 0, 1, 2, 4, 0]],
    ["reverse", g.reverse(x, 1), [2, -1, 3, 5, 5, 0]],
    ["matrix product", g.contract(x, row, "ij,kj->ik"), [9, 30]],
    ["batched product", g.contract(cube, column, "bij,ik->bjk"), [70, 100, 190, 220]],
    ["elementwise product with sum", g.contract(cube, cube, "bij,bij->b"), [30, 174]],
    ["outer product", g.contract(row, column, "ai,jb->ijab"), [10, 20, 20, 40, 40, 80]],
  ])("%s", (_, node, expected) => {
    expect(valueOf(node)).toEqual(expected);
  });

  test("saturating functions neither overflow nor lose their tails", () => {
    const wide = g.mul(g.concat([g.constant(-1, [1]), g.constant(1, [1])], 0), 800);
    expect(valueOf(g.sigmoid(wide))).toEqual([0, 1]);
    expect(valueOf(g.softplus(wide))).toEqual([0, 800]);
    expect(valueOf(g.softplus(g.constant(-40)))[0]).toBeCloseTo(Math.exp(-40), 30);
    expect(valueOf(g.softmax(wide))).toEqual([0, 1]);
    expect(valueOf(g.logsumexp(wide))).toEqual([800]);
  });

  test("-inf takes no part in sums of exp, and nothing but -inf is -inf", () => {
    const never = g.constant(Number.NEGATIVE_INFINITY, [2]);
    const one = g.concat([never, g.constant(3, [1])], 0);
    expect(valueOf(g.logsumexp(one))).toEqual([3]);
    expect(valueOf(g.softmax(one))).toEqual([0, 0, 1]);
    expect(valueOf(g.logsumexp(never))).toEqual([Number.NEGATIVE_INFINITY]);
  });

  test("an index outside of its axis is refused", () => {
    expect(() => valueOf(g.gather(row, i))).toThrow("index 1 outside of 0 to 0");
  });
});

/** h' = 2h + x, emitting the step's h. */
const doubling = (reverse: boolean): readonly Node[] => {
  const [h, step] = [g.input("h", []), g.input("step", [])];
  const next = g.withOrigin(g.add(g.mul(h, 2), step), "memory.next");
  const body = { carries: [h], constants: [], inputs: [step], nextCarries: [next], outputs: [h] };
  const inputs = [g.reshape(row, [3])];
  return g.scan({ length: 3, reverse, body, carries: [g.constant(1)], inputs });
};

describe("loops", () => {
  test("run forward, and from the last step to the first", () => {
    expect(doubling(false).map(valueOf)).toEqual([[20], [1, 3, 8]]);
    expect(doubling(true).map(valueOf)).toEqual([[29], [14, 6, 1]]);
  });

  test("an observer sees every value with its step", () => {
    const outputs = new Map([["y", doubling(true)[0] ?? x]]);
    const seen: (readonly [number | undefined, number | undefined])[] = [];
    evaluate({ inputs: [row], outputs }, INPUTS, (node, { data }, step) => {
      if (node.origin === "memory.next" || node.op === "project") seen.push([step, data[0]]);
    });
    expect(seen).toEqual([
      [2, 6],
      [1, 14],
      [0, 29],
      [undefined, 29],
    ]);
  });
});

describe("the backend", () => {
  const compile = (outputs: Readonly<Record<string, Node>>) => {
    const nodes = Object.values(outputs);
    const graph = { inputs: inputsOf(nodes), outputs: new Map(Object.entries(outputs)) };
    const result = referenceBackend.compile(graph);
    if (!result.ok) throw new Error("does not compile");
    return result.value;
  };

  test("computes in float64 from any array", () => {
    const single = referenceBackend.upload({ shape: [2], data: Float32Array.of(0.1, 2) });
    expect(single.dtype).toBe("float");
    const third = compile({ y: g.div(g.input("a", [2]), 3) }).run(new Map([["a", single]]));
    expect([...(third.get("y")?.read().data ?? [])]).toEqual([Math.fround(0.1) / 3, 2 / 3]);
    expect(referenceBackend.upload({ shape: [1], data: Int32Array.of(3) }).dtype).toBe("int");
    const asFloat = referenceBackend.upload({ shape: [1], data: Int32Array.of(3) }, "float");
    expect(asFloat.read().data).toEqual(Float64Array.of(3));
  });

  test("results alias neither inputs nor each other", () => {
    const a = g.input("a", [2]);
    const given = { shape: [2], data: Float64Array.of(1, 2) };
    const buffer = referenceBackend.upload(given);
    const results = compile({ same: a, again: a, flat: g.reshape(a, [1, 2]) }).run(
      new Map([["a", buffer]]),
    );
    given.data[0] = 99;
    results.get("same")?.read().data.fill(7);
    results.get("same")?.dispose();
    expect(results.get("again")?.read().data).toEqual(Float64Array.of(1, 2));
    expect(results.get("flat")?.read().data).toEqual(Float64Array.of(1, 2));
    buffer.dispose();
    expect(() => buffer.read()).toThrow("read of a disposed buffer");
    expect(() => {
      buffer.dispose();
    }).toThrow("disposed of twice");
  });

  test("refuses missing and misshapen inputs, and broken graphs", () => {
    const program = compile({ y: g.neg(x) });
    expect(() => program.run(new Map())).toThrow("no input x");
    const flat = referenceBackend.upload(array([6], 1, 2, 3, 4, 5, 6));
    expect(() => program.run(new Map([["x", flat]]))).toThrow("input x is [6], not [2, 3]");
    expect(() => referenceBackend.upload(array([2], 1))).toThrow("1 elements for [2]");
    expect(() => compile({ y: { ...g.neg(x), shape: [1] } })).toThrow("neg says f32[1]");
  });
});
