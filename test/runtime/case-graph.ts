/** Differentiation problems as graphs with the numbers of their inputs. */
import { input, mul, reshape, sum } from "../../src/graph/build.ts";
import { gradient } from "../support/gradient.ts";
import type { Graph, Node, NodeOf } from "../../src/graph/op.ts";
import { substitute } from "../../src/graph/walk.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import type { Case } from "../graph/case.ts";
import { randomArray } from "../support/numbers.ts";

/** A graph and numbers for what it takes. */
export interface Problem {
  readonly graph: Graph;
  readonly values: ReadonlyMap<string, HostArray>;
}

/** The case's value and, where it has one, the gradient of its weighted sum, as one graph. */
export const graphOf = (
  problem: Case,
  differentiate: boolean,
  /** In front of the names of inputs and outputs. */
  prefix = "",
): Problem => {
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
  if (differentiate && problem.derivatives !== 0) {
    const weights = give("weights", randomArray(99, value.shape));
    const axes = value.shape.map((_, axis) => axis);
    const total = reshape(sum(mul(value, weights), axes), []);
    gradient(total, inputs).gradients.forEach((node, i) =>
      outputs.set(`${prefix}gradient ${i}`, node),
    );
  }
  return { graph: { inputs: nodes, outputs }, values };
};

/** With this in front of the names of all inputs and outputs. */
export const prefixed = ({ graph, values }: Problem, prefix: string): Problem => {
  const inputs = graph.inputs.map(({ attrs: { name }, shape, dtype }) =>
    input(`${prefix}${name}`, shape, dtype),
  );
  const renamed = new Map<Node, Node>(
    graph.inputs.flatMap((old, i) => inputs.slice(i, i + 1).map((node) => [old, node] as const)),
  );
  const names = [...graph.outputs.keys()];
  const roots = substitute([...graph.outputs.values()], renamed);
  return {
    graph: {
      inputs,
      outputs: new Map(roots.map((root, i) => [`${prefix}${names[i] ?? ""}`, root])),
    },
    values: new Map([...values].map(([name, array]) => [`${prefix}${name}`, array])),
  };
};

/** All graphs as one; no two share a name. */
export const joined = (graphs: readonly Graph[]): Graph => ({
  inputs: graphs.flatMap(({ inputs }) => inputs),
  outputs: new Map(graphs.flatMap(({ outputs }) => [...outputs])),
});
