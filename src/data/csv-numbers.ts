/** Cells of a table as numbers. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { cannotHold, malformedFile, missingValue } from "./errors.ts";
import { holdDecimal } from "./held.ts";

const missing: ReadonlySet<string> = new Set(
  [
    ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NAN", "-NaN", "-nan"],
    ["NULL", "null", "None", ".", "?"],
  ].flat(),
);

export const isMissing = (cell: string): boolean => missing.has(cell);

const decimalForm = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u;
const decimalCommaForm = /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/u;
const infinityForm = /^([+-]?)inf(?:inity)?$/iu;

/** Whether a number has points between its thousands and a decimal comma: 1.234,50. */
export const isGrouped = (cell: string): boolean => /^[+-]?\d{1,3}(?:\.\d{3})+,\d+$/u.test(cell);

/** With a point for its decimal comma. */
const pointed = (cell: string, mayHaveComma: boolean): string =>
  mayHaveComma && decimalCommaForm.test(cell) ? cell.replace(",", ".") : cell;

export const isNumeric = (cell: string, mayHaveComma: boolean): boolean =>
  decimalForm.test(pointed(cell, mayHaveComma)) || infinityForm.test(cell);

/** A cell as a number; otherwise why it is none, for the message at its place. */
export const numberOfCell = (
  cell: string,
  mayHaveComma: boolean,
): number | ((path: string, place: string) => Diagnostic) => {
  const image = pointed(cell, mayHaveComma);
  if (decimalForm.test(image)) {
    const held = holdDecimal(image);
    if (typeof held === "number") return held;
    return (path, place) => cannotHold(path, place, cell, held === "rounded");
  }
  const infinite = infinityForm.exec(cell);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  if (missing.has(cell)) {
    const shown = cell === "" ? "an empty cell" : cell;
    return (path, place) => missingValue(path, place, shown);
  }
  const comma = decimalCommaForm.test(cell) || /^[+-]?\d{1,3}(?:[.,]\d{3})+/u.test(cell);
  const help = comma
    ? ["write numbers with a decimal point and nothing between thousands"]
    : /^(?:true|false|yes|no)$/iu.test(cell)
      ? ["write 1 and 0"]
      : [];
  return (path, place) => malformedFile(path, `${place}: "${shorten(cell)}" is not a number`, help);
};

const shorten = (cell: string): string => (cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);

const powers: readonly number[] = Array.from({ length: 16 }, (_, i) => 10 ** i);

/**
 * A short decimal number up to 2^24 by its digits, which is exact: numerator and denominator are. NaN for all other cells.
 */
export const quickNumber = (
  bytes: Uint8Array,
  from: number,
  to: number,
  decimalMark: number,
): number => {
  const first = bytes[from];
  const begin = first === 0x2d || first === 0x2b ? from + 1 : from;
  const size = to - begin > 15 ? NaN : quickSize(bytes, begin, to, decimalMark);
  return first === 0x2d ? -size : size;
};

/** The same without a sign. */
const quickSize = (bytes: Uint8Array, begin: number, to: number, decimalMark: number): number => {
  let digits = 0;
  let value = 0;
  let mark = -1;
  for (let at = begin; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) {
      value = 10 * value + byte - 0x30;
      digits += 1;
    } else if (byte === decimalMark && mark < 0) mark = digits;
    else return NaN;
  }
  if (digits === 0) return NaN;
  const size = mark < 0 ? value : value / (powers[digits - mark] ?? NaN);
  return size > 2 ** 24 ? NaN : size;
};
