/**
 * In which order to evaluate a graph, and when to free what. Differs from `graph/analysis/liveness.ts` in that the
 * per-step outputs of a loop stay apart, one tensor per step, for as long as only other loops read them step by
 * step: what a forward loop leaves to its reverse loop is never stacked and never sliced.
 */
import type { Node, NodeOf } from "../../graph/op.ts";
import { topological } from "../../graph/walk.ts";

/** Evaluate `node`, then let go of `frees`. */
export interface PlannedStep {
  readonly node: Node;
  /** For a loop: which operands are read step by step from which component of another loop. */
  readonly unstacked: ReadonlyMap<number, NodeOf<"project">>;
  /** Loops and values whose last use this was; never an argument, a constant or a root. */
  readonly frees: readonly Node[];
}

/** Every node that needs a value of its own, operands first. */
export const plan = (roots: readonly Node[]): readonly PlannedStep[] => {
  const order = topological(roots);
  const whole = new Set<Node>(roots);
  for (const node of order) {
    node.operands.forEach((operand, index) => {
      if (!isPerStep(node, index, operand)) whole.add(operand);
    });
  }
  const isApart = (operand: Node): operand is NodeOf<"project"> => !whole.has(operand);

  const nodes = order.filter((node) => whole.has(node));
  const lastUse = new Map<Node, number>();
  const unstacked = nodes.map((node, at) => {
    const apart = new Map<number, NodeOf<"project">>();
    node.operands.forEach((operand, index) => {
      if (isApart(operand)) apart.set(index, operand);
      lastUse.set(isApart(operand) ? operand.operands[0] : operand, at);
    });
    return apart;
  });

  const frees = nodes.map((): Node[] => []);
  const kept = new Set<Node>(roots);
  for (const [node, at] of lastUse) if (!isGiven(node) && !kept.has(node)) frees[at]?.push(node);
  return nodes.map((node, at) => ({
    node,
    unstacked: unstacked[at] ?? new Map(),
    frees: frees[at] ?? [],
  }));
};

/** Not computed in a run: there before it, there after it. */
export const isGiven = (node: Node): node is NodeOf<"input" | "constant" | "iota"> =>
  node.op === "input" || node.op === "constant" || node.op === "iota";

/** Whether `node` reads this operand step by step, out of a loop's per-step outputs. */
const isPerStep = (node: Node, index: number, operand: Node): boolean => {
  if (node.op !== "scan" || operand.op !== "project") return false;
  const { carries, constants } = node.attrs.body;
  const [source] = operand.operands;
  return (
    index >= carries.length + constants.length &&
    source.op === "scan" &&
    operand.attrs.index >= source.attrs.body.carries.length
  );
};
