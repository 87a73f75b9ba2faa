/** Padded sequences: an array `lengths` beside them says how many steps of each are real. */
import { volume, type Numbers } from "./array.ts";
import type { Asked } from "./collect.ts";

/**
 * The array `lengths` [sequences] of a file, where it is about its other fields: where one of them has steps, and nobody
 * asked for `lengths` as a field of another kind.
 */
export const givenLengths = (
  names: readonly string[],
  lengths: Numbers,
  { perOf }: Asked,
): readonly number[] | undefined =>
  perOf("lengths") === "step" && names.some((name) => name !== "lengths" && perOf(name) === "step")
    ? [...lengths]
    : undefined;

/** All frames of sequences one after the other. */
export interface JoinedFrames {
  readonly values: Numbers;
  /** Of one frame. */
  readonly shape: readonly number[];
  /** Frames of each sequence. */
  readonly steps: readonly number[];
}

/** The values without what lies beyond the lengths, or why these are none. */
export const unpad = (
  { values, shape, steps }: JoinedFrames,
  lengths: readonly number[],
): Numbers | string => {
  if (lengths.length !== steps.length) {
    return `there are ${lengths.length} lengths for ${steps.length} sequences`;
  }
  const wrong = lengths.findIndex((length, i) => !isLength(length, steps[i] ?? 0));
  if (wrong >= 0) {
    const most = steps[wrong] ?? 0;
    return `its lengths must be whole numbers from 0 to ${most}; that of sequence ${wrong + 1} is ${lengths[wrong] ?? 0}`;
  }
  if (lengths.every((length, i) => length === steps[i])) return values;
  const size = volume(shape);
  const total = lengths.reduce((a, b) => a + b, 0) * size;
  const kept = values instanceof Uint8Array ? new Uint8Array(total) : new Float32Array(total);
  let [from, to] = [0, 0];
  lengths.forEach((length, i) => {
    kept.set(values.subarray(from, from + length * size), to);
    from += (steps[i] ?? 0) * size;
    to += length * size;
  });
  return kept;
};

const isLength = (length: number, most: number): boolean =>
  Number.isInteger(length) && length >= 0 && length <= most;
