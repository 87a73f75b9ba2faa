/** The walk that every pass over loops is made of. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Node } from "../op.ts";
import { rewrite, topological } from "../walk.ts";
import { liveParts, prune } from "./dead.ts";
import { rootsOf, withRoots, type TimeLoop } from "../analysis/loop.ts";

/**
 * The outputs with every loop replaced by what `change` makes of it: a value for each of the loop's components
 * (in the order of `rootsOf`). Loops come without their dead parts, producers before consumers; every value goes
 * through `canonicalise`. Bodies are `change`'s business.
 */
export const rewriteLoops = (
  outputs: readonly Node[],
  change: (loop: TimeLoop) => readonly Node[],
  canonicalise: (node: Node) => Node = (node) => node,
): readonly Node[] => {
  const order = topological(outputs);
  // Without loops there is nothing to replace, and what is canonical need not be gone through.
  if (!order.some(({ op }) => op === "scan")) return outputs.map(canonicalise);
  const live = liveParts(outputs, order);
  const components = new Map<Node, readonly (Node | undefined)[]>();
  const replace = (node: Node, original: Node): Node => {
    if (node.op === "scan") {
      const parts = live.get(original);
      // Whatever still points at a dead loop or component is dead itself.
      if (parts === undefined) return node;
      const { loop, places } = prune(node, parts);
      const values = change(loop);
      invariant(values.length === rootsOf(loop).length, "a pass lost components of a loop");
      components.set(
        original,
        places.map((place) => (place === undefined ? undefined : values[place])),
      );
      return node;
    }
    if (original.op !== "project") return canonicalise(node);
    const value = components.get(original.operands[0])?.[original.attrs.index];
    return value === undefined ? node : canonicalise(value);
  };
  return rewrite(outputs, replace, order);
};

/** The loop whose step is rewritten by a pass over roots. */
export const changeBody = (
  loop: TimeLoop,
  pass: (roots: readonly Node[]) => readonly Node[],
): TimeLoop => withRoots(loop, pass(rootsOf(loop)));
