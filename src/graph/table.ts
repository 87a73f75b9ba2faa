/** A total interpretation of the primitives: leaving one out is a type error. */
import type { Node, NodeOf, OpName } from "./op.ts";

/** One function a primitive. */
export type Table<Args extends readonly unknown[], R> = {
  readonly [K in OpName]: (node: NodeOf<K>, ...args: Args) => R;
};

/** Applies a node's entry. */
export const interpret = <Args extends readonly unknown[], R>(
  table: Table<Args, R>,
  node: Node,
  ...args: Args
): R => {
  // The entry of `node.op` accepts this node by the table's type, which indexing by a union forgets.
  const entry = table[node.op] as (node: Node, ...args: Args) => R;
  return entry(node, ...args);
};
