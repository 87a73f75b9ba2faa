/** The rewriting engine: brings nodes to the normal form of the rules, equal nodes to one node. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Node } from "../op.ts";
import { rebuild } from "../walk.ts";
import { interner } from "./intern.ts";
import { rules } from "../passes/rules/index.ts";

/** Gives a node's normal form. Nodes canonicalised by one canonicaliser are equal exactly when they are the same object. */
export type Canonicalise = (node: Node) => Node;

/**
 * Remembers what it canonicalised, in whatever scopes: a graph and the bodies of its loops. Does not enter scan bodies.
 * Primitives without rules only become one where they are equal.
 */
export const canonicaliser = (): Canonicalise => {
  const intern = interner();
  const canonical = new Map<Node, Node>();

  const known = (node: Node): Node => {
    const result = canonical.get(node);
    invariant(result !== undefined, `${node.op} was not canonicalised`);
    return result;
  };

  const apply = (node: Node): Node => {
    const done = canonical.get(node);
    if (done !== undefined) return done;
    // The rules of `node.op` accept this node by the table's type, which indexing by a union forgets.
    const applicable = rules[node.op] as readonly ((node: Node) => Node | undefined)[];
    for (const rule of applicable) {
      const better = rule(node);
      if (better !== undefined) return canonicalise(better);
    }
    return node;
  };

  const canonicalise = (root: Node): Node => {
    const done = canonical.get(root);
    if (done !== undefined) return done;
    const stack = [root];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const depth = stack.length;
      if (!canonical.has(node)) {
        for (let i = node.operands.length - 1; i >= 0; i -= 1) {
          const operand = node.operands[i];
          if (operand !== undefined && !canonical.has(operand)) stack.push(operand);
        }
      }
      if (stack.length > depth) continue;
      stack.pop();
      if (canonical.has(node)) continue;
      const isSame = node.operands.every((operand) => canonical.get(operand) === operand);
      const interned = intern(isSame ? node : rebuild(node, node.operands.map(known)));
      const result = apply(interned);
      canonical.set(node, result);
      if (interned !== node) canonical.set(interned, result);
      if (result !== interned) canonical.set(result, result);
    }
    return known(root);
  };
  return canonicalise;
};
