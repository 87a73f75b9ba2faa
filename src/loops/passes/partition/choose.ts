import { commonSizes, type Option } from "./options.ts";
import {
  scheduler,
  timeOf,
  type Choice,
  type ScheduleItem,
  type BarrierPlacement,
} from "./schedule.ts";

/** How the leaves of a time loop are split, and where they wait. */
export interface ChosenPartition {
  readonly choice: Choice;
  readonly placement: BarrierPlacement;
}

/** How many axis sizes are tried as what all leaves are split by, and how many single changes after that. */
const seeds = 6;
const changes = 150;
/** A choice this near to what no barriers and each leaf's fastest way would take is taken at once. */
const goodEnough = 1.03;

/**
 * Chooses for all leaves of a loop together: starts from splitting everything by one size (that of the batch, say), from
 * each leaf's own fastest way and from not splitting at all, and then changes the leaves that others wait for, one at a
 * time, while that helps.
 */
export function choose(
  item: ScheduleItem,
  options: readonly (readonly Option[])[],
  threads: number,
): ChosenPartition {
  const place = scheduler(item, options, threads);
  const leaves = Array.from({ length: item.to - item.from }, (_, i) => item.from + i);
  const quickest = options.map(fastest);
  const alone = options.map((some) => some.length - 1);
  const sizes = commonSizes(options.slice(item.from, item.to), seeds);
  const starts = [
    ...sizes.map((size) => (): Choice => follow(size, leaves, options)),
    (): Choice => quickest,
    (): Choice => alone,
  ];
  const ideal = timeOf(item, options, quickest);
  let best: ChosenPartition | undefined;
  for (const start of starts) {
    const choice = start();
    const placement = place(choice);
    if (best === undefined || placement.cost < best.placement.cost) best = { choice, placement };
    if (best.placement.cost <= ideal * goodEnough) return best;
  }
  return improve(best ?? { choice: alone, placement: place(alone) }, options, place);
}

const fastest = (options: readonly Option[]): number =>
  options.reduce(
    (best, option, index) => (option.time < (options[best]?.time ?? 0) ? index : best),
    0,
  );

/** Splits each leaf so that it keeps to what its thread owns, beginning with those that have an axis of this size. */
const follow = (
  size: number,
  leaves: readonly number[],
  options: readonly (readonly Option[])[],
): Choice => {
  const choice = options.map(() => 0);
  /** Who owns the memory that begins at an address. */
  const owners = new Map<string, string | undefined>();
  const rate = (option: Option): number => {
    let rating = option.size === size ? 0.5 : 0;
    for (const { footprint, owner } of option.splits) {
      const known = owners.get(`${footprint.space} ${footprint.origin}`);
      if (known !== undefined) rating += known === owner ? 1 : -1;
    }
    return rating;
  };
  // The first round goes by the size, where nothing is known yet; the second by what all of them agreed on.
  for (let round = 0; round < 2; round++) {
    for (const leaf of leaves) {
      const some = options[leaf] ?? [];
      let best = 0;
      let most = -Infinity;
      for (const [index, option] of some.entries()) {
        const rating = rate(option) - option.time * 1e-9;
        if (rating > most) [best, most] = [index, rating];
      }
      choice[leaf] = best;
      for (const { footprint, owner } of some[best]?.splits ?? []) {
        const key = `${footprint.space} ${footprint.origin}`;
        if (owner !== undefined && (footprint.writes || !owners.has(key))) {
          if (!owners.has(key)) owners.set(key, owner);
        }
      }
    }
  }
  return choice;
};

const improve = (
  start: ChosenPartition,
  options: readonly (readonly Option[])[],
  place: (choice: Choice) => BarrierPlacement,
): ChosenPartition => {
  let best = start;
  let left = changes;
  for (let better = true; better && left > 0;) {
    better = false;
    for (const leaf of best.placement.contested) {
      for (const index of (options[leaf] ?? []).keys()) {
        if (index === best.choice[leaf] || left-- <= 0) continue;
        const choice = best.choice.with(leaf, index);
        const placement = place(choice);
        if (placement.cost >= best.placement.cost) continue;
        best = { choice, placement };
        better = true;
      }
    }
  }
  return best;
};
