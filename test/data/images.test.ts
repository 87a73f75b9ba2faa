import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { DataSpec } from "../../src/data/context.ts";
import { openDataset } from "../../src/data/open.ts";
import { pooler } from "../../src/data/pool.ts";
import { codesOf, drawFrom, fieldOf, rowOf, temporaryFolder, valueOf } from "./support.ts";

const pool = (
  size: number,
  how: "mean" | "max",
  [h, w]: readonly [number, number],
  ...image: number[]
): readonly number[] => {
  const out = new Float32Array(size * size);
  pooler([h, w], size, how)(image, 0, out, 0);
  return [...out];
};

describe("pooling", () => {
  test("means and maxima of whole blocks", () => {
    const image = [1, 3, 0, 0, 5, 7, 0, 4, 0, 0, 8, 8, 0, 2, 8, 8];
    expect(pool(2, "mean", [4, 4], ...image)).toEqual([4, 1, 0.5, 8]);
    expect(pool(2, "max", [4, 4], ...image)).toEqual([7, 4, 2, 8]);
  });

  test("blocks that cut pixels take their share, and the total ink stays", () => {
    // 3 x 3 to 2 x 2: each output covers 1.5 x 1.5 pixels.
    const image = [9, 0, 0, 0, 0, 0, 0, 0, 9];
    expect(pool(2, "mean", [3, 3], ...image)).toEqual([4, 0, 0, 4]);
    const uneven = Array.from({ length: 28 * 28 }, (_, i) => (i * 37) % 11);
    const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
    expect(sum(pool(9, "mean", [28, 28], ...uneven)) / 81).toBeCloseTo(sum(uneven) / 784, 5);
  });
});

