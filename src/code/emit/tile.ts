/**
 * The size of a product's tiles: rows times vectors of sums that stay in registers while the inner axes are walked
 * through. Each step loads a vector of `b` for each column and a number of `a` for each row.
 */
import type { Lanes, CodeTarget } from "../code.ts";

export interface Tile {
  readonly rows: number;
  /** Vectors side by side. */
  readonly vectors: number;
  readonly lanes: Lanes;
}

/** How much there is to cover, and how large a tile may be at the most. */
export interface TiledArea {
  readonly rows: number;
  readonly columns: number;
  readonly mostRows: number;
  readonly mostVectors: number;
  readonly lanes: Lanes;
}

/** The tile that covers everything in the least time. */
export const chooseTile = (cover: TiledArea, { registers, loadsFirst }: CodeTarget): Tile => {
  const { lanes } = cover;
  let best: Tile = { rows: 1, vectors: 1, lanes };
  let lowest = Number.POSITIVE_INFINITY;
  for (let vectors = 1; vectors <= cover.mostVectors; vectors += 1) {
    for (let rows = 1; rows <= cover.mostRows; rows += 1) {
      const factors = vectors + (loadsFirst === true ? rows : 1);
      if (rows * vectors + factors > registers) break;
      const tile = { rows, vectors, lanes };
      const time = timeOf(tile, cover);
      if (time < lowest) [best, lowest] = [tile, time];
    }
  }
  return best;
};

/** Cycles for one step of the inner axes, roughly. */
const timeOf = ({ rows, vectors, lanes }: Tile, cover: TiledArea): number => {
  const total = Math.ceil(cover.columns / lanes);
  const rest = total % vectors;
  const panels = Math.floor(total / vectors) * stepTime(rows, vectors);
  return Math.ceil(cover.rows / rows) * (panels + (rest === 0 ? 0 : stepTime(rows, rest)));
};

/** Two multiplications and not quite two loads a cycle; a sum is ready after four. Vectors of `b` come from the second cache. */
const stepTime = (rows: number, vectors: number): number => {
  const sums = rows * vectors;
  return Math.max(sums / 2, (rows + vectors) * 0.55, 4) + 0.15 * vectors + 0.3;
};
