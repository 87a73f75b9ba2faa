/** Omniglot (Lake, Salakhutdinov and Tenenbaum 2015) from the archives that its authors publish. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { readZip, type ZipEntry } from "../files/zip.ts";
import type { Numbers } from "./array.ts";
import type { DataContext } from "./context.ts";
import { malformedFile } from "./errors.ts";
import { inDataDirectory, readBytes, requireInDataDirectory } from "./files.ts";
import { readGreyPng } from "./png.ts";

/** Drawings, and for each the number of its character. */
export interface Drawings {
  readonly pixels: Numbers;
  readonly labels: Numbers;
}

interface Archive extends Drawings {
  readonly height: number;
  readonly width: number;
}

/** `images_background/Greek/character05/0424_07.png`: alphabet, character, number of the character of all 1,623, drawer. */
const drawing = /(?:^|\/)[^/]+\/character\d+\/(\d{4})_\d\d\.png$/u;

const readArchive = (path: string): Result<Archive> => {
  const bytes = readBytes(path);
  if (!bytes.ok) return bytes;
  const entries = readZip(bytes.value);
  if (typeof entries === "string") return failure(malformedFile(path, entries));
  const drawings = entries
    .filter(({ name }) => drawing.test(name) && !name.startsWith("__MACOSX/"))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const [first] = drawings;
  if (first === undefined) {
    return failure(malformedFile(path, "it holds no ALPHABET/characterNN/NNNN_NN.png"));
  }
  const sized = readDrawing(first, path);
  if (!sized.ok) return sized;
  const { height, width } = sized.value;
  const area = height * width;
  const pixels = new Uint8Array(drawings.length * area);
  const labels = new Float32Array(drawings.length);
  for (const [i, entry] of drawings.entries()) {
    const image = readDrawing(entry, path);
    if (!image.ok) return image;
    if (image.value.height !== height || image.value.width !== width) {
      return failure(malformedFile(path, `${entry.name} is not ${height} x ${width} like others`));
    }
    // Ink is black on white paper; here it is 255 on 0, as in MNIST.
    for (let j = 0; j < area; j += 1) pixels[i * area + j] = 255 - (image.value.levels[j] ?? 0);
    labels[i] = Number(drawing.exec(entry.name)?.[1] ?? 1) - 1;
  }
  return success({ height, width, pixels, labels });
};

const readDrawing = (
  entry: ZipEntry,
  path: string,
): Result<Exclude<ReturnType<typeof readGreyPng>, string>> => {
  const content = entry.content();
  if (typeof content === "string") return failure(malformedFile(path, content));
  const image = readGreyPng(content);
  return typeof image === "string"
    ? failure(malformedFile(`${path} (${entry.name})`, image))
    : success(image);
};

/** Where characters from the last fifth of all begin. */
const lastFifth = ({ labels }: Drawings): number => {
  const characters = [...new Set(labels)].sort((a, b) => a - b);
  const held = new Set(characters.slice(-Math.max(1, Math.floor(characters.length / 5))));
  return labels.findIndex((label) => held.has(label));
};

/** The archives and their split: the 30 background alphabets train, the 20 of the evaluation set test. */
export interface Omniglot {
  readonly height: number;
  readonly width: number;
  readonly origin: string;
  readonly splits: { readonly train: Drawings; readonly test: Drawings };
}

/** Without the evaluation archive the last fifth of the background's drawings, by character, tests. */
export const openOmniglot = (context: DataContext): Result<Omniglot> => {
  const name = "omniglot/images_background.zip";
  const path = requireInDataDirectory(name, "the Omniglot images", context);
  if (!path.ok) return path;
  const background = readArchive(path.value);
  if (!background.ok) return background;
  const { height, width, pixels, labels } = background.value;
  const other = inDataDirectory("omniglot/images_evaluation.zip", context);
  if (other === undefined) {
    const at = lastFifth(background.value);
    const train = {
      pixels: pixels.subarray(0, at * height * width),
      labels: labels.subarray(0, at),
    };
    const test = { pixels: pixels.subarray(at * height * width), labels: labels.subarray(at) };
    return success({ height, width, origin: "Omniglot, background set", splits: { train, test } });
  }
  const evaluation = readArchive(other);
  if (!evaluation.ok) return evaluation;
  if (evaluation.value.height !== height || evaluation.value.width !== width) {
    return failure(malformedFile(other, `its images are not ${height} x ${width}`));
  }
  const splits = { train: background.value, test: evaluation.value };
  return success({ height, width, origin: "Omniglot", splits });
};
