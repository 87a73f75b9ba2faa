import type { Continuations, Reconstructions, Region } from "./data.ts";
import { isAccented, regionNames, svg, wholeTicks } from "./frame.ts";
import { element, type Markup } from "./markup.ts";
import { dataUri, encodeTiles, layTiles, type TileRow } from "./tiles.ts";

const LEFT = 104;
const WIDTH = 860;
/** Pixels between rows that belong together, and between sequences. */
const CLOSE = 1;
const APART = 5;

interface LabelledRow extends TileRow {
  readonly label: string;
}

/** Pairs of rows, originals above; models without time show up to sixteen images per row. */
export const reconstructionRows = ({
  original,
  reconstruction,
}: Reconstructions): readonly LabelledRow[] => {
  const still = original.sequences.every((frames) => frames.length === 1);
  const above = still ? inRows(original.sequences.flat()) : original.sequences;
  const below = still ? inRows(reconstruction.sequences.flat()) : reconstruction.sequences;
  return above.flatMap((images, i) => [
    { images, above: APART, label: "data" },
    { images: below[i] ?? [], above: CLOSE, label: "reconstruction" },
  ]);
};

/** Of each sequence the data, then its continuations: the given prefix once more, then what was drawn. */
export const continuationRows = ({ sequences }: Continuations): readonly LabelledRow[] =>
  sequences.flatMap(({ original, draws }) => [
    { images: original, above: APART, label: "data" },
    ...draws.map((images, i) => ({
      images,
      above: CLOSE,
      label: draws.length > 1 ? `sample ${i + 1}` : "sample",
    })),
  ]);

export const reconstructionFigure = (data: Reconstructions): Markup =>
  imageFigure("Originals above reconstructions", reconstructionRows(data), {
    size: data.original.size,
    regions: data.regions,
    frames: data.original.sequences.some((frames) => frames.length > 1),
  });

export const continuationFigure = (data: Continuations): Markup =>
  imageFigure("Data above samples that continue its first frames", continuationRows(data), {
    size: data.size,
    regions: [
      { name: "given", kind: "presented", from: 0, to: data.prefix },
      ...data.regions.filter(isAccented),
    ],
    frames: true,
  });

interface FigureOptions {
  readonly size: readonly [number, number];
  readonly regions: readonly Region[];
  /** Whether columns are frames, to be numbered. */
  readonly frames: boolean;
}

const imageFigure = (
  description: string,
  rows: readonly LabelledRow[],
  { size, regions, frames }: FigureOptions,
): Markup => {
  const grid = layTiles(rows, size);
  const scale = Math.min(4, (WIDTH - LEFT - 14) / grid.width);
  const top = regions.length > 0 ? 30 : 6;
  const width = grid.width * scale;
  const height = grid.height * scale;
  const left = (frame: number): number => LEFT + frame * (size[1] + 1) * scale;
  return svg(
    LEFT + width + 14,
    top + height + (frames ? 42 : 8),
    description,
    regionNames(regions, (frame) => left(frame) - scale / 2, top - 5),
    element("image", {
      href: dataUri(encodeTiles(rows, size)),
      x: LEFT,
      y: top,
      width,
      height,
      preserveAspectRatio: "none",
    }),
    rows.map((row, i) =>
      element(
        "text",
        {
          class: "tick",
          x: LEFT - 10,
          y: top + ((grid.rows[i] ?? 0) + size[0] / 2) * scale + 4,
          "text-anchor": "end",
        },
        row.label,
      ),
    ),
    frames ? frameNumbers(grid.columns.length, left, top + height) : [],
  );
};

const frameNumbers = (
  count: number,
  left: (frame: number) => number,
  bottom: number,
): readonly Markup[] => [
  ...wholeTicks(0, count - 1, 26).map((tick) =>
    element(
      "text",
      {
        class: "tick",
        x: (left(tick) + left(tick + 1)) / 2,
        y: bottom + 17,
        "text-anchor": "middle",
      },
      tick,
    ),
  ),
  element(
    "text",
    { class: "axis", x: (left(0) + left(count)) / 2, y: bottom + 36, "text-anchor": "middle" },
    "frame",
  ),
];

const inRows = (images: readonly Float32Array[]): readonly (readonly Float32Array[])[] =>
  Array.from({ length: Math.ceil(images.length / 16) }, (_, i) =>
    images.slice(16 * i, 16 * i + 16),
  );
