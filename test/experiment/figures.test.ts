/** Pictures and addresses show what exists. */
import { expect, test } from "vitest";
import {
  continuationsOf,
  indexWeightsOf,
  readWeightsOf,
  reconstructionsOf,
} from "../../src/experiment/figures.ts";
import { perFrame, perStep, klOfRegions } from "../../src/experiment/metrics.ts";
import { encodeJson } from "../../src/diagnostics/json.ts";

const layout = {
  batch: 2,
  steps: 3,
  regions: [],
  size: [1, 1],
  lengths: Int32Array.of(3, 1),
} as const;
const original = { shape: [2, 3, 1], data: Float32Array.of(1, 2, 3, 4, 0, 0) };
const means = { shape: [1, 2, 3, 1], data: Float32Array.of(5, 6, 7, 8, 9, 10) };
const numbers = (frames: readonly Float32Array[]): readonly number[] =>
  frames.map(([first = NaN]) => first);

test("reconstructions end with their sequences", () => {
  const shown = reconstructionsOf(original, means, layout);
  expect(shown.original.sequences.map(numbers)).toEqual([[1, 2, 3], [4]]);
  expect(shown.reconstruction.sequences.map(numbers)).toEqual([[5, 6, 7], [8]]);
});

test("a continuation begins where its sequence ends, if that is before the prefix", () => {
  const { sequences } = continuationsOf(original, means, { prefix: 2, layout });
  expect(sequences.map(({ draws }) => draws.map(numbers))).toEqual([[[1, 2, 7]], [[4, 9, 10]]]);
});

test("weights are means over the sequences that have the step", () => {
  const data = Float32Array.of(1, 0, 0.5, 0.5, 0, 1, NaN, NaN);
  const { heads } = readWeightsOf("mem", { shape: [1, 2, 2, 2], data }, []);
  expect(heads).toEqual([
    [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
  ]);
  const drawn = { shape: [1, 2, 2], data: Float32Array.of(0, 1, 0, NaN) };
  expect(indexWeightsOf("a", drawn, { slots: 2, regions: [] }).heads).toEqual([
    [
      [1, 0],
      [0, 1],
    ],
  ]);
});

test("terms are given a frame over the frames that exist", () => {
  const present = [1, 0.5, 0];
  const kl = [0.5, 0.25, 0];
  expect(perStep(kl, present)).toEqual([0.5, 0.5]);
  expect(perFrame(kl, present)).toBe(0.5);
  const regions = [
    { name: "all", kind: "presented", from: 0, to: 3 },
    { name: "nobody's", kind: "recalled", from: 2, to: 3 },
  ] as const;
  expect(klOfRegions({ terms: new Map([["kl.z", kl]]), present }, regions)).toEqual([["all", 0.5]]);
});

test("an infinity is not written as null", () => {
  expect(encodeJson({ kl: Infinity, low: [-Infinity], bound: -1 })).toBe(
    '{"kl":"Infinity","low":["-Infinity"],"bound":-1}',
  );
});