describe("images from files", () => {
  const folder = temporaryFolder();
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const idx = (shape: readonly number[], values: readonly number[]): Uint8Array => {
    const sizes = shape.flatMap((n) => [0, 0, n >> 8, n & 255]);
    return Uint8Array.of(0, 0, 8, shape.length, ...sizes, ...values);
  };
  const attempt = (
    given: DataSpec["arguments"],
    dataDirectory?: string,
  ): ReturnType<typeof openDataset> =>
    openDataset(
      { name: "images", arguments: given },
      { baseDirectory: folder, ...(dataDirectory === undefined ? {} : { dataDirectory }) },
    );
  // Ten images of 2 x 2: all pixels of image i are 20 i.
  const greys = Array.from({ length: 40 }, (_, i) => 20 * Math.floor(i / 4));
  writeFileSync(join(folder, "ten-images"), idx([10, 2, 2], greys));
  writeFileSync(join(folder, "ten.idx"), idx([10, 2, 2], greys));
  writeFileSync(join(folder, "labels.idx"), idx([10], [...Array(10).keys()]));
  writeFileSync(join(folder, "nine.idx"), idx([9], [...Array(9).keys()]));

  test("the last fifth tests; bytes are scaled to [0, 1]; labels come along", () => {
    const given = { images: "ten.idx", labels: "labels.idx", with_labels: true, binary: false };
    const dataset = valueOf(attempt(given));
    expect(dataset.sequences).toEqual({ train: 8, test: 2 });
    const batch = dataset.batch("test", 0, 2, drawFrom(1));
    expect([...fieldOf(batch, "label").data]).toEqual([8, 9]);
    expect(rowOf(fieldOf(batch, "x"), 1)).toEqual(Array(4).fill(Math.fround(180 / 255)));
    expect(dataset.images.get("x")).toEqual([2, 2]);
  });

  test("the threshold itself is ink", () => {
    const at = (threshold: number): readonly number[] => [
      ...fieldOf(
        valueOf(attempt({ images: "ten.idx", threshold, size: 1 })).batch(
          "test",
          0,
          2,
          drawFrom(1),
        ),
        "x",
      ).data,
    ];
    expect(at(160 / 255)).toEqual([1, 1]);
    expect(at(161 / 255)).toEqual([0, 1]);
  });

  test("a validation part that leaves no image on one side is refused", () => {
    const shared = (validation: number): ReturnType<typeof attempt> =>
      attempt({ images: "ten.idx", validation });
    expect(valueOf(shared(0.25)).sequences).toEqual({ train: 6, validation: 2, test: 2 });
    expect(codesOf(shared(0.01))).toEqual(["E0602"]);
    expect(codesOf(shared(0.99))).toEqual(["E0602"]);
  });

  test("labels of another number of images are refused", () => {
    expect(codesOf(attempt({ images: "ten.idx", labels: "nine.idx" }))).toEqual(["E0604"]);
  });

  test("labels that nobody would read, that are not there, or that number nothing are refused", () => {
    expect(codesOf(attempt({ images: "mnist", labels: "labels.idx" }))).toEqual(["E0602"]);
    expect(codesOf(attempt({ images: "ten.idx", with_labels: true }))).toEqual(["E0602"]);
    const bytes = new Uint8Array(40);
    const numbers = new DataView(bytes.buffer);
    const recall = (first: number, task: string): readonly string[] => {
      for (let i = 0; i < 10; i += 1) numbers.setFloat32(4 * i, i === 0 ? first : i % 2);
      writeFileSync(join(folder, "odd.idx"), Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 10, ...bytes));
      const given = { images: "ten.idx", labels: "odd.idx", l: 5, k: 2 };
      return codesOf(openDataset({ name: task, arguments: given }, { baseDirectory: folder }));
    };
    for (const task of ["parity_recall", "dynamic_dependency"]) {
      expect(recall(2, task)).toEqual([]);
      for (const label of [-1, 0.5, NaN]) expect(recall(label, task)).toEqual(["E0602"]);
    }
  });

  test("the data directory's files take the place of the package's digits", () => {
    const data = join(folder, "data");
    mkdirSync(join(data, "mnist"), { recursive: true });
    const pixels = Array.from({ length: 3 * 784 }, () => 255);
    for (const part of ["train", "t10k"]) {
      writeFileSync(join(data, "mnist", `${part}-images-idx3-ubyte`), idx([3, 28, 28], pixels));
      writeFileSync(join(data, "mnist", `${part}-labels-idx1-ubyte`), idx([3], [1, 2, 3]));
    }
    expect(valueOf(attempt({}, data)).sequences).toEqual({ train: 3, test: 3 });
    rmSync(join(data, "mnist", "t10k-labels-idx1-ubyte"));
    const result = attempt({}, data);
    expect(codesOf(result)).toEqual(["E0603"]);
  });
});

const real = process.env["GTMC_DATA"];
if (real === undefined)
  console.warn("GTMC_DATA is not set: the released data files are not tested");

describe.skipIf(real === undefined)("the released files", () => {
  const open = (name: string, given: DataSpec["arguments"]): ReturnType<typeof openDataset> =>
    openDataset({ name, arguments: given }, { baseDirectory: ".", dataDirectory: real ?? "" });

  test("MNIST, Fashion-MNIST and the small digits have their numbers of images", () => {
    const counts = (images: string): unknown =>
      valueOf(open("images", { images, with_labels: true })).sequences;
    expect(counts("mnist")).toEqual({ train: 60_000, test: 10_000 });
    expect(counts("fashion")).toEqual({ train: 8000, test: 2000 });
    expect(counts("digits8")).toEqual({ train: 1500, test: 297 });
  });

  test("the chorales have their published numbers of sequences and steps", () => {
    const dataset = valueOf(open("piano_roll", {}));
    expect(dataset.sequences).toEqual({ train: 229, test: 77 });
    const { lengths } = dataset.batch("test", 0, 77, drawFrom(1));
    expect(lengths?.reduce((a, b) => a + b, 0)).toBe(4725);
  });

  test("cutting keeps every step", () => {
    const dataset = valueOf(open("piano_roll", { file: "nottingham.json", length: 100 }));
    const { lengths } = dataset.batch("test", 0, dataset.sequences?.test ?? 0, drawFrom(1));
    expect(Math.max(...(lengths ?? []))).toBe(100);
    expect(lengths?.reduce((a, b) => a + b, 0)).toBe(44_463);
  });
});
