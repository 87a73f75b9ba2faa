import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import type { DataSpec } from "../../src/data/context.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { openDataset } from "../../src/data/open.ts";
import { arraysDataset } from "../../src/data/sequences.ts";
import { drawDistinct } from "../../src/data/stored.ts";
import { codesOf, drawFrom, fieldOf, rowOf, temporaryFolder, valueOf } from "./support.ts";

const folder = temporaryFolder();
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const write = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return name;
};
const attempt = (name: string, given: DataSpec["arguments"]): ReturnType<typeof openDataset> =>
  openDataset({ name, arguments: given }, { baseDirectory: folder });
const open = (name: string, given: DataSpec["arguments"]): Dataset => valueOf(attempt(name, given));
const message = (result: ReturnType<typeof openDataset>): string =>
  result.ok ? "" : result.diagnostics.map((d) => [d.message, ...d.notes].join("; ")).join("\n");

describe("ragged sequences in JSON", () => {
  const file = write("ragged.json", "[[[1,2],[3,4],[5,6]], [[7,8]], [[9,10],[11,12]]]");
  const dataset = open("sequences", { file, test: 0.3 });

  test("are padded with zeros, with their lengths", () => {
    expect(dataset).toMatchObject({ steps: 3, ragged: true, sequences: { train: 2, test: 1 } });
    expect(dataset.fields).toEqual([{ name: "x", per: "step", shape: [2] }]);
    const batch = dataset.batch("test", 0, 1, drawFrom(1));
    expect([...(batch.lengths ?? [])]).toEqual([2]);
    expect([...fieldOf(batch, "x").data]).toEqual([9, 10, 11, 12, 0, 0]);
  });

  test("a test batch goes on in order and starts over", () => {
    const both = open("sequences", { file, test: 1 });
    const lengths = [0, 1].map((i) => [...(both.batch("test", i, 3, drawFrom(1)).lengths ?? [])]);
    expect(lengths).toEqual([
      [1, 2, 1],
      [2, 1, 2],
    ]);
  });

  test("are cut into pieces of a wanted length", () => {
    const pieces = open("sequences", { file, test: 0.3, length: 2 });
    expect(pieces).toMatchObject({ steps: 2, sequences: { train: 3, test: 1 } });
    const batch = pieces.batch("train", 0, 3, drawFrom(2));
    const rows = [0, 1, 2].map(
      (b) => `${batch.lengths?.[b] ?? 0}: ${rowOf(fieldOf(batch, "x"), b).join()}`,
    );
    expect(rows.sort()).toEqual(["1: 5,6,0,0", "1: 7,8,0,0", "2: 1,2,3,4"]);
  });

  test("may have named fields, some of them by sequence or shared", () => {
    const named = write(
      "named.json",
      JSON.stringify({
        x: [[1, 2], [3], [4, 5]],
        label: [7, 8, 9],
        table: [
          [1, 0],
          [0, 1],
        ],
      }),
    );
    const mixed = open("sequences", {
      file: named,
      per_sequence: "label",
      shared: "table",
      test: 0.3,
      length: 1,
    });
    expect(mixed.fields.map(({ name, per, shape }) => [name, per, shape])).toEqual([
      ["x", "step", []],
      ["label", "sequence", []],
      ["table", "shared", [2, 2]],
    ]);
    const batch = mixed.batch("train", 0, 3, drawFrom(2));
    const pairs = [0, 1, 2].map((b) => [
      fieldOf(batch, "x").data[b],
      fieldOf(batch, "label").data[b],
    ]);
    expect(pairs.sort()).toEqual([
      [1, 7],
      [2, 7],
      [3, 8],
    ]);
    expect([...fieldOf(batch, "table").data]).toEqual([1, 0, 0, 1]);
  });

  test("may come with their split", () => {
    const split = write("split.json", JSON.stringify({ train: [[1], [2]], test: [[3, 4]] }));
    expect(open("sequences", { file: split }).sequences).toEqual({ train: 2, test: 1 });
  });

  test("say what stands beside their splits and is none", () => {
    const warned = (content: object): readonly string[] => {
      const result = attempt("sequences", { file: write("more.json", JSON.stringify(content)) });
      return result.ok ? result.warnings.map((d) => d.message.replace(/^.*more/u, "more")) : [];
    };
    const [train, test] = [[[1], [2]], [[3, 4]]];
    expect(warned({ train, test, validation: test })).toEqual([]);
    expect(warned({ train, val: test, test, about: "by hand" })).toEqual([
      "more.json has `val`, `about` beside its splits, which is not used",
    ]);
    const both = write(
      "both.json",
      JSON.stringify({ train, valid: test, validation: train, test }),
    );
    expect(message(attempt("sequences", { file: both }))).toContain(
      "it has both `valid` and `validation`",
    );
  });

  test("are refused with the place of what is wrong", () => {
    const refuse = (content: string): string =>
      message(attempt("sequences", { file: write("bad.json", content) }));
    expect(refuse("[[[1,2],[3]]]")).toContain("sequence 1: lists of unequal lengths, 2 and 1");
    expect(refuse("[[[1,2]],[[3]]]")).toContain("sequence 2: lists of unequal lengths, 2 and 1");
    expect(refuse('[[1,"a"]]')).toContain('"a" is not a number');
    expect(refuse("[1, 2]")).toContain("sequence 1 is a number");
    expect(refuse('{"x": [[1,2]], "y": [[1]]}')).toContain("2 steps in sequence 1, as `x` has");
    expect(refuse("[[1,")).toContain("JSON");
  });
});

