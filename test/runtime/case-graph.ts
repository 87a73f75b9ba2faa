/** Differentiation problems as graphs with the numbers of their inputs. */
import { input, mul, reshape, sum } from "../../src/graph/build.ts";
import { gradient } from "../../src/graph/gradient.ts";
import type { Graph, Node, NodeOf } from "../../src/graph/op.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import type { Case } from "../graph/case.ts";
import { randomArray } from "../support/numbers.ts";

/** The case's value and, where it has one, the gradient of its weighted sum, as one graph. */
export const graphOf = (
  problem: Case,
  differentiate: boolean,
  /** In front of the names of inputs and outputs. */
  prefix = "",
): { readonly graph: Graph; readonly values: Map<string, HostArray> } => {
  const values = new Map<string, HostArray>();
  const nodes: NodeOf<"input">[] = [];
  const give = (wish: string, array: HostArray): Node => {
    const name = `${prefix}${wish}`;
    // Both sides get the very same numbers.
    values.set(name, { shape: array.shape, data: Float32Array.from(array.data) });
    const node = input(name, array.shape);
    nodes.push(node);
    return node;
  };
  const inputs = Object.entries(problem.inputs).map(([name, { shape, low, high, data }], i) =>
    give(
      name,
      data === undefined
        ? randomArray(i + 1, shape, low, high)
        : { shape, data: Float32Array.from(data) },
    ),
  );
  const [a, b, c, d] = inputs;
  // As many as the case has; it asks for no more.
  const value = problem.build(...([a, b, c, d] as unknown as Parameters<Case["build"]>));
  const outputs = new Map<string, Node>([[`${prefix}value`, value]]);
  if (differentiate) {
    const weights = give("weights", randomArray(99, value.shape));
    const axes = value.shape.map((_, axis) => axis);
    const total = reshape(sum(mul(value, weights), axes), []);
    gradient(total, inputs).gradients.forEach((node, i) =>
      outputs.set(`${prefix}gradient ${i}`, node),
    );
  }
  return { graph: { inputs: nodes, outputs }, values };
};

/** All graphs as one; no two share a name. */
export const joined = (graphs: readonly Graph[]): Graph => ({
  inputs: graphs.flatMap(({ inputs }) => inputs),
  outputs: new Map(graphs.flatMap(({ outputs }) => [...outputs])),
});
