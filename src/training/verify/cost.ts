/** How long the reference will take, before it begins. */
import { add, contract, input, mul } from "../../graph/build.ts";
import type { Graph, Node } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import { bodyRoots, topological } from "../../graph/walk.ts";
import { evaluate } from "../../runtime/reference.ts";

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
    const depth = Array.from(a).map((letter, axis) =>
      out.includes(letter) ? 1 : (node.operands[0].shape[axis] ?? 1),
    );
    return PER_NODE + size * elements(depth);
  }
  const operands: readonly Node[] = node.operands;
  const largest = Math.max(size, ...operands.map(({ shape }) => elements(shape)));
  return PER_NODE + PER_ELEMENT * largest;
};

const costOfAll = (roots: Iterable<Node>): number =>
  topological(roots).reduce((sum, node) => sum + costOf(node), 0);

/** Of evaluating a graph once, in additions and multiplications. */
export const referenceCost = ({ outputs }: Graph): number => costOfAll(outputs.values());

/** What optimising and compiling a node takes, where no other program is called for it. */
const PER_COMPILED_NODE = 100_000;

/** Of optimising and compiling a graph, in the same unit. */
export const compileCost = ({ outputs }: Graph): number =>
  PER_COMPILED_NODE * countOf(outputs.values());

const countOf = (roots: Iterable<Node>): number =>
  topological(roots).reduce(
    (sum, node) => sum + 1 + (node.op === "scan" ? countOf(bodyRoots(node.attrs.body)) : 0),
    0,
  );

/**
 * Seconds for one unit of cost. Measured on a small graph, of which the fastest run counts: the others wait for the engine
 * to warm up, or for another process. Code that runs for the first time takes twice as long.
 */
export const measurePace = (): number => {
  const [a, b] = [input("a", [32, 64]), input("b", [64, 64])];
  const outputs = new Map([["c", mul(add(contract(a, b, "ij,jk->ik"), 1), 0.5)]]);
  const graph: Graph = { inputs: [a, b], outputs };
  const feed = new Map(
    [a, b].map(({ attrs: { name }, shape }) => [
      name,
      { shape, data: new Float32Array(elements(shape)).fill(0.5) },
    ]),
  );
  let fastest = Infinity;
  for (let run = 0; run < 5; run += 1) {
    const begun = performance.now();
    evaluate(graph, feed);
    fastest = Math.min(fastest, performance.now() - begun);
  }
  return (2 * fastest) / 1000 / referenceCost(graph);
};
