import { describe, expect, test } from "vitest";
import * as g from "../../src/graph/build.ts";
import { namesOf, withNames } from "../../src/graph/names.ts";
import type { Graph, Node, NodeOf } from "../../src/graph/op.ts";
import { printGraph } from "../../src/graph/print.ts";
import { verify } from "../../src/graph/verify.ts";
import { inputsOf } from "../../src/graph/walk.ts";

const graphOf = (
  outputs: Readonly<Record<string, Node>>,
  donated: readonly string[] = [],
): Graph => {
  const named = new Map(Object.entries(outputs));
  return { inputs: inputsOf(named.values()), outputs: named, donated: new Set(donated) };
};

const x = g.input("x", [2, 3]);
const weight = g.input("net.weight", [3, 4]);

describe("a node is named", () => {
  test("by its own origin, else by the nearest that needs it", () => {
    const inner = g.exp(x);
    const near = g.withOrigin(g.tanh(inner), "near");
    const after = g.neg(near);
    const names = namesOf(graphOf({ far: after }));
    expect([inner, near, after].map((node) => names.get(node))).toEqual(["near", "near", "far"]);
  });

  test("by the parameter that it multiplies by, through layouts and into loops", () => {
    const h = g.input("h", [2, 3]);
    const fixed = g.input("fixed", [3, 3]);
    const product = g.contract(h, g.transpose(fixed, [1, 0]), "ab,bc->ac");
    const before = g.exp(h);
    const next = g.add(product, before);
    const [last] = g.scan({
      length: 4,
      body: { carries: [h], constants: [fixed], inputs: [], nextCarries: [next], outputs: [] },
      carries: [x],
      constants: [g.slice(g.input("net.weight", [3, 4]), [0, 0], [3, 3])],
    });
    const [parameter] = inputsOf(last === undefined ? [] : [last]).filter(
      ({ attrs }) => attrs.name === "net.weight",
    );
    if (last === undefined || parameter === undefined) throw new Error("the loop needs it");
    const updated = { state: last, "net.weight": g.neg(parameter) };
    const names = namesOf(graphOf(updated, ["net.weight"]));
    expect([product, before, next].map((node) => names.get(node))).toEqual([
      "net.weight",
      "state",
      "state",
    ]);
  });

  test("by the parameter whose update it is, moments included", () => {
    const moment = g.input("adam.m/net.weight", [3, 4]);
    const gradient = g.square(weight);
    const average = g.add(moment, gradient);
    const names = namesOf(
      graphOf(
        {
          "net.weight": g.sub(weight, average),
          "adam.m/net.weight": average,
          "metric/bound": g.exp(x),
        },
        ["net.weight", "adam.m/net.weight"],
      ),
    );
    expect([gradient, average].map((node) => names.get(node))).toEqual([
      "update of net.weight",
      "update of net.weight",
    ]);
  });

  test("by the first of an output's several names", () => {
    const y = g.exp(x);
    expect(namesOf(graphOf({ one: y, two: y })).get(y)).toBe("one");
  });
});

test("with its names a graph is the same, bodies of loops included", () => {
  const h: NodeOf<"input"> = g.input("h", [2, 3]);
  const next = g.exp(g.withOrigin(g.neg(h), "kept"));
  const [last, all] = g.scan({
    length: 3,
    body: { carries: [h], constants: [], inputs: [], nextCarries: [next], outputs: [next] },
    carries: [x],
  });
  if (last === undefined || all === undefined) throw new Error("the loop has two results");
  const graph = graphOf({ last, all: g.tanh(all) });
  const named = withNames(graph);
  verify(named);
  const bare = (text: string): string => text.replace(/ {2}\/\/ .*/gu, "");
  expect(bare(printGraph(named))).toBe(bare(printGraph(graph)));
  expect(printGraph(named)).toMatchInlineSnapshot(`
    "%0: f32[2, 3] = input x
    %1 = scan 3 carry(%0) same() step()  // last
      %2: f32[2, 3] = carry h
      %3: f32[2, 3] = neg %2  // kept
      %4: f32[2, 3] = exp %3  // last
      next %4
      emit %4
    %5: f32[2, 3] = project 0 %1  // last
    %6: f32[3, 2, 3] = project 1 %1  // all
    %7: f32[3, 2, 3] = tanh %6  // all
    last = %5
    all = %7
    "
  `);
});
