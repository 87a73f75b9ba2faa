/** Going through graphs: order, reconstruction, substitution. Nothing here recurses into scan bodies unasked. */
import { invariant } from "../diagnostics/invariant.ts";
import { make } from "./build.ts";
import type { Node, NodeOf, ScanBody } from "./op.ts";
import { sameType } from "./shapes.ts";

const NOTHING: ReadonlySet<Node> = new Set();

/**
 * Every node that the outputs need, operands first, each once, in a deterministic order. Does not enter scan
 * bodies, nor the operands of `leaves`. Iterative: graphs are deeper than the call stack.
 */
export const topological = (
  outputs: Iterable<Node>,
  leaves: { has: (node: Node) => boolean } = NOTHING,
): Node[] => {
  const order: Node[] = [];
  const seen = new Set<Node>();
  /** The nodes on the way down, and for each the operand to look at next. */
  const stack: Node[] = [];
  const next: number[] = [];
  const push = (node: Node): void => {
    seen.add(node);
    stack.push(node);
    next.push(leaves.has(node) ? node.operands.length : 0);
  };
  for (const output of outputs) {
    if (seen.has(output)) continue;
    push(output);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const index = next[next.length - 1] ?? 0;
      const operand = top.operands[index];
      if (operand === undefined) {
        order.push(top);
        stack.pop();
        next.pop();
        continue;
      }
      next[next.length - 1] = index + 1;
      if (!seen.has(operand)) push(operand);
    }
  }
  return order;
};

/** What a scan body computes: the roots of its graph. */
export const bodyRoots = (body: ScanBody): readonly Node[] => [
  ...body.nextCarries,
  ...body.outputs,
];

/** Every argument of a scan body, in the order of the scan's operands. */
export const bodyArguments = (body: ScanBody): readonly NodeOf<"input">[] => [
  ...body.carries,
  ...body.constants,
  ...body.inputs,
];

/** The node itself, or the same primitive of other operands, its type inferred anew. Keeps the origin. */
export const rebuild = (node: Node, operands: readonly Node[]): Node => {
  invariant(operands.length === node.operands.length, `${node.op} of ${operands.length} operands`);
  if (operands.every((operand, i) => operand === node.operands[i])) return node;
  // Operands of equal types make a value of equal type, except that a tuple's does not say what is in it.
  if (node.op !== "project" && operands.every((x, i) => hasTypeOf(x, node.operands[i]))) {
    return { ...node, operands } as Node;
  }
  const remade = remake(node, operands);
  return node.origin === undefined ? remade : { ...remade, origin: node.origin };
};

const hasTypeOf = (x: Node, y: Node | undefined): boolean =>
  y !== undefined && (x.shape === y.shape ? x.dtype === y.dtype : sameType(x, y));

// The operand count was checked: the tuple types of `Ops` say no more than that.
const remake = (node: Node, operands: readonly Node[]): Node =>
  make(node.op, operands, node.attrs, { shape: node.shape, dtype: node.dtype });

/**
 * The outputs with every node replaced, operands first, by what `change` makes of it. `change` gets the node
 * already rebuilt on changed operands, and the original. `order` is that of all nodes, where it is known.
 */
export const rewrite = (
  outputs: readonly Node[],
  change: (node: Node, original: Node) => Node,
  order: readonly Node[] = topological(outputs),
): readonly Node[] => rewriteInOrder(outputs, order, new Map(), change);

/** The outputs with some nodes replaced; what replaces them is taken as it is. */
export const substitute = (
  outputs: readonly Node[],
  replacements: ReadonlyMap<Node, Node>,
): readonly Node[] => rewriteFrom(outputs, replacements, (node) => node);

/** The outputs with an origin on every node that has none, down to the `known` nodes. */
export const withOrigins = (
  outputs: readonly Node[],
  known: readonly Node[],
  origin: string,
): readonly Node[] =>
  rewriteFrom(outputs, new Map(known.map((node) => [node, node])), (node) =>
    node.origin === undefined ? { ...node, origin } : node,
  );

const rewriteFrom = (
  outputs: readonly Node[],
  replacements: ReadonlyMap<Node, Node>,
  change: (node: Node, original: Node) => Node,
): readonly Node[] =>
  rewriteInOrder(outputs, topological(outputs, replacements), new Map(replacements), change);

/** `done` has what replaces nodes, and gets what replaces all others. */
const rewriteInOrder = (
  outputs: readonly Node[],
  order: readonly Node[],
  done: Map<Node, Node>,
  change: (node: Node, original: Node) => Node,
): readonly Node[] => {
  const replaced = (node: Node): Node => {
    const result = done.get(node);
    invariant(result !== undefined, `${node.op} was not reached`);
    return result;
  };
  for (const node of order) {
    if (done.has(node)) continue;
    const isSame = node.operands.every((operand) => done.get(operand) === operand);
    done.set(node, change(isSame ? node : rebuild(node, node.operands.map(replaced)), node));
  }
  return outputs.map(replaced);
};

/** The inputs that the outputs reach, in topological order. */
export const inputsOf = (outputs: Iterable<Node>): readonly NodeOf<"input">[] =>
  topological(outputs).filter((node) => node.op === "input");
