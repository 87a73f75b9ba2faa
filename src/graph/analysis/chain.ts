/** Values that only one other value reads, and the chains that they make. */
import type { Node } from "../op.ts";
import { topological } from "../walk.ts";

/** For each node that has just one reader (once), that reader. Roots are read by others. */
export const soleReaders = (roots: readonly Node[]): ReadonlyMap<Node, Node> => {
  const readers = new Map<Node, Node | undefined>(roots.map((root) => [root, undefined]));
  for (const reader of topological(roots)) {
    for (const operand of reader.operands) {
      readers.set(operand, readers.has(operand) ? undefined : reader);
    }
  }
  const sole = new Map<Node, Node>();
  for (const [node, reader] of readers) if (reader !== undefined) sole.set(node, reader);
  return sole;
};

/** The nodes whose only reader is of the same kind: sums that are summands, products that are factors. */
export const innerLinks = (
  sole: ReadonlyMap<Node, Node>,
  kindOf: (node: Node) => string | undefined,
): ReadonlySet<Node> => {
  const links = new Set<Node>();
  for (const [node, reader] of sole) {
    const kind = kindOf(node);
    if (kind !== undefined && kind === kindOf(reader)) links.add(node);
  }
  return links;
};
