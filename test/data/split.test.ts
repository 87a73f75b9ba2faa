import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openDataset } from "../../src/data/open.ts";
import { splitEntries, splitsOf, type Dataset } from "../../src/data/dataset.ts";
import { splitSequences } from "../../src/data/split.ts";
import { assemble, type StoredSplit } from "../../src/data/stored.ts";
import { temporaryFolder, valueOf } from "./support.ts";

/** Sequences of these lengths, every step another number. */
const numbered = (lengths: readonly number[]): StoredSplit => {
  const total = lengths.reduce((a, b) => a + b, 0);
  const values = Float32Array.from({ length: total }, (_, i) => i);
  return valueOf(assemble([{ name: "x", per: "step", shape: [], values, lengths }]));
};

const stepsOf = ({ fields }: StoredSplit): readonly number[] => [...(fields[0]?.values ?? [])];
const fraction = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));

test("every step is in exactly one split, in the order of the file", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }),
      fraction,
      fraction,
      fc.option(fc.integer({ min: 1, max: 15 })),
      (lengths, tested, validation, length) => {
        const all = numbered(lengths);
        const splits = splitSequences({ kind: "whole", all }, { test: tested, validation }, length);
        if (!splits.ok) {
          expect(splits.diagnostics.map(({ code }) => code)).toEqual(["E0609"]);
          expect(validation).toBeGreaterThan(0);
          return;
        }
        const found = splitEntries(splits.value).flatMap(([, split]) => stepsOf(split));
        if (splits.warnings.some(({ code }) => code === "E0623")) {
          expect(found.length).toBe(2 * stepsOf(all).length);
        } else expect(found).toEqual(stepsOf(all));
        expect(splits.value.validation !== undefined).toBe((validation ?? 0) > 0);
      },
    ),
    { numRuns: 300 },
  );
});

const folder = temporaryFolder();
const open = (name: string, file: string, given: Readonly<Record<string, number>> = {}) =>
  openDataset({ name, arguments: { file, ...given } }, { baseDirectory: folder });

const stored = (dataset: Dataset): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(
    splitsOf(dataset).map((split) => [split, [...(dataset.stored?.(split, "x")?.values ?? [])]]),
  );

test("a series is split in time", () => {
  writeFileSync(
    join(folder, "series.csv"),
    `x\n${Array.from({ length: 50 }, (_, i) => i).join("\n")}\n`,
  );
  const pieces = valueOf(
    open("sequences", "series.csv", { length: 10, test: 0.2, validation: 0.25 }),
  );
  expect(pieces.sequences).toEqual({ train: 3, validation: 1, test: 1 });
  expect(stored(pieces)["test"]?.[0]).toBe(40);
  const whole = open("sequences", "series.csv");
  expect(whole.ok && whole.warnings.map(({ code, help }) => [code, ...help])).toEqual([
    ["E0623", "`length = 5` cuts its 50 steps into pieces, of which the last ones test"],
  ]);
});

test("a file may have splits of its own", () => {
  const three = { train: [[1], [2]], validation: [[3]], test: [[4]] };
  writeFileSync(join(folder, "three.json"), JSON.stringify(three));
  const own = open("sequences", "three.json", { test: 0.5, validation: 0.5 });
  expect(own.ok && stored(own.value)).toEqual({ train: [1, 2], validation: [3], test: [4] });
  expect(own.ok && own.warnings.map(({ code }) => code)).toEqual(["E0622"]);
  writeFileSync(join(folder, "two.json"), JSON.stringify({ train: [[1], [2]], test: [[4]] }));
  const held = valueOf(open("sequences", "two.json", { validation: 0.5 }));
  expect(stored(held)).toEqual({ train: [1], validation: [2], test: [4] });
});

test("says so where a part of few sequences cannot be met", () => {
  writeFileSync(join(folder, "few.json"), JSON.stringify([[1], [2], [3]]));
  const codes = (given: Readonly<Record<string, number>>): readonly string[] => {
    const opened = open("sequences", "few.json", given);
    return (opened.ok ? opened.warnings : opened.diagnostics).map(({ code }) => code);
  };
  expect(codes({})).toEqual([]);
  expect(codes({ test: 0.01 })).toEqual(["E0624"]);
  expect(codes({ test: 1 })).toEqual(["E0624"]);
  expect(codes({ test: 0.9, validation: 0.1 })).toEqual(["E0609"]);
  expect(codes({ test: 2 })).toEqual(["E0602"]);
});
