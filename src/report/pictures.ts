import type { Continuations, Frames, Reconstructions } from "./data.ts";
import { continuationRows, reconstructionRows } from "./image-figure.ts";
import { encodeTiles } from "./tiles.ts";

/** A PNG of originals above reconstructions. */
export const reconstructionsPng = (data: Reconstructions): Uint8Array =>
  encodeTiles(reconstructionRows(data), data.original.size);

/** A PNG of data above what continues its first frames. */
export const continuationsPng = (data: Continuations): Uint8Array =>
  encodeTiles(continuationRows(data), data.size);

/** A PNG of sequences, one per row. */
export const framesPng = ({ sequences, size }: Frames): Uint8Array =>
  encodeTiles(
    sequences.map((images) => ({ images, above: 1 })),
    size,
  );
