import type { Statement } from "../../program.ts";
import { placeBarriers, type Arc } from "./barriers.ts";
import { barrierTime, type Option } from "./options.ts";
import { conflict, type PartitionedAccess } from "./footprint.ts";

/** A statement with its leaves, which are counted in program order. */
export interface ScheduleItem {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** `undefined` for a leaf. */
  readonly loop: LoopBody | undefined;
}

/** The body of a time loop. */
export interface LoopBody {
  readonly items: readonly ScheduleItem[];
  readonly length: number;
  /** How many loops are around. */
  readonly depth: number;
  /** How many of its iterations a run of the program makes. */
  readonly iterations: number;
}

/** The statements as items; the first leaf has the number 0. */
export function itemsOf(body: readonly Statement[]): ScheduleItem[] {
  let count = 0;
  const walk = (statements: readonly Statement[], depth: number, trips: number): ScheduleItem[] => {
    const items: ScheduleItem[] = [];
    for (const statement of statements) {
      const from = count;
      if (statement.kind === "loop") {
        const { length } = statement;
        const iterations = trips * length;
        const inner = walk(statement.body, depth + 1, iterations);
        items.push({ from, to: count, loop: { items: inner, length, depth, iterations } });
      } else if (statement.kind !== "barrier") {
        count++;
        items.push({ from, to: count, loop: undefined });
      }
    }
    return items;
  };
  return walk(body, 0, 1);
}

/** Two footprints that may meet, in program order; they may be of the same leaf, an iteration apart. */
interface Pair {
  readonly leaf: number;
  readonly footprint: number;
  readonly other: number;
  readonly otherFootprint: number;
  /** Known answers, by the number of loops in the same iteration and both options; 0: not known, 1: no, 2: yes. */
  readonly known: Uint8Array;
}

/** A pair in a body, and which of its items the two are in. */
interface Placed {
  readonly pair: Pair;
  readonly first: number;
  readonly second: number;
}

/** Where barriers go in a body, and in those within: before which of its items. */
export interface BarrierPlacement {
  readonly barriers: ReadonlyMap<LoopBody, readonly number[]>;
  /** In all iterations, in ns. */
  readonly cost: number;
  /** Leaves that would not wait for each other had they been split alike. */
  readonly contested: ReadonlySet<number>;
  /** Whether a leaf may run before the first barrier of the body, and after the last one. */
  readonly isFirst: (leaf: number) => boolean;
  readonly isLast: (leaf: number) => boolean;
}

/** The choice of an option for each leaf. */
export type Choice = readonly number[];

/** Where barriers go in a loop once its leaves have chosen; made once, asked for many choices. */
export function scheduler(
  item: ScheduleItem,
  options: readonly (readonly Option[])[],
  threads: number,
): (choice: Choice) => BarrierPlacement {
  const pairs = pairsOf(item, options);
  const placed = new Map<LoopBody, readonly Placed[]>();
  if (item.loop !== undefined) placeAll(item.loop, pairs, placed);
  const meet = (pair: Pair, choice: Choice, same: number): boolean => {
    const option = choice[pair.leaf] ?? 0;
    const otherOption = choice[pair.other] ?? 0;
    const some = options[pair.leaf] ?? [];
    const others = options[pair.other] ?? [];
    const key = (same * some.length + option) * others.length + otherOption;
    const known = pair.known[key] ?? 0;
    if (known > 0) return known === 2;
    const a = some[option]?.splits[pair.footprint];
    const b = others[otherOption]?.splits[pair.otherFootprint];
    const found = a !== undefined && b !== undefined && conflict(a, b, same, threads);
    pair.known[key] = found ? 2 : 1;
    return found;
  };
  return (choice) => {
    const barriers = new Map<LoopBody, readonly number[]>();
    const contested = new Set<number>();
    // Leaves that come after the first barrier, or before the last, of the bodies around that are done.
    const late = new Set<number>();
    const early = new Set<number>();
    let cost = 0;
    const arcsOf = (body: LoopBody): Arc[] => {
      const arcs: Arc[] = [];
      const add = (a: number, b: number, arc: Arc): void => {
        if (early.has(a) || late.has(b)) return;
        contested.add(a).add(b);
        arcs.push(arc);
      };
      for (const { pair, first, second } of placed.get(body) ?? []) {
        const { leaf, other } = pair;
        if (body.length > 1 && meet(pair, choice, body.depth)) {
          add(leaf, other, { from: first, to: second, next: true });
          add(other, leaf, { from: second, to: first, next: true });
        }
        if (first < second && meet(pair, choice, body.depth + 1)) {
          add(leaf, other, { from: first, to: second, next: false });
        }
      }
      return arcs;
    };
    const place = (body: LoopBody): void => {
      const cut = new Set<number>();
      for (const [index, inner] of body.items.entries()) {
        if (inner.loop === undefined) continue;
        place(inner.loop);
        if (hasBarrier(inner.loop, barriers)) cut.add(index);
      }
      const found = placeBarriers(body.items.length, arcsOf(body), cut);
      barriers.set(body, found);
      cost += found.length * body.iterations * barrierTime;
      hide(body, found, cut, late, early);
    };
    if (item.loop !== undefined) place(item.loop);
    cost += timeOf(item, options, choice);
    const isFirst = (leaf: number): boolean => !late.has(leaf);
    const isLast = (leaf: number): boolean => !early.has(leaf);
    return { barriers, cost, contested, isFirst, isLast };
  };
}

