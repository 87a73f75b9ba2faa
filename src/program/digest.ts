/** Digests of data, by which a later command knows whether they are still those that a run began with. */
import { createHash, type Hash } from "node:crypto";
import type { Numbers } from "../data/array.ts";
import { splitsOf, type Dataset, type Split } from "../data/dataset.ts";
import type { Program } from "./program.ts";
import { dataDraw } from "../training/noise.ts";

/** By what the data of a split are known again. */
export interface DataDigest {
  /** Absent where batches are made up. */
  readonly sequences?: number;
  readonly sha256: string;
}

/** Values that are converted at a time. */
const chunk = 2 ** 18;

/** Sequences that stand for all where batches are made up. */
const sampled = 8;

/** As floats, whichever way they are held. */
const addValues = (hash: Hash, values: Numbers): void => {
  for (let at = 0; at < values.length; at += chunk) {
    const part = values.subarray(at, at + chunk);
    const floats = part instanceof Float32Array ? part : Float32Array.from(part);
    hash.update(new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength));
  }
};

const addText = (hash: Hash, value: unknown): void => {
  hash.update(`${JSON.stringify(value)}\n`);
};

/**
 * For each split the number of its sequences, where they are stored, and a digest of all values of the fields that the
 * model declares; of data that are made up batch by batch, of a first batch.
 */
export const digestData = (
  { model }: Pick<Program, "model">,
  dataset: Dataset,
): Readonly<Partial<Record<Split, DataDigest>>> => {
  const fields = dataset.fields.filter(({ name }) => model.data.some((one) => one.name === name));
  const digest = (split: Split): DataDigest => {
    const hash = createHash("sha256");
    const sequences = dataset.sequences?.[split];
    const batch =
      dataset.stored === undefined
        ? dataset.batch(split, 0, sampled, dataDraw(0, split, 0))
        : undefined;
    addText(hash, batch?.lengths && [...batch.lengths]);
    for (const field of fields) {
      const stored = dataset.stored?.(split, field.name);
      addText(hash, field);
      addText(hash, stored?.starts);
      addValues(hash, stored?.values ?? batch?.fields.get(field.name)?.data ?? new Uint8Array());
    }
    return { ...(sequences === undefined ? {} : { sequences }), sha256: hash.digest("hex") };
  };
  return Object.fromEntries(splitsOf(dataset).map((split) => [split, digest(split)]));
};
