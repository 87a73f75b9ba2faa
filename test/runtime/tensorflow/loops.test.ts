/** Loops too long to unroll compute the same, and so do loops that take their inputs from unrolled ones. */
import { describe, expect, test } from "vitest";
import * as g from "../../../src/graph/build.ts";
import type { Graph } from "../../../src/graph/op.ts";
import type { Backend } from "../../../src/runtime/backend.ts";
import { evaluate } from "../../../src/runtime/reference.ts";
import { emitGraph } from "../../../src/runtime/tensorflow/emit.ts";
import { type Case, some } from "../../graph/case.ts";
import { cases } from "../../graph/vjp-cases.ts";
import { graphOf, joined, prefixed, type Problem } from "../case-graph.ts";
import { runGraph } from "../run-graph.ts";
import { smallStep } from "../small-step.ts";
import { opened } from "./opened.ts";

/** All problems as one graph: a session each would take most of the time. */
const together = (problems: readonly Problem[]): Problem => {
  const apart = problems.map((problem, i) => prefixed(problem, `${i} `));
  return {
    graph: joined(apart.map(({ graph }) => graph)),
    values: new Map(apart.flatMap(({ values }) => [...values])),
  };
};

/** Errors are in units of an output's largest element, or of 1. */
const expectParity = (backend: Backend, problem: Problem, tolerance: number): void => {
  const expected = evaluate(problem.graph, problem.values);
  const actual = runGraph(backend, problem.graph, problem.values);
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, { data, shape }] of expected) {
    const found = actual.get(name);
    expect(found?.shape, name).toEqual(shape);
    const scale = Math.max(1, ...[...data].map(Math.abs));
    const error = [...data].map((want, i) => Math.abs((found?.data[i] ?? Number.NaN) - want));
    expect(Math.max(0, ...error) / scale, name).toBeLessThan(tolerance);
  }
};

/** A recurrent network; with its gradient, a loop forward, one forward for the gradient's sake, one backward. */
const network: Case = {
  about: "network",
  inputs: { h: some(2, 3), w: some(3, 3), x: some(40, 2, 3) },
  build: (h, w, x) => {
    const [state, weights, now] = [
      g.input("h'", [2, 3]),
      g.input("w'", [3, 3]),
      g.input("x'", [2, 3]),
    ];
    const next = g.tanh(g.add(g.contract(state, weights, "bi,ij->bj"), now));
    const [, outputs = h] = g.scan({
      length: 40,
      body: {
        carries: [state],
        constants: [weights],
        inputs: [now],
        nextCarries: [next],
        outputs: [next],
      },
      carries: [h],
      constants: [w],
      inputs: [x],
    });
    return outputs;
  },
};

const loopsIn = (graph: Graph, limit: number): number =>
  emitGraph(graph, limit).graph.nodes.filter(({ operation }) => operation === "StatelessWhile")
    .length;

test("a loop of more nodes than may be unrolled stays one", () => {
  const { graph } = graphOf(network, true);
  expect(loopsIn(graph, 0)).toBe(3);
  // Forward 40 products, sums and tanh; backward more.
  expect(loopsIn(graph, 120)).toBe(1);
  expect(loopsIn(graph, 119)).toBe(3);
  expect(loopsIn(graph, 1000)).toBe(0);
});

/** Of how many nodes loops may be unrolled: none; the shorter ones, also inside of others; some of the network's. */
describe.each([0, 30, 120])("unrolling up to %i nodes", async (limit) => {
  const backend = await opened(limit);
  if (typeof backend === "string") {
    test.skip(backend, () => undefined);
    return;
  }

  test("loops and their gradients", () => {
    const problems = [...cases.scan, ...cases.project, network].map((one) => graphOf(one, true));
    // Twice the tolerance of single cases in `parity.test.ts`: here the loops are longer.
    expectParity(backend, together(problems), 60 * 2 ** -24);
  });
});

describe("whole training steps with every loop kept", async () => {
  const backend = await opened(0);
  if (typeof backend === "string") {
    test.skip(backend, () => undefined);
    return;
  }

  // Unrolled, all of them are in `models-parity.test.ts`.
  test.each(["dnc_gtmm.gtm", "stochastic_address.gtm", "vrnn.gtm"])("%s", (file) => {
    const { graph, feed } = smallStep(file);
    // float32 (6e-8) over chains of some thousands of operations
    expectParity(backend, { graph, values: feed }, 2e-4);
  });
});
