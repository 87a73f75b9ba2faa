import { invariant } from "../../diagnostics/invariant.ts";
import type { LoopProgram, Statement } from "../program.ts";
import { createIntervals, type Intervals } from "../analysis/intervals.ts";
import { placesOf } from "./plan/uses.ts";
import { choose, type ChosenPartition } from "./partition/choose.ts";
import { barrierTime, optionsOf, type Option } from "./partition/options.ts";
import { refine } from "./partition/refine.ts";
import { hasBarrier, itemsOf, type LoopBody, type ScheduleItem } from "./partition/schedule.ts";
import { conflict, footprintsIn, type PartitionedAccess } from "./partition/footprint.ts";

/**
 * Divides the work of a planned program among threads: every nest and product gets the axis that is split, or is left to
 * the first thread, and barriers go where a thread may access what another one wrote, or write what another one
 * accessed, since the last. All threads are at the same place when the program begins and when it ends.
 */
export function partition(program: LoopProgram, threads: number): LoopProgram {
  if (threads === 1) return { ...program, threads };
  const places = placesOf(program.body);
  const footprintsOf = footprintsIn(program);
  const plain = places.map((place) => optionsOf(place.leaf, footprintsOf(place), threads));
  const options = refine(places, plain, footprintsOf, threads);
  const items = itemsOf(program.body);
  const result = outline(items, options, threads);
  return { ...program, threads, body: rebuild(program.body, items, result, options) };
}

/** What was decided: an option for each leaf, and the items of each body before which there are barriers. */
interface Outline {
  readonly choice: readonly number[];
  readonly barriers: ReadonlyMap<LoopBody | undefined, readonly number[]>;
}

/**
 * Goes through the program in order. Each statement takes the way to be split that costs least, counting the barrier that
 * it may need before it.
 */
const outline = (
  items: readonly ScheduleItem[],
  options: readonly (readonly Option[])[],
  threads: number,
): Outline => {
  const choice = options.map(() => 0);
  const barriers = new Map<LoopBody | undefined, readonly number[]>();
  const here: number[] = [];
  /** What was accessed since the last barrier, by memory. */
  const pending = new Map<number, Intervals<PartitionedAccess>>();
  const waits = (splits: readonly PartitionedAccess[]): boolean =>
    splits.some((split) => {
      const { space, lo, hi } = split.footprint;
      for (const before of pending.get(space)?.meeting(lo, hi) ?? [])
        if (conflict(before, split, 0, threads)) return true;
      return false;
    });
  const wait = (index: number): void => {
    here.push(index);
    pending.clear();
  };
  const record = (splits: readonly PartitionedAccess[]): void => {
    for (const split of splits) {
      const { space, lo, hi } = split.footprint;
      const known = pending.get(space) ?? createIntervals<PartitionedAccess>();
      pending.set(space, known);
      known.add(lo, hi, split);
    }
  };
  for (const [index, item] of items.entries()) {
    if (item.loop === undefined) {
      const some = options[item.from] ?? [];
      const rated = some.map((option) => {
        const barrier = waits(option.splits);
        return { option, barrier, cost: option.time + (barrier ? barrierTime : 0) };
      });
      const best = rated.reduce((a, b) => (b.cost < a.cost ? b : a));
      choice[item.from] = some.indexOf(best.option);
      if (best.barrier) wait(index);
      record(best.option.splits);
      continue;
    }
    const chosen = choose(item, options, threads);
    const splits = splitsOf(item, chosen, options);
    for (const { leaf, option } of splits) choice[leaf] = option;
    for (const [body, where] of chosen.placement.barriers) barriers.set(body, where);
    if (splits.some((one) => chosen.placement.isFirst(one.leaf) && waits(one.splits))) wait(index);
    if (hasBarrier(item.loop, chosen.placement.barriers)) pending.clear();
    for (const one of splits) if (chosen.placement.isLast(one.leaf)) record(one.splits);
  }
  barriers.set(undefined, here);
  return { choice, barriers };
};

const splitsOf = (
  item: ScheduleItem,
  { choice }: ChosenPartition,
  options: readonly (readonly Option[])[],
): {
  readonly leaf: number;
  readonly option: number;
  readonly splits: readonly PartitionedAccess[];
}[] =>
  Array.from({ length: item.to - item.from }, (_, i) => {
    const leaf = item.from + i;
    const option = choice[leaf] ?? 0;
    return { leaf, option, splits: options[leaf]?.[option]?.splits ?? [] };
  });

const rebuild = (
  body: readonly Statement[],
  items: readonly ScheduleItem[],
  { choice, barriers }: Outline,
  options: readonly (readonly Option[])[],
): Statement[] => {
  const walk = (
    statements: readonly Statement[],
    inside: readonly ScheduleItem[],
    around: LoopBody | undefined,
  ): Statement[] => {
    const waits = new Set(barriers.get(around));
    const work = statements.filter((statement) => statement.kind !== "barrier");
    return work.flatMap((statement, index): Statement[] => {
      const item = inside[index];
      invariant(item !== undefined, "each statement is an item");
      const done =
        statement.kind === "loop"
          ? { ...statement, body: walk(statement.body, item.loop?.items ?? [], item.loop) }
          : asChosen(options[item.from]?.[choice[item.from] ?? 0]);
      return waits.has(index) ? [{ kind: "barrier" }, done] : [done];
    });
  };
  return walk(body, items, undefined);
};

const asChosen = (option: Option | undefined): Statement => {
  invariant(option !== undefined, "each leaf has an option");
  return { ...option.leaf, partitioned: option.axis < 0 ? "alone" : option.axis };
};