describe("names in `shared` and `per_sequence`", () => {
  const file = write("arguments.json", '{"x": [[1, 2], [3]], "w": [1, 2], "about": "text"}');

  test.each([
    [{ per_sequence: "w" }, ""],
    [{ per_sequence: "w, about" }, ""],
    [{ per_sequence: "w", shared: "v" }, "`shared`"],
    [{ per_sequence: "w, weight" }, "`per_sequence`"],
    [{ per_sequence: "w", shared: "w" }, "`per_sequence`"],
  ])("%j", (given, refused) => {
    const opened = openDataset(
      { name: "sequences", arguments: { file, ...given } },
      { baseDirectory: folder, fields: ["x", "w"] },
    );
    expect(codesOf(opened)).toEqual(refused === "" ? [] : ["E0602"]);
    expect(message(opened)).toContain(refused);
  });
});

describe("CSV", () => {
  test("columns x.0, x.1 are one field, equal numbers in `sequence` one sequence", () => {
    const file = write("a.csv", "sequence,x.0,x.1,a\n0,1,2,5\n0,3,4,6\n1,5,6,7\n");
    const dataset = open("sequences", { file, test: 0.5 });
    expect(dataset.fields.map(({ name, shape }) => [name, shape])).toEqual([
      ["x", [2]],
      ["a", []],
    ]);
    const batch = dataset.batch("train", 0, 1, drawFrom(1));
    expect([...fieldOf(batch, "x").data]).toEqual([1, 2, 3, 4]);
    expect([...fieldOf(batch, "a").data]).toEqual([5, 6]);
  });

  test("a table has one value per row, compressed or not", () => {
    writeFileSync(join(folder, "t.csv.gz"), gzipSync("a,b\n1,2\n3,4\n5,6\n"));
    const dataset = open("table", { file: "t.csv.gz", test: 0.34 });
    expect(dataset.steps).toBeUndefined();
    expect(dataset.sequences).toEqual({ train: 2, test: 1 });
    expect([...fieldOf(dataset.batch("test", 0, 1, drawFrom(1)), "b").data]).toEqual([6]);
  });

  test.each([
    ["1,3,4", "line 3 has 3 after 1"],
    ["10,20,40", "line 4 has 40 after 20"],
    ["1,2,3", ""],
    ["10,20,30", ""],
    ["0.1,0.3,0.4", ""],
  ])("steps %s that do not go on evenly are told of", (steps, says) => {
    const rows = steps.split(",").map((step, i) => `a,${step},${i}`);
    const file = write("gap.csv", ["sequence,step,x", ...rows, "b,7,8", ""].join("\n"));
    const result = attempt("sequences", { file });
    if (!result.ok) throw new Error(message(result));
    const found = result.warnings.filter(({ code }) => code === "E0632");
    expect(found.map((d) => d.message.replace(/^.*: /u, ""))).toEqual(says === "" ? [] : [says]);
  });

  test("a model that takes the order as a field knows of its gaps", () => {
    const file = write("taken.csv", "sequence,step,x\na,1,1\na,3,2\na,4,3\nb,1,4\n");
    const call = { name: "sequences", arguments: { file } };
    const result = openDataset(call, { baseDirectory: folder, fields: ["x", "step"] });
    expect(result.ok && result.warnings).toEqual([]);
  });

  test("another ending is refused with the known ones", () => {
    expect(message(attempt("table", { file: write("a.xls", "") }))).toContain(
      ".npz, .csv, .tsv, .json",
    );
  });
});

