/** From the end of item `from` to the beginning of item `to`, in the same iteration or (`next`) the one after. */
export interface Arc {
  readonly from: number;
  readonly to: number;
  readonly next: boolean;
}

/**
 * The fewest barriers in a body of `length` items such that there is one on every arc: the items before which they go.
 * Items in `cut` have barriers within.
 */
export function placeBarriers(
  length: number,
  arcs: readonly Arc[],
  cut: ReadonlySet<number>,
): number[] {
  // Unrolled once: an arc asks for a barrier before one of the items start … end, of which `end` is in the first body.
  const lengths = new Array<number>(length).fill(Infinity);
  for (const { from, to, next } of arcs) {
    const end = next ? to + length : to;
    if (isCut(from, end, length, cut)) continue;
    lengths[to] = Math.min(lengths[to] ?? Infinity, end - from - 1);
  }
  const shortest = lengths.reduce((best, one, end) => (one < (lengths[best] ?? 0) ? end : best), 0);
  const reach = Math.min(lengths[shortest] ?? Infinity, length - 1);
  if (lengths[shortest] === Infinity || length === 0) return [];
  // There has to be a barrier on the shortest arc; each place is tried, the latest first.
  let best: number[] | undefined;
  for (let back = 0; back <= reach; back++) {
    const found = after(modulo(shortest - back, length), lengths);
    if (best === undefined || found.length < best.length) best = found;
  }
  return (best ?? []).sort((a, b) => a - b);
}

/** With a barrier at `first`, going around from there: as late as each arc allows. */
const after = (first: number, lengths: readonly number[]): number[] => {
  const { length } = lengths;
  const found = [first];
  let last = 0;
  for (let step = 1; step < length; step++) {
    const end = (first + step) % length;
    if (step - (lengths[end] ?? Infinity) <= last) continue;
    found.push(end);
    last = step;
  }
  return found;
};

const isCut = (from: number, end: number, length: number, cut: ReadonlySet<number>): boolean => {
  for (const item of cut) {
    if ((from < item && item < end) || (from < item + length && item + length < end)) return true;
  }
  return false;
};

const modulo = (a: number, b: number): number => ((a % b) + b) % b;
