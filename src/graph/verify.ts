/** The invariants of graphs. A pass that breaks one is found here, not in a backend. */
import { InternalError, invariant } from "../diagnostics/invariant.ts";
import type { Graph, Node, NodeOf } from "./op.ts";
import { infer, sameType, showType } from "./shapes.ts";
import { bodyArguments, bodyRoots, topological } from "./walk.ts";

/**
 * Throws `InternalError` unless every reached node has the type that its operands give it, tuples are only
 * projected from, the graph and every scan body reach no input but their own, uniquely named ones, and outputs have the types
 * of donated inputs of their names.
 */
export const verify = (graph: Graph): void => {
  verifyClosed("graph", graph.inputs, [...graph.outputs.values()]);
  for (const name of graph.donated ?? []) {
    const input = graph.inputs.find(({ attrs }) => attrs.name === name);
    invariant(input !== undefined, `graph: no input ${name} is donated`);
    const output = graph.outputs.get(name);
    invariant(
      output === undefined || sameType(input, output),
      `graph: ${name} is donated for another type`,
    );
  }
};

const verifyClosed = (
  where: string,
  inputs: readonly NodeOf<"input">[],
  roots: readonly Node[],
): void => {
  const own = new Set<Node>(inputs);
  const named = new Map<string, Node>();
  for (const node of inputs) {
    const { name } = node.attrs;
    invariant(!named.has(name), `${where}: two inputs are named ${name}`);
    named.set(name, node);
  }
  for (const root of roots) {
    invariant(root.op !== "scan", `${where}: a tuple is no result`);
  }
  for (const node of topological([...inputs, ...roots])) {
    try {
      verifyNode(node, own);
    } catch (error) {
      if (!(error instanceof InternalError)) throw error;
      const origin = node.origin === undefined ? "" : ` (${node.origin})`;
      throw new InternalError(`${where}${origin}: ${error.message}`);
    }
    if (node.op === "scan") {
      const { body } = node.attrs;
      verifyClosed(`${where}: scan body`, bodyArguments(body), bodyRoots(body));
    }
  }
};

const verifyNode = (node: Node, inputs: ReadonlySet<Node>): void => {
  if (node.op === "input") {
    invariant(inputs.has(node), `reaches the input ${node.attrs.name}, which is not its own`);
  }
  if (node.op !== "project") {
    invariant(
      node.operands.every((operand) => operand.op !== "scan"),
      `${node.op} of a tuple`,
    );
  }
  const type = infer(node.op, node.operands, node.attrs, node);
  invariant(sameType(type, node), `${node.op} says ${showType(node)}, is ${showType(type)}`);
};
