/** In which order to evaluate, and after which node each value is used no more. */
import type { Node } from "../op.ts";
import { topological } from "../walk.ts";

/** Evaluate `node`, then let go of `frees`. */
export interface LiveStep {
  readonly node: Node;
  /** Values whose last use this was. Never an input (the caller owns it) and never an output. */
  readonly frees: readonly Node[];
}

/**
 * A plan for an interpreter that frees buffers: every node once, operands first. A scan is freed after its last
 * projection; with it go the components that nobody projected. Scan bodies have plans of their own.
 */
export const schedule = (outputs: readonly Node[]): readonly LiveStep[] => {
  const order = topological(outputs);
  const lastUse = new Map<Node, number>();
  order.forEach((node, index) => {
    for (const operand of node.operands) lastUse.set(operand, index);
  });
  for (const output of outputs) lastUse.delete(output);

  const frees = order.map((): Node[] => []);
  for (const [node, index] of lastUse) {
    if (node.op !== "input") frees[index]?.push(node);
  }
  return order.map((node, index) => ({ node, frees: frees[index] ?? [] }));
};
