/** The 10,000 MNIST training digits that the package ships. */
import { readFileSync } from "node:fs";
import { invariant } from "../diagnostics/invariant.ts";
import { gunzip } from "../files/inflate.ts";
import { largestFile } from "../files/read.ts";
import { shipped } from "../files/shipped.ts";
import { parseIdx } from "./idx.ts";

const area = 28 * 28;

const read = (name: string): Uint8Array => {
  const path = shipped("digits", `${name}-ubyte.gz`);
  const inflated = gunzip(readFileSync(path), largestFile);
  const parsed = inflated.kind === "whole" ? parseIdx(inflated.bytes, path) : undefined;
  invariant(parsed?.ok === true && parsed.value.data instanceof Uint8Array, `${path} is damaged`);
  return parsed.value.data;
};

/** Images with their labels. */
interface Labelled {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/**
 * For each label the first four fifths of its images train and the last fifth tests: 8,004 and 1,996 images. Images
 * lie label after label.
 */
export const readDigits = (): Readonly<Record<"train" | "test", Labelled>> => {
  const pixels = read("images-idx3");
  const labels = read("labels-idx1");
  const bounds = Array.from({ length: 10 }, (_, digit) => {
    const [from, to] = [labels.indexOf(digit), labels.lastIndexOf(digit) + 1];
    return { from, middle: to - Math.floor((to - from) / 5), to };
  });
  const joined = (ranges: readonly (readonly [from: number, to: number])[]): Labelled => ({
    pixels: concatenated(ranges.map(([from, to]) => pixels.subarray(from * area, to * area))),
    labels: concatenated(ranges.map(([from, to]) => labels.subarray(from, to))),
  });
  return {
    train: joined(bounds.map(({ from, middle }) => [from, middle])),
    test: joined(bounds.map(({ middle, to }) => [middle, to])),
  };
};

/** Not a view of a pool's memory, as Buffer.concat would give. */
const concatenated = (parts: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};
