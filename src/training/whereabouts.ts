/** Names for nodes that have none: what in the model they help to compute. */
import type { Graph, Node, NodeOf } from "../graph/op.ts";
import { topological } from "../graph/walk.ts";

/** Who uses each node, through loops: a body's results are used by what is projected from the loop. */
type Users = Map<Node, Node[]>;

const record = (users: Users, used: Node, by: Node): void => {
  const known = users.get(used);
  if (known === undefined) users.set(used, [by]);
  else known.push(by);
};

const collect = (roots: readonly Node[], users: Users): void => {
  const projections = new Map<Node, NodeOf<"project">[]>();
  const order = topological(roots);
  for (const node of order) {
    for (const operand of node.operands) record(users, operand, node);
    if (node.op === "project") {
      const [tuple] = node.operands;
      projections.set(tuple, [...(projections.get(tuple) ?? []), node]);
    }
  }
  for (const node of order) {
    if (node.op !== "scan") continue;
    const { carries, nextCarries, outputs } = node.attrs.body;
    const results = [...nextCarries, ...outputs];
    collect(results, users);
    for (const projection of projections.get(node) ?? []) {
      const result = results[projection.attrs.index];
      if (result !== undefined) record(users, result, projection);
    }
    nextCarries.forEach((next, i) => {
      const carry = carries[i];
      if (carry !== undefined) record(users, next, carry);
    });
  }
};

/** The nearest thing with a name that a node is computed for: a value of the model or an output of the graph. */
export const nameOf = (graph: Graph, node: Node): string | undefined => {
  const users: Users = new Map();
  collect([...graph.outputs.values()], users);
  // The first name of a value that has several.
  const outputs = new Map([...graph.outputs].reverse().map(([name, output]) => [output, name]));
  const seen = new Set<Node>([node]);
  for (const next of seen) {
    const name = next.origin ?? outputs.get(next);
    if (name !== undefined) return name;
    for (const user of users.get(next) ?? []) seen.add(user);
  }
  return undefined;
};
