/** Images without the recall structure: single ones, a table of them to recall from, a maze of them. */
import { failure, success } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { count, flag } from "./arguments.ts";
import { mapSplits, splitEntries, type Draw, type Split, type Splits } from "./dataset.ts";
import { badArgument, ofArgument, tooFew } from "./errors.ts";
import { imageArguments, openImages, type ImageSet } from "./images.ts";
import { source, type Source } from "./source.ts";
import { drawDistinct, storedDataset, type StoredField, type StoredSplit } from "./stored.ts";

const imagesOf = (splits: Splits<ImageSet>, split: Split): ImageSet => {
  const found = splits[split];
  invariant(found !== undefined, `no split ${split}`);
  return found;
};

/** One image per sequence: `x` [pixels], with `with_labels` also `label` []. For models without time. */
export const singleImages: Source = source(
  "images",
  {
    meaning: "Single images, for models without time.",
    gives: "`x`, the pixels; with `with_labels` also `label`, a number",
    example: "images(images = mnist, size = 14)",
  },
  {
    ...imageArguments,
    with_labels: flag("whether the labels are a field, to be declared as `index`", false),
  },
  (values, context, title) => {
    const images = openImages("images", values, context);
    if (!images.ok) return images;
    const { height, width, splits, description } = images.value;
    if (values.with_labels && splits.train.labels === undefined) {
      return failure(badArgument("images", "labels", "the path of the images' labels", "nothing"));
    }
    const stored = ({ count: sequences, pixels, labels }: ImageSet): StoredSplit => {
      const x: StoredField = {
        name: "x",
        per: "sequence",
        shape: [height * width],
        values: pixels,
      };
      return {
        count: sequences,
        fields:
          values.with_labels && labels !== undefined
            ? [x, { name: "label", per: "sequence", shape: [], values: labels }]
            : [x],
      };
    };
    return success(
      storedDataset(title, mapSplits(splits, stored), {
        images: new Map([["x", [height, width]]]),
        description,
      }),
    );
  },
);

/**
 * Train to recall (Bornschein et al. 2017, section 4.1): `support` [slots, pixels] holds different random images,
 * each `x` is one of them, drawn uniformly.
 */
export const tableRecall: Source = source(
  "recall",
  {
    meaning:
      "A table of different random images, of which each x is one (Bornschein et al. 2017, section 4.1).",
    gives: "`support` [slots, pixels], one for the whole batch, and `x`, the pixels",
    example: "recall(images = mnist, slots = 32)",
  },
  { ...imageArguments, slots: count("images of the table", 32) },
  (values, context, title) => {
    const images = openImages("recall", values, context);
    if (!images.ok) return images;
    const { height, width, splits, description } = images.value;
    const { slots } = values;
    const sets = splitEntries(splits);
    for (const [split, set] of sets) {
      if (set.count < slots) {
        const most = Math.min(...sets.map(([, one]) => one.count));
        return failure(
          ofArgument(
            "slots",
            tooFew(`${split} images`, `one for each of ${slots} slots`, `${set.count}`, [
              `use \`slots = ${most}\` or fewer`,
            ]),
          ),
        );
      }
    }
    const area = height * width;
    return success({
      name: title,
      description,
      fields: [
        { name: "support", per: "shared", shape: [slots, area] },
        { name: "x", per: "sequence", shape: [area] },
      ],
      validation: splits.validation !== undefined,
      ragged: false,
      regions: [],
      images: new Map([
        ["support", [height, width]],
        ["x", [height, width]],
      ]),
      batch: (split, _index, size, draw) => {
        const { count: available, pixels } = imagesOf(splits, split);
        const support = new Float32Array(slots * area);
        drawDistinct(available, slots, draw).forEach((image, slot) => {
          support.set(pixels.subarray(image * area, (image + 1) * area), slot * area);
        });
        const x = new Float32Array(size * area);
        for (let b = 0; b < size; b += 1) {
          const slot = draw(slots);
          x.set(support.subarray(slot * area, (slot + 1) * area), b * area);
        }
        return {
          fields: new Map([
            ["support", { shape: [slots, area], data: support }],
            ["x", { shape: [size, area], data: x }],
          ]),
        };
      },
    });
  },
);

/** Columns and rows that each action moves by: stay, left, right, up, down. */
const moves = [
  [0, 0],
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
] as const;

/** A walk over cells: the cell and the action that led there, for each step. Never leaves, never stays. */
export const mazeWalk = (
  grid: number,
  steps: number,
  draw: Draw,
): readonly { readonly cell: number; readonly action: number }[] => {
  let x = draw(grid);
  let y = draw(grid);
  const inside = (at: number): boolean => at >= 0 && at < grid;
  return Array.from({ length: steps }, (_, t) => {
    if (t === 0) return { cell: y * grid + x, action: 0 };
    const legal = moves.flatMap(([dx, dy], action) =>
      action > 0 && inside(x + dx) && inside(y + dy) ? [{ dx, dy, action }] : [],
    );
    const { dx = 0, dy = 0, action = 0 } = legal[draw(legal.length)] ?? {};
    x += dx;
    y += dy;
    return { cell: y * grid + x, action };
  });
};

/**
 * The MNIST maze (Gemici et al. 2017, figure 13): a `grid` x `grid` map of independent images is walked; `x` is the
 * image of the cell, `action` [5] one-hot how it was reached: stay, left, right, up, down.
 */
export const maze: Source = source(
  "maze",
  {
    meaning: "Walks over a square map of random images (Gemici et al. 2017, figure 13).",
    gives:
      "`x[t]`, the pixels of the place, and `action[t]` [5], one-hot, which led there: stay, left, right, up, down",
    example: "maze(images = mnist, grid = 4, steps = 25)",
  },
  {
    ...imageArguments,
    grid: count("places along a side of the map", 4, 2),
    steps: count("steps of a walk", 25),
  },
  (values, context, title) => {
    const images = openImages("maze", values, context);
    if (!images.ok) return images;
    const { height, width, splits, description } = images.value;
    const { grid, steps } = values;
    const area = height * width;
    return success({
      name: title,
      description,
      fields: [
        { name: "x", per: "step", shape: [area] },
        { name: "action", per: "step", shape: [moves.length] },
      ],
      steps,
      validation: splits.validation !== undefined,
      ragged: false,
      regions: [],
      images: new Map([["x", [height, width]]]),
      batch: (split, _index, size, draw) => {
        const { count: available, pixels } = imagesOf(splits, split);
        const x = new Float32Array(size * steps * area);
        const action = new Float32Array(size * steps * moves.length);
        for (let b = 0; b < size; b += 1) {
          const cells = Array.from({ length: grid * grid }, () => draw(available));
          for (const [t, at] of mazeWalk(grid, steps, draw).entries()) {
            const image = cells[at.cell] ?? 0;
            const frame = b * steps + t;
            x.set(pixels.subarray(image * area, (image + 1) * area), frame * area);
            action[frame * moves.length + at.action] = 1;
          }
        }
        return {
          fields: new Map([
            ["x", { shape: [size, steps, area], data: x }],
            ["action", { shape: [size, steps, moves.length], data: action }],
          ]),
        };
      },
    });
  },
);
