/** Copies that a loop makes step by step are made once for all steps, after the loop. */
import type { Access, Nest } from "../program.ts";
import { type Footprint, footprint, footprintsOf, intervalOf } from "../analysis/access.ts";
import {
  addLeaf,
  leavesAccessing,
  placeIn,
  replaceLeaf,
  type Leaf,
  type List,
  type Tree,
} from "../analysis/tree.ts";

/**
 * Lifts what can be lifted out of a loop and gives back the new leaves in their order, right after it: copies from what no
 * later step changes to what nothing else in the loop accesses.
 */
export const liftCopies = (tree: Tree, list: List): readonly Leaf[] => {
  const { parent, loop } = list;
  if (parent === undefined || loop === undefined) return [];
  const lifted: Leaf[] = [];
  for (const leaf of list.entries) {
    if (leaf.kind === "list" || leaf.statement?.kind !== "nest") continue;
    const nest = leaf.statement;
    if (!isCopyOfSteps(nest) || !staysValid(tree, list, leaf, nest)) continue;
    const axes = [loop.length, ...nest.axes];
    const body = nest.body.map((one) => {
      if (one.op === "load") return { ...one, from: overSteps(one.from) };
      return one.op === "store" ? { ...one, to: overSteps(one.to) } : one;
    });
    replaceLeaf(tree, leaf, undefined);
    // Before what was lifted sooner, which may load what this one stores; nothing in the loop loads what that stores.
    const position = list.position + 0.5 / (lifted.length + 2);
    lifted.unshift(addLeaf(tree, parent, position, { ...nest, axes, body }));
  }
  return lifted;
};

/** The innermost loop's step as the first axis. */
const overSteps = (access: Access): Access => ({
  ...access,
  strides: [access.steps.at(-1) ?? 0, ...access.strides],
  steps: access.steps.slice(0, -1),
});

/** Copies to another place in every step. */
const isCopyOfSteps = ({ axes, reduced, order, body }: Nest): boolean => {
  const [load, store, ...others] = body;
  if (load?.op !== "load" || store?.op !== "store" || others.length > 0) return false;
  if (reduced > 0 || order !== undefined || load.from.buffer === store.to.buffer) return false;
  if (load.from.dynamic !== undefined || store.to.dynamic !== undefined) return false;
  const reach = store.to.strides.reduce(
    (sum, stride, i) => sum + Math.abs(stride) * ((axes[i] ?? 1) - 1),
    0,
  );
  return Math.abs(store.to.steps.at(-1) ?? 0) > reach;
};

const staysValid = (tree: Tree, list: List, leaf: Leaf, { body, axes }: Nest): boolean => {
  const [load, store] = body;
  if (load?.op !== "load" || store?.op !== "store") return false;
  const isInside = (other: Leaf): boolean => other !== leaf && placeIn(list, other) !== undefined;
  if (leavesAccessing(tree, store.to.buffer).some(isInside)) return false;
  const read = footprint(load.from, false, axes, body, list.depth, []);
  return leavesAccessing(tree, load.from.buffer).every((other) => {
    const place = placeIn(list, other);
    if (other === leaf || place === undefined || other.statement === undefined) return true;
    return footprintsOf(other.statement, list.depth, place.inner).every(
      (one) =>
        !one.writes ||
        one.buffer !== read.buffer ||
        comesEarlier(one, read, place.position < leaf.position, list.loop?.reverse === true),
    );
  });
};

/** Whatever is both stored and read is stored in an earlier step, or in the same one if stores come first in it. */
const comesEarlier = (
  stored: Footprint,
  read: Footprint,
  storesFirst: boolean,
  reverse: boolean,
): boolean => {
  const step = read.steps.at(-1) ?? 0;
  if (step === 0 || stored.steps.some((other, i) => other !== read.steps[i])) return false;
  const [first, last] = intervalOf(stored);
  const [low, high] = intervalOf(read);
  // step · (stored step - read step) lies in between for elements in common.
  const bounds = [(low - last) / step, (high - first) / step];
  const from = Math.ceil(Math.min(...bounds));
  const to = Math.floor(Math.max(...bounds));
  if (from > to) return true;
  return reverse ? from > 0 || (from === 0 && storesFirst) : to < 0 || (to === 0 && storesFirst);
};