/** Whether there is a barrier in the body or within. */
export function hasBarrier(
  body: LoopBody,
  barriers: ReadonlyMap<LoopBody, readonly number[]>,
): boolean {
  return (
    (barriers.get(body)?.length ?? 0) > 0 ||
    body.items.some(({ loop }) => loop !== undefined && hasBarrier(loop, barriers))
  );
}

/** Sorts pairs into the bodies that both of their leaves are in. */
const placeAll = (
  body: LoopBody,
  pairs: readonly Pair[],
  placed: Map<LoopBody, readonly Placed[]>,
): void => {
  const here: Placed[] = [];
  for (const pair of pairs) {
    const first = indexOf(body, pair.leaf);
    const second = indexOf(body, pair.other);
    if (first >= 0 && second >= 0) here.push({ pair, first, second });
  }
  placed.set(body, here);
  const inside = here.map(({ pair }) => pair);
  for (const { loop } of body.items) if (loop !== undefined) placeAll(loop, inside, placed);
};

/** The item of the body that a leaf is in, or -1. */
const indexOf = (body: LoopBody, leaf: number): number => {
  const { items } = body;
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.to ?? 0) <= leaf) low = middle + 1;
    else high = middle;
  }
  return (items[low]?.from ?? Infinity) <= leaf ? low : -1;
};

/** How long the leaves of an item take in all iterations, in ns. */
export function timeOf(
  item: ScheduleItem,
  options: readonly (readonly Option[])[],
  choice: Choice,
  iterations = 1,
): number {
  if (item.loop === undefined) {
    return (options[item.from]?.[choice[item.from] ?? 0]?.time ?? 0) * iterations;
  }
  const inside = item.loop.iterations;
  return item.loop.items.reduce((sum, inner) => sum + timeOf(inner, options, choice, inside), 0);
}

/** Notes which leaves of a body are behind its first barrier or before its last. */
const hide = (
  body: LoopBody,
  found: readonly number[],
  cut: ReadonlySet<number>,
  late: Set<number>,
  early: Set<number>,
): void => {
  const first = Math.min(...found, ...[...cut].map((index) => index + 1));
  const last = Math.max(...found, ...cut);
  for (const [index, { from, to }] of body.items.entries()) {
    for (let leaf = from; leaf < to; leaf++) {
      if (index >= first) late.add(leaf);
      if (index < last) early.add(leaf);
    }
  }
};

/** Footprints whose addresses meet, whatever the choice; the earlier leaf first. */
const pairsOf = (item: ScheduleItem, options: readonly (readonly Option[])[]): Pair[] => {
  const all: {
    readonly leaf: number;
    readonly footprint: number;
    readonly split: PartitionedAccess;
  }[] = [];
  for (let leaf = item.from; leaf < item.to; leaf++) {
    const splits = options[leaf]?.[0]?.splits ?? [];
    for (const [footprint, split] of splits.entries()) all.push({ leaf, footprint, split });
  }
  all.sort(
    ({ split: { footprint: a } }, { split: { footprint: b } }) => a.space - b.space || a.lo - b.lo,
  );
  const levels = 2 + depthOf(item);
  const pairs: Pair[] = [];
  let active: typeof all = [];
  for (const next of all) {
    const { space, lo, writes } = next.split.footprint;
    active = active.filter(
      ({ split: { footprint } }) => footprint.space === space && footprint.hi >= lo,
    );
    active.push(next);
    for (const one of active) {
      if (!writes && !one.split.footprint.writes) continue;
      const [a, b] = one.leaf <= next.leaf ? [one, next] : [next, one];
      pairs.push({
        leaf: a.leaf,
        footprint: a.footprint,
        other: b.leaf,
        otherFootprint: b.footprint,
        known: new Uint8Array(
          levels * (options[a.leaf]?.length ?? 1) * (options[b.leaf]?.length ?? 1),
        ),
      });
    }
  }
  return pairs;
};

/** How many loops are within each other. */
const depthOf = (item: ScheduleItem): number =>
  item.loop === undefined ? 0 : 1 + Math.max(0, ...item.loop.items.map(depthOf));
