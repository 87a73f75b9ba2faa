/** Which nodes of a loop's body must be computed in the loop, and which can be before or after it. */
import { elements } from "../shapes.ts";
import type { Node } from "../op.ts";
import { topological } from "../walk.ts";
import { isBatchable } from "./batch.ts";
import { rootsOf, type TimeLoop } from "./loop.ts";
import { minimumCut, type Edge } from "./min-cut.ts";

/**
 * - `fixed`: follows from the constants alone; computed once, outside.
 * - `before`: follows from constants and per-step inputs; computed for all steps at once, before the loop.
 * - `within`: computed in every step.
 * - `after`: nothing in the loop waits for it; computed for all steps at once, after the loop.
 */
export type LoopStage = EarlyStage | "after";
export type EarlyStage = "fixed" | "before" | "within";

/** The stage of every node of the body, in topological order. */
export const stagesOf = (loop: TimeLoop): ReadonlyMap<Node, LoopStage> => {
  const order = topological(rootsOf(loop));
  const early = earliest(loop, order);
  const stages = new Map<Node, LoopStage>(early);
  for (const node of deferred(loop, order, early)) stages.set(node, "after");
  return stages;
};

/** The same as long as nothing is put off: what could be after the loop is within. */
export const earliestStagesOf = (loop: TimeLoop): ReadonlyMap<Node, EarlyStage> =>
  earliest(loop, topological(rootsOf(loop)));

const earliest = (loop: TimeLoop, order: readonly Node[]): ReadonlyMap<Node, EarlyStage> => {
  const stages = new Map<Node, EarlyStage>();
  const carries = new Set<Node>(loop.carries.map(({ arg }) => arg));
  const inputs = new Set<Node>(loop.inputs.map(({ arg }) => arg));
  for (const node of order) {
    const of = node.operands.map((operand) => stages.get(operand));
    if (carries.has(node) || of.includes("within")) stages.set(node, "within");
    else if (inputs.has(node)) stages.set(node, "before");
    else if (!of.includes("before")) stages.set(node, "fixed");
    else stages.set(node, isBatchable(node.op) ? "before" : "within");
  }
  return stages;
};

/**
 * What computing a node in every step costs more than for all steps at once, in units of one number stored
 * (about 0.6 ns): an op-by-op backend spends 3 to 5 µs on a call, and a product of few rows runs at half the
 * speed of one of many.
 */
const costInLoop = (node: Node): number => {
  if (node.operands.length === 0 || node.op === "project") return 0;
  if (node.op === "reshape") return 2000;
  if (node.op !== "contract") return 8000;
  const { a, b } = node.attrs;
  const [x, y] = node.operands;
  const own = y.shape.filter((_, axis) => !a.includes(b[axis] ?? ""));
  return 8000 + (elements(x.shape) * elements(own)) / 32;
};

/** What emitting a value from every step costs, in the same unit. */
const costToStore = (node: Node): number => 1000 + elements(node.shape);

/**
 * The nodes to compute after the loop: of those that no next carry needs, the set that minimises the cost of the
 * steps plus that of what they must store for it. A small reduction of something large stays, with it. So does
 * everything in a loop over blocks of steps, which is there so that little is stored.
 */
const deferred = (
  loop: TimeLoop,
  order: readonly Node[],
  stages: ReadonlyMap<Node, LoopStage>,
): readonly Node[] => {
  const needed = new Set(topological(loop.carries.map(({ next }) => next)));
  const within = order.filter((node) => stages.get(node) === "within");
  if (within.some(({ op }) => op === "scan")) return [];
  const free = within.filter(
    (node) => node.operands.length > 0 && !needed.has(node) && isBatchable(node.op),
  );
  if (free.length === 0) return [];

  // Vertex v + 2: computed in the loop if on the source's side. Vertex v + 2 + n: stored if not on that side.
  const [source, sink] = [0, 1];
  const number = new Map(within.map((node, i) => [node, i + 2]));
  const edges: Edge[] = [];
  const connect = (from: number, to: number, capacity: number): void => {
    edges.push({ from, to, capacity });
  };
  const outputs = new Set(loop.outputs);
  const isFree = new Set(free);
  for (const node of within) {
    const vertex = number.get(node) ?? source;
    const store = vertex + within.length;
    connect(vertex, store, costToStore(node));
    if (isFree.has(node)) connect(vertex, sink, costInLoop(node));
    else connect(source, vertex, Infinity);
    if (outputs.has(node)) connect(store, sink, Infinity);
    for (const operand of node.operands) {
      const used = number.get(operand);
      if (used === undefined) continue;
      // An operand of what is in the loop is in the loop, and stored for what is not.
      connect(vertex, used, Infinity);
      connect(used + within.length, vertex, Infinity);
    }
  }
  const early = minimumCut(2 + 2 * within.length, edges, source, sink);
  return free.filter((node) => !early.has(number.get(node) ?? source));
};

/** What a step costs on an op-by-op backend, in the unit of `costInLoop`. */
export const costOfStep = (stages: ReadonlyMap<Node, LoopStage>): number =>
  [...stages].reduce(
    (cost, [node, stage]) => (stage === "within" ? cost + costInLoop(node) : cost),
    0,
  );
