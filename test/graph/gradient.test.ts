import { describe, expect, test } from "vitest";
import * as g from "../../src/graph/build.ts";
import { differentiate } from "../../src/graph/gradient.ts";
import { gradient } from "../support/gradient.ts";
import type { Node, NodeOf } from "../../src/graph/op.ts";
import { printGraph } from "../../src/graph/print.ts";
import { bodyRoots, inputsOf, topological } from "../../src/graph/walk.ts";
import { valuesOf } from "../support/finite-difference.ts";

const [h0, w, x] = [g.input("h0", [2]), g.input("w", [2]), g.input("x", [5, 2])];

/** h' = tanh(h ⊙ w) + x, emitting h'². */
const loop = (reverse = false): readonly Node[] => {
  const [h, weight, step] = [g.input("h", [2]), g.input("w", [2]), g.input("x", [2])];
  const next = g.add(g.tanh(g.mul(h, weight)), step);
  const body = {
    carries: [h],
    constants: [weight],
    inputs: [step],
    nextCarries: [next],
    outputs: [g.square(next)],
  };
  return g.scan({ length: 5, reverse, body, carries: [h0], constants: [w], inputs: [x] });
};

const scansOf = (roots: Iterable<Node>): readonly NodeOf<"scan">[] =>
  topological(roots).filter((node) => node.op === "scan");

const count = (scan: NodeOf<"scan"> | undefined, op: Node["op"]): number =>
  scan === undefined
    ? 0
    : topological(bodyRoots(scan.attrs.body)).filter((node) => node.op === op).length;

