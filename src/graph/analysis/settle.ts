/** The rewriting engine: brings nodes to the normal form of the rules, equal nodes to one node. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Node } from "../op.ts";
import { rebuild } from "../walk.ts";
import { interner } from "./intern.ts";
import { rules } from "../passes/rules/index.ts";

/** Gives a node's normal form. Nodes settled by one settler are equal exactly when they are the same object. */
export type Settle = (node: Node) => Node;

/**
 * Remembers what it settled, in whatever scopes: a graph and the bodies of its loops. Does not enter scan bodies.
 * Primitives without rules only become one where they are equal.
 */
export const settler = (): Settle => {
  const intern = interner();
  const settled = new Map<Node, Node>();

  const known = (node: Node): Node => {
    const result = settled.get(node);
    invariant(result !== undefined, `${node.op} was not settled`);
    return result;
  };

  const apply = (node: Node): Node => {
    const done = settled.get(node);
    if (done !== undefined) return done;
    // The rules of `node.op` accept this node by the table's type, which indexing by a union forgets.
    const applicable = rules[node.op] as readonly ((node: Node) => Node | undefined)[];
    for (const rule of applicable) {
      const better = rule(node);
      if (better !== undefined) return settle(better);
    }
    return node;
  };

  const settle = (root: Node): Node => {
    const done = settled.get(root);
    if (done !== undefined) return done;
    const stack = [root];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const depth = stack.length;
      if (!settled.has(node)) {
        for (let i = node.operands.length - 1; i >= 0; i -= 1) {
          const operand = node.operands[i];
          if (operand !== undefined && !settled.has(operand)) stack.push(operand);
        }
      }
      if (stack.length > depth) continue;
      stack.pop();
      if (settled.has(node)) continue;
      const isSame = node.operands.every((operand) => settled.get(operand) === operand);
      const canonical = intern(isSame ? node : rebuild(node, node.operands.map(known)));
      const result = apply(canonical);
      settled.set(node, result);
      if (canonical !== node) settled.set(canonical, result);
      if (result !== canonical) settled.set(result, result);
    }
    return known(root);
  };
  return settle;
};
