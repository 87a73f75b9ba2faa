/** Changes of axes: permuting and splitting them, which never changes what a statement does. */
import type { Access, Instruction, Nest, InstructionId } from "../program.ts";
import { mapValues } from "./body.ts";

/** Each new axis is a part of an old one, whose index is the sum of its parts' indices times `times`. */
export interface Reindexing {
  readonly sizes: readonly number[];
  readonly parts: readonly { readonly axis: number; readonly times: number }[];
}

/** Strides that follow the statement's axes, such as those of a product's inner axes, stay. */
export const reindexAccess = (access: Access, rank: number, to: Reindexing): Access => ({
  ...access,
  strides: [
    ...to.parts.map(({ axis, times }) => (access.strides[axis] ?? 0) * times),
    ...access.strides.slice(rank),
  ],
});

/** A body for the new axes; the index along a split axis is the sum of its parts. */
export const reindexBody = (
  body: readonly Instruction[],
  rank: number,
  to: Reindexing,
): readonly Instruction[] => {
  const result: Instruction[] = [];
  const places: InstructionId[] = [];
  const push = (instruction: Instruction): InstructionId => result.push(instruction) - 1;
  for (const instruction of body) {
    if (instruction.op !== "index") {
      const moved = mapValues(
        instruction,
        (id) => places[id] ?? id,
        (access) => reindexAccess(access, rank, to),
      );
      places.push(push(moved));
      continue;
    }
    const { axis, scale, offset } = instruction;
    const parts = to.parts.flatMap((part, i) =>
      part.axis === axis ? [{ axis: i, scale: scale * part.times }] : [],
    );
    const [first, ...rest] = parts;
    if (first === undefined) {
      places.push(push({ op: "number", dtype: "int", value: scale * offset }));
      continue;
    }
    // The offset, in units of the finest part, which has the scale of the whole.
    const last = rest.at(-1) ?? first;
    const offsetOf = (part: typeof first): number => (part === last ? offset : 0);
    let sum = push({ op: "index", ...first, offset: offsetOf(first) });
    for (const part of rest) {
      const next = push({ op: "index", ...part, offset: offsetOf(part) });
      sum = push({ op: "binary", name: "add", a: sum, b: next });
    }
    places.push(sum);
  }
  return result;
};

/** Whether all axes stay as they are. */
const isIdentity = (sizes: readonly number[], to: Reindexing): boolean =>
  to.sizes.length === sizes.length &&
  to.parts.every(({ axis, times }, i) => axis === i && times === 1);

export const reindexNest = (nest: Nest, to: Reindexing, reduced: number): Nest =>
  reduced === nest.reduced && isIdentity(nest.axes, to)
    ? nest
    : { ...nest, axes: to.sizes, reduced, body: reindexBody(nest.body, nest.axes.length, to) };

const suffixProducts = (sizes: readonly number[]): readonly number[] => {
  const cuts: number[] = [];
  let product = 1;
  for (const size of sizes.toReversed()) {
    product *= size;
    cuts.push(product);
  }
  return cuts;
};

/** The coarsest sizes that split both lists, outermost first; undefined if there are none. */
export const commonSizes = (
  a: readonly number[],
  b: readonly number[],
): readonly number[] | undefined => {
  const cutsOfA = suffixProducts(a);
  const cutsOfB = suffixProducts(b);
  if ((cutsOfA.at(-1) ?? 1) !== (cutsOfB.at(-1) ?? 1)) return undefined;
  const cuts = [...new Set([...cutsOfA, ...cutsOfB])].filter((cut) => cut > 1);
  cuts.sort((x, y) => x - y);
  const sizes: number[] = [];
  let below = 1;
  for (const cut of cuts) {
    if (cut % below !== 0) return undefined;
    sizes.unshift(cut / below);
    below = cut;
  }
  return sizes;
};

/** Axes of `sizes` (in `order`, outermost first) split into `finer` sizes: one part for each of `finer`. */
export const splitInto = (
  sizes: readonly number[],
  order: readonly number[],
  finer: readonly number[],
): Reindexing["parts"] => {
  const parts: { axis: number; times: number }[] = [];
  const axes = order.filter((axis) => (sizes[axis] ?? 1) > 1);
  let axis = axes.pop();
  let times = 1;
  for (const size of finer.toReversed()) {
    if (axis === undefined) break;
    parts.unshift({ axis, times });
    times *= size;
    if (times === sizes[axis]) {
      axis = axes.pop();
      times = 1;
    }
  }
  return parts;
};
