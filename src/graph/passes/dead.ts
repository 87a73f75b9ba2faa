/** What nobody needs: components of loops, carries that only feed themselves, arguments that no step reads. */
import type { Node, NodeOf } from "../op.ts";
import { bodyRoots } from "../walk.ts";
import { loopOf, rootsOf, type TimeLoop } from "../analysis/loop.ts";

/** Which parts of a loop are needed, flag for part. */
export interface Live {
  readonly carries: readonly boolean[];
  readonly constants: readonly boolean[];
  readonly inputs: readonly boolean[];
  readonly outputs: readonly boolean[];
}

/** The live parts of each scan that the outputs need, through whatever loops; `order` is that of all nodes. */
export const liveParts = (
  outputs: readonly Node[],
  order: readonly Node[],
): ReadonlyMap<Node, Live> => {
  const live = new Set<Node>(outputs);
  const components = new Map<Node, Set<number>>();
  const parts = new Map<Node, Live>();
  for (const node of order.toReversed()) {
    if (!live.has(node)) continue;
    if (node.op === "scan") {
      const own = partsOf(node, components.get(node) ?? new Set());
      parts.set(node, own);
      const flags = [...own.carries, ...own.constants, ...own.inputs];
      node.operands.forEach((operand, i) => {
        if (flags[i] === true) live.add(operand);
      });
      continue;
    }
    if (node.op === "project") {
      const [tuple] = node.operands;
      const indices = components.get(tuple);
      if (indices === undefined) components.set(tuple, new Set([node.attrs.index]));
      else indices.add(node.attrs.index);
    }
    for (const operand of node.operands) live.add(operand);
  }
  return parts;
};

/** The parts that some components need. */
const partsOf = ({ attrs: { body } }: NodeOf<"scan">, used: ReadonlySet<number>): Live => {
  const count = body.carries.length;
  const isOutputLive = body.outputs.map((_, i) => used.has(count + i));
  // A carry is alive if it is used, or read by an output, or by the next value of one that is alive.
  const nextOf = new Map<Node, Node>();
  body.carries.forEach((carry, i) => nextOf.set(carry, body.nextCarries[i] ?? carry));
  const pending = bodyRoots(body).filter((_, i) => used.has(i));
  const reached = new Set<Node>();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    const next = nextOf.get(node);
    if (next !== undefined) pending.push(next);
    pending.push(...node.operands);
  }
  return {
    carries: body.carries.map((carry, i) => used.has(i) || reached.has(carry)),
    constants: body.constants.map((constant) => reached.has(constant)),
    inputs: body.inputs.map((step) => reached.has(step)),
    outputs: isOutputLive,
  };
};

/** A loop without its dead parts. */
export interface Pruned {
  readonly loop: TimeLoop;
  /** For each component of the old loop, its index in the new one, if it is still there. */
  readonly places: readonly (number | undefined)[];
}

export const prune = (node: NodeOf<"scan">, live: Live): Pruned => {
  const loop = loopOf(node);
  const keep = <T>(values: readonly T[], flags: readonly boolean[]): readonly T[] =>
    flags.includes(false) ? values.filter((_, i) => flags[i]) : values;
  const isKept = [...live.carries, ...live.outputs];
  let place = 0;
  return {
    loop: {
      ...loop,
      carries: keep(loop.carries, live.carries),
      constants: keep(loop.constants, live.constants),
      inputs: keep(loop.inputs, live.inputs),
      outputs: keep(loop.outputs, live.outputs),
    },
    places: rootsOf(loop).map((_, i) => (isKept[i] === true ? place++ : undefined)),
  };
};
