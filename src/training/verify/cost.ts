/** How long the reference will take, before it begins. */
import type { Graph, Node } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import { bodyRoots, topological } from "../../graph/walk.ts";

/** In additions and multiplications of a contraction: what an element of every other operation costs, and a call. */
const [PER_ELEMENT, PER_NODE] = [8, 1000];

const costOf = (node: Node): number => {
  if (node.op === "input" || node.op === "project") return 0;
  if (node.op === "scan") {
    const { length, body } = node.attrs;
    return length * costOfAll(bodyRoots(body));
  }
  const size = elements(node.shape);
  if (node.op === "contract") {
    const { a, out } = node.attrs;
    const depth = Array.from(a).map((subscript, axis) =>
      out.includes(subscript) ? 1 : (node.operands[0].shape[axis] ?? 1),
    );
    return PER_NODE + size * elements(depth);
  }
  const operands: readonly Node[] = node.operands;
  const largest = Math.max(size, ...operands.map(({ shape }) => elements(shape)));
  return PER_NODE + PER_ELEMENT * largest;
};

const costOfAll = (roots: Iterable<Node>): number =>
  topological(roots).reduce((sum, node) => sum + costOf(node), 0);

/**
 * Seconds for one unit of cost in a process that has just begun, as measured on the shipped models (2 cores of an AMD EPYC).
 * A constant: measured anew in each process, it was up to 60 times too high, as the engine had compiled nothing yet.
 */
const PACE = 4e-9;

/** Of evaluating a graph once, in seconds. */
export const referenceTime = ({ outputs }: Graph): number => PACE * costOfAll(outputs.values());

/** What optimising and compiling a node takes, where no other program is called for it. */
const PER_COMPILED_NODE = 100_000;

/** Of optimising and compiling a graph, in seconds. */
export const compileTime = ({ outputs }: Graph): number =>
  PACE * PER_COMPILED_NODE * countOf(outputs.values());

const countOf = (roots: Iterable<Node>): number =>
  topological(roots).reduce(
    (sum, node) => sum + 1 + (node.op === "scan" ? countOf(bodyRoots(node.attrs.body)) : 0),
    0,
  );
