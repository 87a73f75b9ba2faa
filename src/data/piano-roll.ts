/** Polyphonic music as piano rolls (Boulanger-Lewandowski, Bengio and Vincent 2012). */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { count, optional, part as fraction, text, word } from "./arguments.ts";
import { malformedFile } from "./errors.ts";
import { locate, readBytes } from "./files.ts";
import { isObject, parseJson } from "./json.ts";
import { source, type Source } from "./source.ts";
import { shareOut } from "./split.ts";
import { assemble, storedDataset, type StoredField, type StoredSplit } from "./stored.ts";

/** Lowest and highest note of a piano. */
const lowest = 21;
const keys = 88;

const rollOf = (sequences: unknown, split: string): StoredField | string => {
  if (!Array.isArray(sequences)) return `\`${split}\` is no list of sequences`;
  const lengths = sequences.map((sequence) => (Array.isArray(sequence) ? sequence.length : -1));
  const values = new Uint8Array(keys * lengths.reduce((a, b) => a + b, 0));
  let frame = 0;
  for (const [i, sequence] of sequences.entries()) {
    if (!Array.isArray(sequence)) return `sequence ${i} of \`${split}\` is no list of steps`;
    for (const step of sequence) {
      if (!Array.isArray(step))
        return `a step of sequence ${i} of \`${split}\` is no list of notes`;
      for (const note of step as readonly unknown[]) {
        if (typeof note !== "number" || !(note >= lowest && note < lowest + keys)) {
          return `the note ${JSON.stringify(note)} in sequence ${i} of \`${split}\` is not in 21 to 108`;
        }
        values[frame * keys + note - lowest] = 1;
      }
      frame += 1;
    }
  }
  return { name: "x", per: "step", shape: [keys], values, lengths };
};

/** Polyphonic music: `{ split: [sequence] }`, a sequence a list of steps, a step a list of MIDI notes, as 88 bits. */
const parseSplit = (value: unknown, path: string, split: string): Result<StoredSplit> => {
  const field = rollOf(isObject(value) ? value[split] : undefined, split);
  return typeof field === "string" ? failure(malformedFile(path, field)) : assemble([field]);
};

const hasValidation = (value: unknown): boolean => isObject(value) && value["valid"] !== undefined;

/**
 * Ragged sequences of chords: `x` [88] is 1 where a key sounds. `length` cuts sequences into pieces of at most that many
 * steps. The file's part `valid` validates; `test = valid` tests on it instead, and `validation = 0.1` then takes the last
 * tenth of the training sequences.
 */
export const pianoRoll: Source = source(
  "piano_roll",
  {
    file: text("jsb_chorales.json"),
    length: optional(count(undefined)),
    test: word(["test", "valid"], "test"),
    validation: fraction,
  },
  ({ file, length, test: tested, validation: part }, context, title) => {
    const path = locate(file, context, { folder: "polyphonic" });
    if (!path.ok) return path;
    const bytes = readBytes(path.value);
    if (!bytes.ok) return bytes;
    const parsed = parseJson(new TextDecoder().decode(bytes.value), path.value);
    if (!parsed.ok) return parsed;
    const train = parseSplit(parsed.value, path.value, "train");
    if (!train.ok) return train;
    const test = parseSplit(parsed.value, path.value, tested);
    if (!test.ok) return test;
    const chosenBy = tested === "valid" || !hasValidation(parsed.value) ? undefined : "valid";
    const validation =
      chosenBy === undefined ? undefined : parseSplit(parsed.value, path.value, chosenBy);
    if (validation !== undefined && !validation.ok) return validation;
    const splits = shareOut(
      {
        kind: "split",
        splits: {
          train: train.value,
          ...(validation === undefined ? {} : { validation: validation.value }),
          test: test.value,
        },
      },
      { test: null, validation: part },
      length,
    );
    return splits.ok
      ? success(storedDataset(title, splits.value, { file: path.value }), splits.warnings)
      : splits;
  },
);
