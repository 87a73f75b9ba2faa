/** What nobody needs: components of loops, carries that only feed themselves, arguments that no step reads. */
import type { Node } from "../op.ts";
import { topological } from "../walk.ts";
import { argumentsOf, loopOf, rootsOf, type TimeLoop } from "./loop.ts";

/** The indices of the components of each scan that the outputs need, through whatever loops. */
export const liveComponents = (
  outputs: readonly Node[],
): ReadonlyMap<Node, ReadonlySet<number>> => {
  const live = new Set<Node>(outputs);
  const components = new Map<Node, Set<number>>();
  for (const node of topological(outputs).reverse()) {
    if (!live.has(node)) continue;
    if (node.op === "project") {
      const [tuple] = node.operands;
      const indices = components.get(tuple) ?? new Set();
      components.set(tuple, indices.add(node.attrs.index));
    }
    const needed =
      node.op === "scan"
        ? argumentsOf(prune(loopOf(node), components.get(node) ?? new Set()).loop).map(
            ({ value }) => value,
          )
        : node.operands;
    for (const operand of needed) live.add(operand);
  }
  return components;
};

/** A loop without what `used` components do not need. */
export interface Pruned {
  readonly loop: TimeLoop;
  /** For each component of the old loop, its index in the new one, if it is still there. */
  readonly places: readonly (number | undefined)[];
}

export const prune = (loop: TimeLoop, used: ReadonlySet<number>): Pruned => {
  const count = loop.carries.length;
  const outputs = loop.outputs.filter((_, i) => used.has(count + i));
  const isKept = loop.carries.map((_, i) => used.has(i));
  // A carry is alive if it is used, or read by an output, or by the next value of one that is alive.
  let reached = new Set<Node>();
  for (let grew = true; grew;) {
    const nexts = loop.carries.flatMap(({ next }, i) => (isKept[i] === true ? [next] : []));
    reached = new Set(topological([...nexts, ...outputs]));
    grew = false;
    loop.carries.forEach(({ arg }, i) => {
      if (isKept[i] === true || !reached.has(arg)) return;
      isKept[i] = true;
      grew = true;
    });
  }
  const keptRoots = [...isKept, ...loop.outputs.map((_, i) => used.has(count + i))];
  let place = 0;
  return {
    loop: {
      ...loop,
      carries: loop.carries.filter((_, i) => isKept[i]),
      constants: loop.constants.filter(({ arg }) => reached.has(arg)),
      inputs: loop.inputs.filter(({ arg }) => reached.has(arg)),
      outputs,
    },
    places: rootsOf(loop).map((_, i) => (keptRoots[i] === true ? place++ : undefined)),
  };
};