describe("differentiate", () => {
  test("leaves one forward loop, shared by outputs and gradients", () => {
    const [final, squares] = loop();
    const outputs = new Map<string, Node>();
    if (final !== undefined && squares !== undefined) {
      outputs
        .set("loss", g.sum(squares, [0, 1]))
        .set("final", final)
        .set("path", squares);
    }
    const derivative = differentiate(outputs, "loss", [h0, w, x]);
    expect([...derivative.outputs.keys()]).toEqual(["loss", "final", "path"]);

    const scans = scansOf([...derivative.outputs.values(), ...derivative.gradients]);
    expect(scans.map((scan) => scan.attrs.reverse)).toEqual([false, true]);
    expect(scans.map((scan) => count(scan, "tanh"))).toEqual([1, 0]);
    expect(scansOf(derivative.outputs.values())).toEqual([scans[0]]);
  });

  test("sums the cotangent of a constant over time outside of the loop", () => {
    const [, squares = h0] = loop();
    const { gradients } = gradient(g.sum(squares, [0, 1]), [w]);
    const [, reversed] = scansOf(gradients);
    expect(reversed?.attrs.body.carries).toHaveLength(1);
    expect(reversed?.attrs.body.outputs.map(({ shape }) => shape)).toEqual([[2]]);
    expect(printGraph({ inputs: inputsOf(gradients), outputs: named(gradients) })).toMatch(
      /: f32\[1, 2\] = sum axes=\[0\] %\d+\n/u,
    );
  });

  test("carries back only what matters", () => {
    const [, squares = h0] = loop();
    const [, reversed] = scansOf(gradient(g.sum(squares, [0, 1]), [x]).gradients);
    expect(reversed?.attrs.body.carries).toHaveLength(1);

    const [a, b, step] = [g.input("a", [2]), g.input("b", [2]), g.input("x", [2])];
    const body = {
      carries: [a, b],
      constants: [],
      inputs: [step],
      nextCarries: [g.mul(a, step), g.tanh(b)],
      outputs: [],
    };
    const [final = h0] = g.scan({ length: 5, body, carries: [h0, w], inputs: [x] });
    const [only] = scansOf(gradient(g.sum(final, [0]), [h0, w]).gradients);
    expect(only?.attrs.body.carries.map(({ attrs }) => attrs.name)).toEqual(["d.a"]);
    expect(only?.attrs.body.outputs).toEqual([]);
  });

  test("has no reverse loop where the output does not depend on the loop's carries", () => {
    const [final = h0] = loop();
    const { gradients } = gradient(g.sum(g.stop(final), [0]), [h0, w]);
    expect(scansOf(gradients)).toEqual([]);
    expect(valuesOf(gradients, new Map()).map(({ data }) => [...data])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test("passes constants and per-step inputs on, and stores the rest once", () => {
    const [final = h0] = loop();
    const [forward, reversed] = scansOf(gradient(g.sum(final, [0]), [h0, w]).gradients);
    // tanh(h ⊙ w) for its slope, and h for the gradient of w.
    expect(forward?.attrs.body.outputs.map(({ op }) => op)).toEqual(["square", "tanh", "input"]);
    expect(reversed?.attrs.body.constants).toHaveLength(1);
    expect(reversed?.operands.at(-1)?.op).toBe("project");
  });

  test("takes nodes that are no inputs", () => {
    const y = g.square(w);
    const z = g.mul(y, 3);
    const { gradients } = gradient(z, [y, w]);
    const inputs = new Map([["w", { shape: [2], data: Float64Array.of(1, 2) }]]);
    expect(valuesOf(gradients, inputs).map(({ data }) => [...data])).toEqual([
      [3, 3],
      [6, 12],
    ]);
  });

  test("does not recurse: graphs may be deep", () => {
    let deep: Node = w;
    for (let i = 0; i < 20_000; i += 1) deep = g.neg(deep);
    const { value, gradients } = gradient(deep, [w]);
    const inputs = new Map([["w", { shape: [2], data: Float64Array.of(1, 2) }]]);
    expect(valuesOf([value, ...gradients], inputs).map(({ data }) => [...data])).toEqual([
      [1, 2],
      [1, 1],
    ]);
  });

  test("the cotangents of slices that do not overlap are concatenated", () => {
    const part = (begin: number, size: number): Node => g.square(g.slice(x, [0, begin], [5, size]));
    const both = gradient(g.concat([part(1, 1), part(0, 1)], 1), [x]).gradients;
    expect(topological(both).some(({ op }) => op === "pad")).toBe(false);
    expect(both[0]?.op).toBe("concat");

    const rows = (begin: number): Node => g.exp(g.slice(x, [begin, 0], [1, 2]));
    const gaps = gradient(g.add(rows(1), rows(3)), [x]).gradients;
    const values = valuesOf(gaps, new Map([["x", { shape: [5, 2], data: new Float64Array(10) }]]));
    expect([...(values[0]?.data ?? [])]).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 0, 0]);

    const overlapping = gradient(g.add(rows(1), rows(1)), [x]).gradients;
    const sums = valuesOf(
      overlapping,
      new Map([["x", { shape: [5, 2], data: new Float64Array(10) }]]),
    );
    expect([...(sums[0]?.data ?? [])]).toEqual([0, 0, 2, 2, 0, 0, 0, 0, 0, 0]);
  });

  test("says of which named value a node is the gradient, without computing anything twice", () => {
    const ratio = g.withOrigin(g.div(h0, w), "z.prior");
    const { gradients } = gradient(g.exp(ratio), [h0, w]);
    expect(printGraph({ inputs: [h0, w], outputs: named(gradients) })).toBe(`\
%0: f32[2] = input h0
%1: f32[2] = input w
%2: f32[2] = constant 1
%3: f32[2] = div %0 %1  // z.prior
%4: f32[2] = exp %3
%5: f32[2] = mul %2 %4
%6: f32[2] = div %5 %1  // gradient of z.prior
%7: f32[2] = mul %6 %3  // gradient of z.prior
%8: f32[2] = neg %7  // gradient of z.prior
0 = %6
1 = %8
`);
  });

  test("refuses ints", () => {
    const index = g.input("i", [2], "int");
    expect(() => gradient(g.sum(w, [0]), [index])).toThrow("gradient of or by input");
  });
});

const named = (nodes: readonly Node[]): ReadonlyMap<string, Node> =>
  new Map(nodes.map((node, i) => [`${i}`, node]));
