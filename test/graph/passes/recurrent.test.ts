import { beforeAll, describe, expect, test } from "vitest";
import type { Graph, Node, NodeOf } from "../../../src/graph/op.ts";
import { optimise, passes } from "../../../src/graph/passes/index.ts";
import { applyPass } from "../../../src/graph/passes/pass.ts";
import { verify } from "../../../src/graph/verify.ts";
import { bodyRoots, topological } from "../../../src/graph/walk.ts";
import { difference, inputValues } from "./random-graph.ts";
import { recurrentModel, SMALL } from "./recurrent.ts";

const nodesOf = (graph: Graph): readonly Node[] => topological(graph.outputs.values());

const bodies = (graph: Graph): readonly (readonly Node[])[] =>
  nodesOf(graph).flatMap((node) =>
    node.op === "scan" ? [topological(bodyRoots(node.attrs.body))] : [],
  );

const contractsIn = (nodes: readonly Node[]): readonly NodeOf<"contract">[] =>
  nodes.flatMap((node) => (node.op === "contract" ? [node] : []));

describe("a recurrent model with encoder and decoder in its loop", () => {
  const graph = recurrentModel(SMALL);
  let optimised: Graph;
  beforeAll(() => {
    optimised = optimise(graph);
  });

  test("every pass keeps the bound and all gradients", () => {
    // float64, sums of some hundreds of terms
    const TOLERANCE = 1e-9;
    let current = graph;
    for (const [name, pass] of passes) {
      const next = applyPass(pass, current);
      verify(next);
      expect(difference(current, next, inputValues(graph)), name).toBeLessThan(TOLERANCE);
      current = next;
    }
  });

  test("the loops keep only the products that the recurrence needs", () => {
    const [forward = [], backward = []] = bodies(optimised);
    // Forward: attention and its read, context to posterior, mean, scale, gates.
    expect(contractsIn(forward)).toHaveLength(6);
    // Backward: the same, and the read's cotangent goes to the attention and to the memory.
    expect(contractsIn(backward)).toHaveLength(7);
    expect(bodies(optimised)).toHaveLength(2);
  });

  test("neither frames nor what encodes or decodes them enter a loop", () => {
    const { pixels } = SMALL;
    for (const node of bodies(optimised).flat()) expect(node.shape).not.toContain(pixels);
  });

  test("the gradient of every matrix is one product over all steps", () => {
    for (const [name, node] of optimised.outputs) {
      if (!name.startsWith("d.") || name.endsWith(".bias")) continue;
      expect(node.op, name).toBe("contract");
      if (node.op !== "contract") continue;
      const { a, out } = node.attrs;
      const summed = Array.from(a).filter((subscript) => !out.includes(subscript));
      expect(summed, `${name}: time and batch`).toHaveLength(2);
    }
  });

  test("optimising again changes nothing that is computed in the loops", () => {
    const again = optimise(optimised);
    expect(bodies(again).map((body) => body.length)).toEqual(
      bodies(optimised).map((body) => body.length),
    );
  });
});
