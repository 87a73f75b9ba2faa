import { encode } from "fast-png";

/** Grey images in rows; `null` leaves a place empty. */
export interface TileRow {
  readonly images: readonly (Float32Array | null)[];
  /** Pixels between this row and the one before. */
  readonly above: number;
}

/** Where tiles lie, in image pixels. */
export interface TileGrid {
  readonly width: number;
  readonly height: number;
  /** Of each column, its left edge; of each row, its top edge. */
  readonly columns: readonly number[];
  readonly rows: readonly number[];
}

/** Places of tiles of `size` [height, width] with a gap of one pixel between columns. */
export const layTiles = (rows: readonly TileRow[], size: readonly [number, number]): TileGrid => {
  const count = Math.max(0, ...rows.map((row) => row.images.length));
  const tops: number[] = [];
  let height = 0;
  for (const [i, row] of rows.entries()) {
    height += i === 0 ? 0 : row.above;
    tops.push(height);
    height += size[0];
  }
  return {
    width: Math.max(1, count * (size[1] + 1) - 1),
    height: Math.max(1, height),
    columns: Array.from({ length: count }, (_, i) => i * (size[1] + 1)),
    rows: tops,
  };
};

/** A PNG of all tiles, grey with transparent gaps, so that it sits on any background. Values are clipped to [0, 1]. */
export const encodeTiles = (
  rows: readonly TileRow[],
  size: readonly [height: number, width: number],
): Uint8Array => {
  const grid = layTiles(rows, size);
  const pixels = new Uint8Array(grid.width * grid.height * 2);
  for (const [r, row] of rows.entries()) {
    for (const [c, image] of row.images.entries()) {
      if (image === null) continue;
      const [top, left] = [grid.rows[r] ?? 0, grid.columns[c] ?? 0];
      for (let y = 0; y < size[0]; y++) {
        for (let x = 0; x < size[1]; x++) {
          const at = 2 * ((top + y) * grid.width + left + x);
          const value = image[y * size[1] + x] ?? 0;
          pixels[at] = Math.round(255 * Math.min(1, Math.max(0, value)));
          pixels[at + 1] = 255;
        }
      }
    }
  }
  return encode({ width: grid.width, height: grid.height, data: pixels, channels: 2, depth: 8 });
};

export const dataUri = (png: Uint8Array): string =>
  `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
