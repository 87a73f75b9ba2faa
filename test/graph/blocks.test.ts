import { describe, expect, test } from "vitest";
import * as g from "../../src/graph/build.ts";
import { differentiate } from "../../src/graph/gradient.ts";
import type { Node, NodeOf } from "../../src/graph/op.ts";
import { optimise } from "../../src/graph/passes/index.ts";
import { elements } from "../../src/graph/shapes.ts";
import { verify } from "../../src/graph/verify.ts";
import { bodyRoots, inputsOf, topological } from "../../src/graph/walk.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { randomArray } from "../support/numbers.ts";

const total = (x: Node): Node =>
  g.reshape(
    g.sum(
      x,
      x.shape.map((_, axis) => axis),
    ),
    [],
  );

const W = 3;
const h0 = g.input("h0", [2, W]);
const weights = g.input("weights", [W, W]);
const bias = g.input("bias", [1, W]);

/** h' = tanh(h W + b) ⊙ x, n' = n + 1; emits h'², and the step. Everything has a gradient but the counter. */
const recurrent = (length: number, reverse: boolean): Problem => {
  const xs = g.input("xs", [length, 2, W]);
  const [h, n] = [g.input("h", [2, W]), g.input("n", [], "int")];
  const [w, b, x] = [g.input("w", [W, W]), g.input("b", [1, W]), g.input("x", [2, W])];
  const next = g.mul(g.tanh(g.add(g.contract(h, w, "bi,ij->bj"), b)), x);
  const body = {
    carries: [h, n],
    constants: [w, b],
    inputs: [x],
    nextCarries: [next, g.add(n, 1)],
    outputs: [g.square(next), g.mul(x, g.reshape(g.cast(n, "float"), [1, 1]))],
  };
  const [final = h0, , squares = h0, counted = h0] = g.scan({
    length,
    reverse,
    body,
    carries: [h0, g.constant(0, [], "int")],
    constants: [weights, bias],
    inputs: [xs],
  });
  const perStep = g.input("perStep", [length, 2, W]);
  const outputs = new Map([
    ["loss", g.add(total(g.mul(squares, perStep)), g.add(total(g.exp(final)), total(counted)))],
    ["squares", squares],
  ]);
  return { outputs, wrt: [h0, weights, bias, xs, perStep] };
};

interface Problem {
  readonly outputs: ReadonlyMap<string, Node>;
  readonly wrt: readonly Node[];
}

const graphOf = (problem: Problem, storage?: number) => {
  const { outputs, gradients } = differentiate(
    problem.outputs,
    "loss",
    problem.wrt,
    storage === undefined ? {} : { storage },
  );
  const all = new Map([...outputs, ...gradients.map((x, i) => [`gradient ${i}`, x] as const)]);
  return { inputs: inputsOf(all.values()), outputs: all };
};

const scansOf = (roots: Iterable<Node>): readonly NodeOf<"scan">[] =>
  topological(roots).filter((node) => node.op === "scan");

/** How many elements the loops leave behind in every step, those in bodies too. */
const stacked = (roots: Iterable<Node>): number =>
  scansOf(roots).reduce(
    (sum, { attrs: { body, length } }) =>
      sum +
      length * body.outputs.reduce((size, { shape }) => size + elements(shape), 0) +
      stacked(bodyRoots(body)),
    0,
  );

const valuesFor = (graph: ReturnType<typeof graphOf>): ReadonlyMap<string, HostArray> =>
  new Map(
    graph.inputs.map(({ attrs: { name }, shape }, i) => [name, randomArray(i + 1, shape)] as const),
  );

describe("loops in blocks", () => {
  test.each(
    [1, 2, 7, 12, 23].flatMap((length) =>
      [false, true].map((reverse) => [length, reverse] as const),
    ),
  )("%d steps, reverse %s: the same values and gradients", (length, reverse) => {
    const problem = recurrent(length, reverse);
    const plain = graphOf(problem);
    const blocked = graphOf(problem, 0);
    verify(blocked);
    const values = valuesFor(plain);
    const expected = evaluate(plain, values);
    for (const graph of [blocked, optimise(blocked)]) {
      const found = evaluate(graph, values);
      for (const [name, { data }] of expected) {
        const other = found.get(name)?.data ?? [];
        data.forEach((x, i) => {
          // Sums over the steps in another order.
          expect(Math.abs(x - (other[i] ?? Number.NaN))).toBeLessThan(1e-12 * (1 + Math.abs(x)));
        });
      }
    }
  });

  test("what is stored grows with the root of the number of steps, and no pass undoes that", () => {
    // A matrix that is written to by an outer product, as the link matrix of a memory.
    const [m, x] = [g.input("m", [16, 16]), g.input("x", [16])];
    const written = g.contract(x, x, "i,j->ij");
    const next = g.tanh(g.add(g.mul(m, 0.9), g.mul(written, g.sigmoid(m))));
    const storedFor = (length: number, storage?: number): number => {
      const body = { carries: [m], constants: [], inputs: [x], nextCarries: [next], outputs: [] };
      const xs = g.input("xs", [length, 16]);
      const [final = m] = g.scan({
        length,
        body,
        carries: [g.constant(0, [16, 16])],
        inputs: [xs],
      });
      const graph = graphOf({ outputs: new Map([["loss", total(final)]]), wrt: [xs] }, storage);
      return stacked(optimise(graph).outputs.values()) / (16 * 16);
    };
    expect(storedFor(400)).toBeGreaterThan(2 * 400);
    // 25 blocks of 16 steps: their first matrices, and up to four matrices per step of one block.
    expect(storedFor(400, 1)).toBeLessThan(25 + 4 * 16 + (2 * 400) / 16);
  });

  test("weights collect their gradient from block to block", () => {
    const graph = optimise(graphOf(recurrent(12, false), 1));
    const shapes = scansOf(graph.outputs.values()).flatMap(({ attrs: { body } }) => body.outputs);
    expect(shapes.filter(({ shape }) => shape.length === 2 && shape[0] === W)).toEqual([]);
  });

  test("only as many blocks as the storage asks for", () => {
    const problem = recurrent(23, false);
    const lengths = (storage: number) =>
      scansOf(graphOf(problem, storage).outputs.values()).map(({ attrs }) => attrs.length);
    expect(lengths(1e6)).toEqual([23, 23]);
    // Eleven blocks of two steps, and one step that fills no block.
    expect(lengths(1)).toEqual([11, 1, 1, 11]);
  });
});
