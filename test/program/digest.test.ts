import { expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { arraysDataset } from "../../src/data/sequences.ts";
import { digestData } from "../../src/program/digest.ts";
import { valueOf } from "../data/support.ts";

const program = valueOf(
  compile({
    path: "m.gtm",
    text: "model M {\n  data x[t]: real[2]\n  data w: real\n  param m: real = 0\n  x[t] ~ Normal(loc = zeros(2) + w + m, scale = ones(2))\n}\ntrain { batch = 1  steps = 1 }\n",
  }),
);
const sequences = 10;
const steps = 3;

const numbers = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => i);

const digests = (
  change: (x: Float32Array, w: Float32Array, extra: Float32Array) => void,
  as: (x: Float32Array) => Float32Array = (x) => x,
  lengths = Array.from({ length: sequences }, () => steps),
): ReturnType<typeof digestData> => {
  const [x, w, extra] = [
    numbers(sequences * steps * 2),
    numbers(sequences),
    numbers(sequences),
  ] as const;
  change(x, w, extra);
  const dataset: Dataset = valueOf(
    arraysDataset(
      {
        x: { shape: [sequences, steps, 2], data: as(x), per: "step" },
        w: { shape: [sequences], data: w, per: "sequence" },
        extra: { shape: [sequences], data: extra, per: "sequence" },
      },
      { test: 0.2, validation: 0.25, lengths },
    ),
  );
  return digestData(program, dataset);
};

const changed = (other: ReturnType<typeof digestData>): readonly string[] => {
  const first: Readonly<Record<string, unknown>> = digests(() => undefined);
  return Object.entries(other)
    .filter(([split, found]) => JSON.stringify(found) !== JSON.stringify(first[split]))
    .map(([split]) => split);
};

test("any one value of a declared field changes the digest of its split, and no other", () => {
  const splitOf = (sequence: number): string =>
    sequence < 6 ? "train" : sequence < 8 ? "validation" : "test";
  for (let sequence = 0; sequence < sequences; sequence += 1) {
    const one = (array: Float32Array, at: number): void => {
      array[at] = -1;
    };
    expect(
      changed(
        digests((_, w) => {
          one(w, sequence);
        }),
      ),
    ).toEqual([splitOf(sequence)]);
    expect(
      changed(
        digests((x) => {
          one(x, sequence * steps * 2 + 5);
        }),
      ),
    ).toEqual([splitOf(sequence)]);
  }
});

test("sizes count, and neither what nobody reads nor how numbers are held", () => {
  const nothing = (): void => undefined;
  expect(changed(digests((_x, _w, extra) => void extra.fill(7)))).toEqual([]);
  const bytes = (x: Float32Array): Float32Array => Uint8Array.from(x) as unknown as Float32Array;
  expect(changed(digests(nothing, bytes))).toEqual([]);
  const shorter = Array.from({ length: sequences }, (_, i) => (i === 9 ? 2 : steps));
  expect(changed(digests(nothing, undefined, shorter))).toEqual(["test"]);
});
