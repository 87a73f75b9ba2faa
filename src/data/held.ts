/** Numbers as 32-bit floats hold them, or the first that they do not. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { cannotHold } from "./errors.ts";

/** Whether a number is finite but 32 bits make it infinite. */
const overflows = (value: number): boolean =>
  Number.isFinite(value) && !Number.isFinite(Math.fround(value));

/** Whether a whole number would be rounded. */
const rounds = (value: number): boolean => Math.fround(value) !== value;

/** Below this doubles tell all whole numbers apart. */
const surelyWhole = 2 ** 53;

/** Says of element `at` what is wrong with it. */
type Complain = (at: number, text: string, whole: boolean) => Diagnostic;

/** A complaint that names the place in an array of a shape. */
export const inArray =
  (path: string, shape: readonly number[]): Complain =>
  (at, text, whole) => {
    let rest = at;
    const place = shape
      .toReversed()
      .map((size) => {
        const index = rest % size;
        rest = Math.floor(rest / size);
        return index;
      })
      .toReversed();
    return cannotHold(path, `element [${place.join(", ")}]`, text, whole);
  };

/**
 * Fractions are rounded to 24 bits, as every computation on them is; what becomes infinite is refused. Where all are whole,
 * they count or name something, and none may be rounded.
 */
export const holdFloats = (values: Float64Array, complain: Complain): Result<Float32Array> => {
  const held = new Float32Array(values);
  const isWhole = values.every((value) => Number.isInteger(value) || !Number.isFinite(value));
  for (let i = 0; i < held.length; i += 1) {
    const value = values[i] ?? 0;
    if (overflows(value)) return failure(complain(i, `${value}`, false));
    if (isWhole && rounds(value) && Math.abs(value) < surelyWhole) {
      return failure(complain(i, `${value}`, true));
    }
  }
  return success(held);
};

export const holdWhole = (
  values: Int32Array | Uint32Array,
  complain: Complain,
): Result<Float32Array> => {
  const held = new Float32Array(values);
  for (let i = 0; i < held.length; i += 1) {
    if (held[i] !== values[i]) return failure(complain(i, `${values[i] ?? 0}`, true));
  }
  return success(held);
};

export const holdWide = (
  values: BigInt64Array | BigUint64Array,
  complain: Complain,
): Result<Float32Array> => {
  const held = new Float32Array(values.length);
  for (let i = 0; i < held.length; i += 1) {
    const value = values[i] ?? 0n;
    held[i] = Number(value);
    if (BigInt(held[i] ?? 0) !== value) return failure(complain(i, `${value}`, true));
  }
  return success(held);
};

const decimalForm = /^[+-]?(\d+)(?:\.(\d*))?(?:[eE]\+?(\d{1,3}))?$/u;

/** The digits of a whole number that is written to its last place, also as `numpy.savetxt` does: 1.60000000e+01. */
const wholeDigits = (image: string): string | undefined => {
  const [, whole, fraction = "", exponent = "0"] = decimalForm.exec(image) ?? [];
  const places = Number(exponent);
  const isWhole = fraction.length >= places && !/[1-9]/u.test(fraction.slice(places));
  return whole === undefined || !isWhole ? undefined : whole + fraction.slice(0, places);
};

/** A decimal number as written, or which way 32 bits do not hold it. */
export const holdDecimal = (image: string): number | "large" | "rounded" => {
  const value = Number(image);
  if (Math.abs(value) <= 2 ** 24) return value;
  if (!Number.isFinite(Math.fround(value))) return "large";
  const digits = wholeDigits(image);
  if (digits === undefined) return value;
  const exact =
    Math.abs(value) < surelyWhole
      ? !rounds(value)
      : BigInt(digits) === BigInt(Math.abs(Math.fround(value)));
  return exact ? value : "rounded";
};
