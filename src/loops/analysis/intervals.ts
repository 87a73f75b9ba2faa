/** Ranges of addresses, and which of them meet a range: found without looking at all. */

/** What lies in a range: from `low` to `high`, both included. */
interface Entry<T> {
  readonly low: number;
  readonly high: number;
  readonly value: T;
}

/** Of one length, up to a factor of two: by where they begin, in cells as long as the longest. */
type Level<T> = Map<number, Set<Entry<T>>>;

/** Mutable. A value is in it as often as it was put into it. */
export interface Intervals<T> {
  readonly add: (low: number, high: number, value: T) => void;
  /** Every value whose range meets this one, in no particular order. */
  readonly meeting: (low: number, high: number) => Iterable<T>;
}

/** A range of which nothing is known meets all others. */
const isKnown = (low: number, high: number): boolean =>
  Number.isSafeInteger(low) && Number.isSafeInteger(high);

export const createIntervals = <T>(): Intervals<T> => {
  const levels = new Map<number, Level<T>>();
  const everywhere: T[] = [];
  return {
    add: (low, high, value) => {
      if (!isKnown(low, high)) {
        everywhere.push(value);
        return;
      }
      const width = 2 ** Math.ceil(Math.log2(high - low + 1));
      const level: Level<T> = levels.get(width) ?? new Map<number, Set<Entry<T>>>();
      levels.set(width, level);
      const cell = Math.floor(low / width);
      const entries = level.get(cell) ?? new Set();
      level.set(cell, entries.add({ low, high, value }));
    },
    meeting: function* (low, high) {
      yield* everywhere;
      for (const [width, level] of levels) {
        for (const entries of cellsOf(level, Math.floor(low / width) - 1, high / width)) {
          for (const entry of entries)
            if (!(entry.high < low || high < entry.low)) yield entry.value;
        }
      }
    },
  };
};

/** The cells from one to another, or all where that is less. */
function* cellsOf<T>(level: Level<T>, from: number, to: number): Iterable<Iterable<Entry<T>>> {
  if (!(to - from < level.size)) {
    yield* level.values();
    return;
  }
  for (let cell = from; cell <= to; cell++) yield level.get(cell) ?? [];
}
