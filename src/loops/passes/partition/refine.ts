import { reindexNest, type Reindexing } from "../../analysis/reindex.ts";
import type { Nest } from "../../program.ts";
import type { LeafPlace } from "../plan/uses.ts";
import { commonSizes, optionsOf, type Option } from "./options.ts";
import type { ProgramFootprint } from "./footprint.ts";

/** How many sizes axes are cut to. */
const tried = 3;

/**
 * Further ways to divide the leaves of a loop: an axis that several were merged into, [B·X], is split as its outer part
 * would be, [B, X]. Only where that makes a difference: a thread's part of the whole begins where its part of the outer
 * part does whenever the number of threads divides B.
 */
export function refine(
  places: readonly LeafPlace[],
  options: readonly (readonly Option[])[],
  footprintsOf: (place: LeafPlace) => readonly ProgramFootprint[],
  threads: number,
): (readonly Option[])[] {
  const inside = options.filter((_, i) => (places[i]?.loops.length ?? 0) > 0);
  const sizes = commonSizes(inside, tried).filter((size) => size % threads !== 0);
  return options.map((some, i) => {
    const place = places[i];
    if (place === undefined || place.leaf.kind !== "nest" || place.loops.length === 0) return some;
    const { leaf } = place;
    const more = some.flatMap(({ axis, size }) =>
      sizes.flatMap((count): Option[] => {
        if (axis < 0 || size === count || size % count !== 0) return [];
        const cut = cutAxis(leaf, axis, count);
        const found = optionsOf(cut, footprintsOf({ ...place, leaf: cut }), threads);
        return found.filter((option) => option.axis === axis);
      }),
    );
    // Doing it alone stays the last.
    return [...some.slice(0, -1), ...more, ...some.slice(-1)];
  });
}

/** The nest with an axis of `count` steps in place of another, and next to it one within such a step. */
const cutAxis = (nest: Nest, axis: number, count: number): Nest => {
  const inner = (nest.axes[axis] ?? count) / count;
  const parts = nest.axes.flatMap((_, old) =>
    old === axis
      ? [
          { axis, times: inner },
          { axis, times: 1 },
        ]
      : [{ axis: old, times: 1 }],
  );
  const to: Reindexing = { sizes: nest.axes.toSpliced(axis, 1, count, inner), parts };
  return reindexNest(nest, to, nest.reduced);
};
