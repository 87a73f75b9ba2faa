/** Polyphonic music as piano rolls (Boulanger-Lewandowski, Bengio and Vincent 2012). */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { count, optional, part as fraction, text, word } from "./arguments.ts";
import type { Splits } from "./dataset.ts";
import { malformedFile } from "./errors.ts";
import { locate, readText } from "./files.ts";
import { partsOf, type JsonPart } from "./json-splits.ts";
import { parseJson, type JsonValue } from "./json-lists.ts";
import { source, type Source } from "./source.ts";
import { collect } from "./collect.ts";
import { splitSequences } from "./split.ts";
import { storedDataset, type StoredField, type StoredSplit } from "./stored.ts";

/** Lowest and highest note of a piano. */
const lowest = 21;
const keys = 88;

/** Lists of notes by step and sequence as 88 bits per step. */
const rollOf = (
  value: Exclude<JsonValue, { readonly kind: "unfit" }>,
  split: string,
): StoredField | string => {
  if (value.kind === "object") return `\`${split}\` is no list of sequences`;
  const { values: notes, lengths } = value.lists;
  const [outer, steps = [], counts] = lengths;
  if (outer === undefined) return `\`${split}\` is no list of sequences`;
  const isShallow = counts === undefined && steps.some((length) => length > 0);
  if (isShallow || lengths.length > 3) return `a step of \`${split}\` is no list of notes`;
  const values = new Uint8Array(keys * (counts?.length ?? 0));
  let at = 0;
  for (const [frame, count] of (counts ?? []).entries()) {
    for (const end = at + count; at < end; at += 1) {
      const note = notes[at] ?? NaN;
      if (!Number.isInteger(note) || note < lowest || note >= lowest + keys) {
        const sequence = sequenceOf(frame, steps);
        return `the note ${note} in sequence ${sequence + 1} of \`${split}\` is not a whole number from 21 to 108`;
      }
      values[frame * keys + note - lowest] = 1;
    }
  }
  return { name: "x", per: "step", shape: [keys], values, lengths: [...steps] };
};

/** The sequence that a frame belongs to. */
const sequenceOf = (frame: number, steps: Iterable<number>): number => {
  let [sequence, end] = [0, 0];
  for (const length of steps) {
    end += length;
    if (frame < end) break;
    sequence += 1;
  }
  return sequence;
};

/** Polyphonic music: `{ split: [sequence] }`, a sequence a list of steps, a step a list of MIDI notes, as 88 bits. */
const parseSplit = (
  part: JsonPart | undefined,
  path: string,
  wanted: string,
): Result<StoredSplit> => {
  if (part === undefined) {
    return failure(malformedFile(path, `it is no object with the key \`${wanted}\``));
  }
  const { key, value } = part;
  if (value.kind === "unfit") return failure(value.why);
  const field = rollOf(value, key);
  if (typeof field === "string") return failure(malformedFile(path, field));
  const collected = collect(`${path} (${key})`, new Map([["x", success(field)]]), {
    perOf: () => "step",
  });
  return collected.ok ? success(collected.value.split) : collected;
};

/**
 * Ragged sequences of chords: `x` [88] is 1 where a key sounds. `length` cuts sequences into pieces of at most that many
 * steps. The file's part `valid` (or `validation`) validates; `test = valid` tests on it instead, and `validation = 0.1` then takes the last
 * tenth of the training sequences.
 */
export const pianoRoll: Source = source(
  "piano_roll",
  {
    meaning: "Polyphonic music from lists of MIDI notes (Boulanger-Lewandowski et al. 2012).",
    gives: "`x[t]` [88], which is 1 where a key sounds",
    example: 'piano_roll(file = "jsb_chorales.json", length = 50)',
  },
  {
    file: text(
      "the file, beside the model or in `polyphonic/` of the data directory",
      "jsb_chorales.json",
    ),
    length: optional(
      count("cuts longer sequences into pieces of at most so many steps", undefined),
    ),
    test: word("the part of the file that tests", ["test", "valid"], "test"),
    validation: fraction(
      "the part of the training sequences, from their end, that validates, where no part of the file does",
    ),
  },
  ({ file, length, test: tested, validation: part }, context, title) => {
    const path = locate(file, context, { folder: "polyphonic" });
    if (!path.ok) return path;
    const bytes = readText(path.value);
    if (!bytes.ok) return bytes;
    const parsed = parseJson(bytes.value, path.value);
    if ("code" in parsed) return failure(parsed);
    const parts =
      parsed.kind === "object"
        ? partsOf(parsed.entries, path.value)
        : success<Partial<Splits<JsonPart>>>({});
    if (!parts.ok) return parts;
    const { validation: chosenBy, ...others } = parts.value;
    const train = parseSplit(others.train, path.value, "train");
    if (!train.ok) return train;
    const test = parseSplit(tested === "valid" ? chosenBy : others.test, path.value, tested);
    if (!test.ok) return test;
    const validation =
      tested === "valid" || chosenBy === undefined
        ? undefined
        : parseSplit(chosenBy, path.value, "valid");
    if (validation !== undefined && !validation.ok) return validation;
    const splits = splitSequences(
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
      ? success(storedDataset(title, splits.value, { file: path.value }), [
          ...parts.warnings,
          ...splits.warnings,
        ])
      : splits;
  },
);
