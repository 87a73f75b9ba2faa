/** How sequences are split among training, validation and test. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { volume } from "./array.ts";
import type { Splits } from "./dataset.ts";
import { mapSplits } from "./dataset.ts";
import { fractionOfFew, oneForAll, tooFew, unusedFractions } from "./errors.ts";
import type { StoredFile, StoredSplit } from "./stored.ts";

/** The parts of the sequences that are kept from training; `null` where nothing was said. */
export interface Fractions {
  /** From the end of all sequences; a tenth, but at least one sequence, where nothing was said. */
  readonly test: number | null;
  /** From the end of those that would train; none where nothing was said. */
  readonly validation: number | null;
}

/**
 * The splits of a file. Where it has none of its own, the last sequences test, those before them validate: in the order of
 * time where they are pieces of at most `length` steps of a single series.
 */
export const splitSequences = (
  file: StoredFile,
  fractions: Fractions,
  length: number | null,
): Result<Splits<StoredSplit>> => {
  const pieces = (split: StoredSplit): StoredSplit =>
    length === null ? split : cut(split, length);
  if (file.kind === "whole") {
    // Pieces of many sequences stay on the side of their sequence.
    if (file.all.count === 1) return split(pieces(file.all), fractions);
    const splits = split(file.all, fractions);
    return splits.ok ? success(mapSplits(splits.value, pieces), splits.warnings) : splits;
  }
  const { splits } = file;
  const unused = [
    ...(fractions.test === null ? [] : ["test"]),
    ...(fractions.validation === null || splits.validation === undefined ? [] : ["validation"]),
  ];
  const warnings = unused.length === 0 ? [] : [unusedFractions(unused)];
  const validated =
    splits.validation === undefined
      ? holdOut(splits.train, "validation", fractions.validation)
      : success<Held>({ rest: splits.train, held: splits.validation });
  if (!validated.ok) return validated;
  const { rest, held } = validated.value;
  const all = { train: rest, ...(held === null ? {} : { validation: held }), test: splits.test };
  return success(mapSplits(all, pieces), [...warnings, ...validated.warnings]);
};

/** One set of sequences as splits; a single sequence is all of them, and one says so. */
const split = (all: StoredSplit, { test, validation }: Fractions): Result<Splits<StoredSplit>> => {
  if (all.count < 2) {
    if (validation !== null && validation > 0) return failure(noneToSpare("validation", all.count));
    return success({ train: all, test: all }, [oneForAll(all.starts?.at(-1))]);
  }
  const tested = holdOut(all, "test", test ?? Math.max(0.1, 1 / all.count));
  if (!tested.ok) return tested;
  const validated = holdOut(tested.value.rest, "validation", validation);
  if (!validated.ok) return validated;
  const { rest, held } = validated.value;
  return success(
    {
      train: rest,
      ...(held === null ? {} : { validation: held }),
      test: tested.value.held ?? all,
    },
    [...tested.warnings, ...validated.warnings],
  );
};

interface Held {
  readonly rest: StoredSplit;
  readonly held: StoredSplit | null;
}

/** The last `fraction` of the sequences apart from the others: at least one, and never all. */
const holdOut = (
  all: StoredSplit,
  what: "test" | "validation",
  fraction: number | null,
): Result<Held> => {
  if (fraction === null || (fraction === 0 && what === "validation")) {
    return success({ rest: all, held: null });
  }
  if (all.count < 2) return failure(noneToSpare(what, all.count));
  const wanted = Math.round(fraction * all.count);
  const held = Math.min(all.count - 1, Math.max(1, wanted));
  const warnings = held === wanted ? [] : [fractionOfFew(what, fraction, all.count, held)];
  const border = all.count - held;
  return success({ rest: subset(all, 0, border), held: subset(all, border, all.count) }, warnings);
};

const noneToSpare = (what: string, count: number): Diagnostic =>
  tooFew(`sequences to set some aside for ${what}`, "2 to train and to keep apart", `${count}`, [
    "a single long series is cut into pieces in time by `length = N`",
  ]);

/** The sequences from `from` to before `to`. */
const subset = (split: StoredSplit, from: number, to: number): StoredSplit => {
  const { starts } = split;
  const firstFrame = starts?.[from] ?? 0;
  const lastFrame = starts?.[to] ?? 0;
  return {
    count: to - from,
    ...(starts === undefined
      ? {}
      : { starts: starts.slice(from, to + 1).map((start) => start - firstFrame) }),
    fields: split.fields.map((field) => {
      if (field.per === "shared") return field;
      const size = volume(field.shape);
      const [a, b] = field.per === "step" ? [firstFrame, lastFrame] : [from, to];
      return { ...field, values: field.values.subarray(a * size, b * size) };
    }),
  };
};

/** Cuts longer sequences into pieces of at most `length` steps, the last one shorter. */
const cut = (split: StoredSplit, length: number): StoredSplit => {
  const { starts } = split;
  if (starts === undefined) return split;
  const pieces: number[] = [];
  const owners: number[] = [];
  for (let i = 0; i < split.count; i += 1) {
    const end = starts[i + 1] ?? 0;
    for (let at = starts[i] ?? 0; at < end; at += length) {
      pieces.push(at);
      owners.push(i);
    }
  }
  const fields = split.fields.map((field) => {
    if (field.per !== "sequence") return field;
    const size = volume(field.shape);
    const values = new Float32Array(owners.length * size);
    owners.forEach((owner, i) => {
      values.set(field.values.subarray(owner * size, (owner + 1) * size), i * size);
    });
    return { ...field, values };
  });
  return { count: owners.length, starts: [...pieces, starts.at(-1) ?? 0], fields };
};