describe("piano rolls", () => {
  const rolls = { train: [[[60, 64], []], [[21]]], valid: [[[108]]], test: [[[22]]] };

  test("notes become 88 bits, sequences ragged", () => {
    const file = write("roll.json", JSON.stringify(rolls));
    const dataset = open("piano_roll", { file });
    expect(dataset).toMatchObject({ steps: 2, ragged: true });
    const [row] = [fieldOf(dataset.batch("test", 0, 1, drawFrom(1)), "x")];
    expect([...row.data].flatMap((v, i) => (v === 1 ? i : []))).toEqual([1]);
    const valid = fieldOf(
      open("piano_roll", { file, test: "valid" }).batch("test", 0, 1, drawFrom(1)),
      "x",
    );
    expect(valid.data.indexOf(1)).toBe(87);
    const { valid: validation, ...others } = rolls;
    const spelt = write("spelt.json", JSON.stringify({ ...others, validation }));
    expect(open("piano_roll", { file: spelt }).sequences).toEqual({
      train: 2,
      validation: 1,
      test: 1,
    });
  });

  test("a note that no piano has is refused", () => {
    const file = write("bad-roll.json", JSON.stringify({ ...rolls, test: [[[109]]] }));
    expect(message(attempt("piano_roll", { file }))).toContain(
      "the note 109 in sequence 1 of `test`",
    );
  });
});

describe("arrays of the library's user", () => {
  const x = { shape: [3, 2, 1], data: Float32Array.of(1, 2, 3, 4, 5, 6), per: "step" } as const;

  test("lengths tell what is padding", () => {
    const dataset = valueOf(arraysDataset({ x }, { lengths: [2, 1, 2], test: 0.4, name: "mine" }));
    expect(dataset).toMatchObject({ name: "mine", ragged: true, steps: 2 });
    const batch = dataset.batch("train", 0, 2, drawFrom(1));
    const shorter = [...(batch.lengths ?? [])].indexOf(1);
    expect(rowOf(fieldOf(batch, "x"), shorter)).toEqual([3, 0]);
  });

  test("what does not fit is named", () => {
    expect(codesOf(arraysDataset({ x: { ...x, shape: [3, 3] } }))).toEqual(["E0607"]);
    expect(codesOf(arraysDataset({ x: { ...x, shape: [6] } }))).toEqual(["E0607"]);
    const label = { shape: [2], data: Float32Array.of(1, 2), per: "sequence" } as const;
    expect(codesOf(arraysDataset({ x, label }))).toEqual(["E0607"]);
    expect(codesOf(arraysDataset({ x }, { lengths: [2, 3, 1] }))).toEqual(["E0607"]);
  });
});

describe("drawing sequences", () => {
  test("a batch holds none twice where there are enough, each equally often", () => {
    const draw = drawFrom(7);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 1200; i += 1) {
      const drawn = drawDistinct(6, 4, draw);
      expect(new Set(drawn).size).toBe(4);
      for (const one of drawn) counts[one] = (counts[one] ?? 0) + 1;
    }
    // Binomial: 1200 batches with probability 2/3, a standard deviation of 16.3; four of them.
    for (const count of counts) expect(Math.abs(count - 800)).toBeLessThan(66);
    expect([...drawDistinct(5, 5, draw)].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(drawDistinct(2, 5, draw)).toHaveLength(5);
  });
});

describe("the synthetic walk", () => {
  test("has the variances of its model", () => {
    const dataset = open("walk", { steps: 4, decay: 0.8, scale: 0.6, noise: 0.5 });
    const { data } = fieldOf(dataset.batch("train", 0, 20_000, drawFrom(8)), "x");
    const moment = (s: number, t: number): number => {
      let sum = 0;
      for (let b = 0; b < 20_000; b += 1) sum += (data[b * 4 + s] ?? 0) * (data[b * 4 + t] ?? 0);
      return sum / 20_000;
    };
    // z is stationary with variance 1: var x = 1.25, cov(x1, x3) = 0.64; five standard errors.
    for (const t of [0, 1, 3]) expect(Math.abs(moment(t, t) - 1.25)).toBeLessThan(0.063);
    expect(Math.abs(moment(0, 2) - 0.64)).toBeLessThan(0.05);
  });
});
