/** Which values a derivative passes through. */
import type { Node, NodeOf, ScanBody } from "./op.ts";
import { isDifferentiable } from "./vjp.ts";
import { bodyArguments, bodyRoots, topological } from "./walk.ts";

/** The nodes under `roots` that depend on a node of `wrt` along a differentiable path, those included. */
export const activeNodes = (roots: Iterable<Node>, wrt: ReadonlySet<Node>): ReadonlySet<Node> => {
  const active = new Set<Node>();
  const components = new Map<Node, readonly boolean[]>();
  const isActive = (node: Node): boolean => {
    if (node.dtype !== "float" || !isDifferentiable(node.op)) return false;
    if (node.op === "project") return components.get(node.operands[0])?.[node.attrs.index] ?? false;
    return node.operands.some((operand) => active.has(operand));
  };
  for (const node of topological(roots)) {
    if (!wrt.has(node) && !isActive(node)) continue;
    active.add(node);
    if (node.op !== "scan") continue;
    const inBody = activeInBody(node, active);
    components.set(
      node,
      bodyRoots(node.attrs.body).map((root) => inBody.has(root)),
    );
  }
  return active;
};

/** The active nodes of a scan's body, given the active ones around the scan. */
export const activeInBody = (
  { operands, attrs: { body } }: NodeOf<"scan">,
  around: ReadonlySet<Node>,
): ReadonlySet<Node> => {
  const wrt = new Set<Node>(
    bodyArguments(body).filter((_, i) => {
      const operand = operands[i];
      return operand !== undefined && around.has(operand);
    }),
  );
  for (;;) {
    const active = activeNodes([...bodyRoots(body), ...wrt], wrt);
    const grown = body.carries.filter((carry, i) => {
      const next = body.nextCarries[i];
      return next !== undefined && active.has(next) && !wrt.has(carry);
    });
    if (grown.length === 0) return active;
    for (const carry of grown) wrt.add(carry);
  }
};

/**
 * For each carry, whether a cotangent reaches it. Cotangents enter at some components (a flag for each final
 * carry and output) and go backward through active nodes and through time.
 */
export const reachedCarries = (
  body: ScanBody,
  active: ReadonlySet<Node>,
  entersAt: readonly boolean[],
): readonly boolean[] => {
  const outputs = body.outputs.filter((_, i) => entersAt[body.carries.length + i]);
  let reached = body.carries.map((carry, i) => active.has(carry) && entersAt[i] === true);
  for (;;) {
    const nodes = backward([...body.nextCarries.filter((_, i) => reached[i]), ...outputs], active);
    const grown = body.carries.map((carry, i) => reached[i] === true || nodes.has(carry));
    if (grown.every((flag, i) => flag === reached[i])) return reached;
    reached = grown;
  }
};

const backward = (seeds: readonly Node[], active: ReadonlySet<Node>): ReadonlySet<Node> => {
  const reached = new Set<Node>();
  const pending = [...seeds];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (!active.has(node) || reached.has(node)) continue;
    reached.add(node);
    pending.push(...node.operands);
  }
  return reached;
};
