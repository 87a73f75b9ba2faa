/** Something that needs `size` consecutive places from time `from` to time `to`, both included. */
export interface PackItem {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** Where each item goes, and how much room all of them need. */
export interface Packing {
  readonly offsets: readonly number[];
  readonly size: number;
}

/**
 * Places items so that no two overlap both in time and in room: the largest first, each into the tightest gap. The best
 * of a few orders among equals wins; with one, what is live at once is rarely exceeded by more than a few percent.
 */
export function pack(items: readonly PackItem[]): Packing {
  const least = mostLive(items);
  const orders: readonly ((a: PackItem, b: PackItem) => number)[] = [
    (a, b) => b.size - a.size || a.from - b.from,
    (a, b) => b.size * lengthOf(b) - a.size * lengthOf(a) || a.from - b.from,
    (a, b) => lengthOf(b) - lengthOf(a) || b.size - a.size,
  ];
  let best: Packing | undefined;
  for (const order of orders) {
    const packing = packInOrder(items, order);
    if (best === undefined || packing.size < best.size) best = packing;
    if (best.size === least) break;
  }
  return best ?? { offsets: [], size: 0 };
}

const lengthOf = (item: PackItem): number => item.to - item.from + 1;

/** The most that is live at any time: no packing is smaller. */
export function mostLive(items: readonly PackItem[]): number {
  const changes = items.flatMap(({ size, from, to }) => [
    { at: from, by: size },
    { at: to + 1, by: -size },
  ]);
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let live = 0;
  let most = 0;
  for (const { by } of changes) {
    live += by;
    most = Math.max(most, live);
  }
  return most;
}

const packInOrder = (
  items: readonly PackItem[],
  order: (a: PackItem, b: PackItem) => number,
): Packing => {
  const offsets = items.map(() => 0);
  const queue = items.map((item, index) => ({ item, index }));
  queue.sort((a, b) => order(a.item, b.item) || a.index - b.index);
  /** By offset. */
  const placed: { readonly item: PackItem; readonly offset: number }[] = [];
  let total = 0;
  for (const { item, index } of queue) {
    let gap = Infinity;
    let chosen = -1;
    let end = 0;
    for (const other of placed) {
      if (other.item.to < item.from || item.to < other.item.from) continue;
      const room = other.offset - end;
      if (room >= item.size && room < gap) {
        gap = room;
        chosen = end;
      }
      end = Math.max(end, other.offset + other.item.size);
    }
    const offset = chosen < 0 ? end : chosen;
    offsets[index] = offset;
    total = Math.max(total, offset + item.size);
    placed.splice(firstAfter(placed, offset), 0, { item, offset });
  }
  return { offsets, size: total };
};

const firstAfter = (placed: readonly { readonly offset: number }[], offset: number): number => {
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((placed[middle]?.offset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
};
