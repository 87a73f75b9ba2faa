/** `count` addresses, `stride` apart. */
export interface Dimension {
  readonly stride: number;
  readonly count: number;
}

/** Addresses lo … hi, repeated along `outer` (strides descending, all larger than the interval). */
interface Piece {
  readonly outer: readonly Dimension[];
  readonly lo: number;
  readonly hi: number;
}

const closed = ({ outer, lo, hi }: Piece): Piece => {
  const rest = [...outer];
  let end = hi;
  for (;;) {
    const next = rest.at(-1);
    if (next === undefined || end - lo + 1 < next.stride) return { outer: rest, lo, hi: end };
    end += next.stride * (next.count - 1);
    rest.pop();
  }
};

const pieceOf = (base: number, dimensions: readonly Dimension[]): Piece => {
  let lo = base;
  const outer: Dimension[] = [];
  for (const { stride, count } of dimensions) {
    if (stride === 0 || count === 1) continue;
    if (stride < 0) lo += stride * (count - 1);
    outer.push({ stride: Math.abs(stride), count });
  }
  outer.sort((a, b) => b.stride - a.stride || b.count - a.count);
  return closed({ outer, lo, hi: lo });
};

const end = (piece: Piece): number =>
  piece.outer.reduce((hi, { stride, count }) => hi + stride * (count - 1), piece.hi);

const sameOuter = (a: Piece, b: Piece): boolean =>
  a.outer.length === b.outer.length &&
  a.outer.every((x, i) => x.stride === b.outer[i]?.stride && x.count === b.outer[i].count);

const contains = (big: Piece, small: Piece): boolean =>
  big.outer.length === 0
    ? big.lo <= small.lo && end(small) <= big.hi
    : sameOuter(big, small) && big.lo <= small.lo && small.hi <= big.hi;

/** A set of addresses that grows; it knows of pieces side by side that they make one. */
export interface AddressSet {
  readonly add: (base: number, dimensions: readonly Dimension[]) => void;
  /** True only if all these addresses are in; false may mean that it is not seen. */
  readonly has: (base: number, dimensions: readonly Dimension[]) => boolean;
}

/** An empty set. */
export function cover(): AddressSet {
  let pieces: Piece[] = [];
  return {
    add: (base, dimensions) => {
      let merged = pieceOf(base, dimensions);
      for (;;) {
        const mine = merged;
        const neighbour = pieces.find(
          (p) => sameOuter(p, mine) && p.lo <= mine.hi + 1 && mine.lo <= p.hi + 1,
        );
        if (neighbour === undefined) break;
        pieces = pieces.filter((p) => p !== neighbour);
        const lo = Math.min(neighbour.lo, mine.lo);
        merged = closed({ outer: mine.outer, lo, hi: Math.max(neighbour.hi, mine.hi) });
      }
      pieces.push(merged);
    },
    has: (base, dimensions) => {
      const wanted = pieceOf(base, dimensions);
      return pieces.some((piece) => contains(piece, wanted));
    },
  };
}
