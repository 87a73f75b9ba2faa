/** Every data source opens, has the fields that it says, and draws the same again. A source without its case does not compile. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DataSpec } from "../../src/data/context.ts";
import { openDataset, type SourceName } from "../../src/data/open.ts";
import { drawFrom, temporaryFolder, valueOf } from "./support.ts";

const folder = temporaryFolder();
beforeAll(() => {
  writeFileSync(join(folder, "x.csv"), "x[0],x[1]\n1,2\n3,4\n5,6\n7,8\n");
  writeFileSync(join(folder, "rows.csv"), "x[0],x[1]\n1,2\n3,4\n5,6\n");
  writeFileSync(
    join(folder, "notes.json"),
    JSON.stringify({
      train: [
        [[60], [62, 64]],
        [[60], [61]],
      ],
      valid: [[[60]]],
      test: [[[60], [60]]],
    }),
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Case {
  readonly given: DataSpec["arguments"];
  /** Of the fields of a batch of two. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** What every batch of training has in its fields together, as a mean, at least and at most. */
  readonly mean: readonly [number, number];
}

const bits = [0.05, 0.6] as const;

const cases: Readonly<Record<SourceName, Case>> = {
  perfect_recall: { given: { l: 3, k: 2, size: 7 }, shapes: { x: [2, 5, 49] }, mean: bits },
  parity_recall: { given: { l: 3, k: 2, size: 7 }, shapes: { x: [2, 5, 49] }, mean: bits },
  dynamic_dependency: { given: { l: 10, k: 2, size: 7 }, shapes: { x: [2, 12, 49] }, mean: bits },
  similarity_recall: { given: { l: 3, k: 2, size: 7 }, shapes: { x: [2, 5, 49] }, mean: bits },
  maze: {
    given: { grid: 2, steps: 3, size: 7 },
    shapes: { x: [2, 3, 49], action: [2, 3, 5] },
    mean: bits,
  },
  recall: { given: { slots: 4, size: 7 }, shapes: { x: [2, 49], support: [4, 49] }, mean: bits },
  images: { given: { size: 7 }, shapes: { x: [2, 49] }, mean: bits },
  sequences: { given: { file: "x.csv" }, shapes: { x: [2, 4, 2] }, mean: [4.4, 4.6] },
  table: { given: { file: "rows.csv", test: 0.34 }, shapes: { x: [2, 2] }, mean: [2, 5] },
  piano_roll: { given: { file: "notes.json" }, shapes: { x: [2, 2, 88] }, mean: [0.01, 0.02] },
  walk: { given: { steps: 3, size: 2 }, shapes: { x: [2, 3, 2] }, mean: [-3, 3] },
};

test.each(Object.entries(cases))("%s has its fields and draws the same again", (name, one) => {
  const dataset = valueOf(openDataset({ name, arguments: one.given }, { baseDirectory: folder }));
  const batch = (
    seed: number,
  ): ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }> =>
    dataset.batch("train", 0, 2, drawFrom(seed)).fields;
  const shapes = Object.fromEntries([...batch(1)].map(([field, { shape }]) => [field, shape]));
  expect(shapes).toEqual(one.shapes);
  expect([...batch(1)]).toEqual([...batch(1)]);
  const numbers = [...batch(1).values()].flatMap(({ data }) => Array.from(data));
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  expect(mean).toBeGreaterThan(one.mean[0]);
  expect(mean).toBeLessThan(one.mean[1]);
});
