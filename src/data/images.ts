/** Images for the tasks: pooled, scaled to [0, 1], binarised or left grey. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import {
  count,
  flag,
  number,
  optional,
  part,
  text,
  word,
  type ArgumentSpec,
  type Values,
} from "./arguments.ts";
import type { Numbers } from "./array.ts";
import type { DataContext } from "./context.ts";
import type { Splits } from "./dataset.ts";
import { badArgument, malformedFile } from "./errors.ts";
import { pooler, type Pooling } from "./pool.ts";
import { imageSources, openRawImages, type RawImages } from "./raw-images.ts";

/** The images of one split. */
export interface ImageSet {
  readonly count: number;
  /** [count, height · width], in [0, 1]. */
  readonly pixels: Numbers;
  /** [count] */
  readonly labels?: Numbers;
}

export interface Images {
  readonly height: number;
  readonly width: number;
  /** Where from and what was done, for reports. */
  readonly description: string;
  readonly splits: Splits<ImageSet>;
}

/** The arguments of every task on images. `size` pools by area: 28 to 14 is blocks of 2 x 2. */
export const imageArguments: {
  readonly images: ArgumentSpec<string>;
  readonly labels: ArgumentSpec<string | null>;
  readonly size: ArgumentSpec<number | null>;
  readonly pool: ArgumentSpec<Pooling>;
  readonly binary: ArgumentSpec<boolean>;
  readonly threshold: ArgumentSpec<number>;
  readonly validation: ArgumentSpec<number | null>;
} = {
  images: text("a set of images by name, or a file of them", "mnist"),
  labels: optional(text("the file of the labels, where `images` is a file")),
  size: optional(count("pools images to this width and height", 1)),
  pool: word("how a block of pixels becomes one", ["mean", "max"], "mean"),
  binary: flag("whether pixels become 0 or 1; with `no` they stay grey", true),
  threshold: number("the grey level from which a pixel is 1", 0.5, 0, 1),
  validation: part("the part of the training images, from their end, that validates"),
};

/** Opens the images that a task's arguments name. */
export const openImages = (
  task: string,
  values: Values<typeof imageArguments>,
  context: DataContext,
): Result<Images> => {
  const raw = openSource(task, values, context);
  if (!raw.ok) return raw;
  const { height, width, full, origin, splits } = raw.value;
  const { size, pool, binary, threshold } = values;
  if (size !== null && size > Math.min(height, width)) {
    const expected = `at most ${Math.min(height, width)}, the size of ${values.images}`;
    return failure(badArgument(task, "size", expected, `${size}`));
  }
  const stray = firstStray(raw.value);
  if (stray !== undefined) {
    const { at, value, largest } = stray;
    const area = height * width;
    const place = `image ${Math.floor(at / area)}, row ${Math.floor((at % area) / width)}, column ${at % width}`;
    return failure(
      malformedFile(
        values.images,
        `a pixel is ${value} (${place}), not in [0, ${full}]`,
        largest > 1 && largest <= 255 && value >= 0
          ? ["grey levels from 0 to 255 are bytes: store them as uint8, or divide them by 255"]
          : [],
      ),
    );
  }
  const prepare = preparer(raw.value, size, pool, binary ? threshold : null);
  const shared = withValidation(task, prepare(splits.train), values.validation ?? 0);
  if (!shared.ok) return shared;
  const pooled = size === null || size === height ? "" : `, ${size} x ${size} by ${pool}`;
  return success({
    height: size ?? height,
    width: size ?? width,
    description: `${origin}${pooled}, ${binary ? `binarised at ${threshold}` : "grey"}`,
    splits: { ...shared.value, test: prepare(splits.test) },
  });
};

/** The first pixel that is no grey level, counted over both splits, and the largest of all. */
const firstStray = ({
  full,
  splits,
}: RawImages):
  { readonly at: number; readonly value: number; readonly largest: number } | undefined => {
  let first: { readonly at: number; readonly value: number } | undefined;
  let largest = 0;
  let from = 0;
  for (const { pixels } of [splits.train, splits.test]) {
    // By index: pairs of an iterator take twenty times as long, two seconds for MNIST.
    for (let i = 0; i < pixels.length; i += 1) {
      const value = pixels[i] ?? 0;
      if (!(value >= 0 && value <= full)) first ??= { at: from + i, value };
      if (value > largest) largest = value;
    }
    from += pixels.length;
  }
  return first && { ...first, largest };
};

const openSource = (
  task: string,
  { images, labels }: Values<typeof imageArguments>,
  context: DataContext,
): Result<RawImages> => {
  if (labels === null || !imageSources.includes(images)) {
    return openRawImages(images, labels, context);
  }
  const expected = `left out: ${images} has labels of its own`;
  return failure(badArgument(task, "labels", expected, JSON.stringify(labels)));
};

const withValidation = (
  task: string,
  all: ImageSet,
  part: number,
): Result<Omit<Splits<ImageSet>, "test">> => {
  if (part === 0) return success({ train: all });
  const held = Math.round(part * all.count);
  if (held === 0 || held === all.count) {
    const expected = `a part of the ${all.count} training images that leaves some on either side`;
    return failure(badArgument(task, "validation", expected, `${part}`));
  }
  const border = all.count - held;
  return success({
    train: imagesBetween(all, 0, border),
    validation: imagesBetween(all, border, all.count),
  });
};

const imagesBetween = ({ count, pixels, labels }: ImageSet, from: number, to: number): ImageSet => {
  const area = pixels.length / count;
  return {
    count: to - from,
    pixels: pixels.subarray(from * area, to * area),
    ...(labels === undefined ? {} : { labels: labels.subarray(from, to) }),
  };
};

const preparer = (
  { height, width, full }: RawImages,
  size: number | null,
  pool: Pooling,
  threshold: number | null,
): ((split: RawImages["splits"]["train"]) => ImageSet) => {
  const area = height * width;
  const side = size ?? 0;
  const out = size === null ? area : side * side;
  const image = new Float32Array(out);
  const reduce =
    size === null
      ? (pixels: Numbers, at: number): void => {
          image.set(pixels.subarray(at, at + area));
        }
      : (
          (apply) =>
          (pixels: Numbers, at: number): void => {
            apply(pixels, at, image, 0);
          }
        )(pooler([height, width], side, pool));
  return ({ pixels, labels }) => {
    const images = pixels.length / area;
    const prepared =
      threshold === null ? new Float32Array(images * out) : new Uint8Array(images * out);
    for (let i = 0; i < images; i += 1) {
      reduce(pixels, i * area);
      for (let j = 0; j < out; j += 1) {
        const grey = (image[j] ?? 0) / full;
        prepared[i * out + j] = threshold === null ? grey : Number(grey >= threshold);
      }
    }
    return { count: images, pixels: prepared, ...(labels === undefined ? {} : { labels }) };
  };
};
