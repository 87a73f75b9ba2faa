/** What declared types say of the values of data, and the first value that a type forbids. */
import type { Numbers } from "./array.ts";
import type { Offence } from "./errors.ts";

/** The types of the language. */
export type Base = "real" | "pos" | "unit" | "simplex" | "count" | "index" | "perm";

/** A type with its sizes. */
export interface ValueType {
  readonly base: Base;
  /** Axes of one value. */
  readonly shape: readonly number[];
  /** For `index` and `perm`: how many things are indexed. */
  readonly of?: number;
}

/** What is wrong with the value at a place among all values. */
interface Wrong {
  readonly at: number;
  readonly rule: string;
  /** Instead of the value, where it is a whole row of the last axis that is wrong. */
  readonly shown?: string;
}

/** How far float32 numbers of a file may sum from 1. */
const sumTolerance = 1e-4;

const firstWhere = (
  values: Numbers,
  isWrong: (value: number) => boolean,
  rule: string,
): Wrong | undefined => {
  for (let at = 0; at < values.length; at += 1) {
    if (isWrong(values[at] ?? 0)) return { at, rule };
  }
  return undefined;
};

/** The first row of the last axis that `explain` says something of. */
const firstRow = (
  values: Numbers,
  size: number,
  explain: (row: Numbers) => { readonly rule: string; readonly shown: string } | undefined,
): Wrong | undefined => {
  for (let at = 0; size > 0 && at + size <= values.length; at += size) {
    const why = explain(values.subarray(at, at + size));
    if (why !== undefined) return { at, ...why };
  }
  return undefined;
};

const notWhole = (values: Numbers, of: number): Wrong | undefined =>
  firstWhere(
    values,
    (x) => !(Number.isInteger(x) && x >= 0 && x < of),
    `is not a whole number from 0 to ${of - 1}`,
  );

const checks: Readonly<
  Record<Base, (values: Numbers, lastAxis: number, of: number) => Wrong | undefined>
> = {
  real: () => undefined,
  pos: (values) => firstWhere(values, (x) => !(x > 0), "is not above 0"),
  unit: (values) => firstWhere(values, (x) => !(x >= 0 && x <= 1), "is not in [0, 1]"),
  simplex: (values, size) =>
    firstWhere(values, (x) => !(x >= 0 && x <= 1), "is not in [0, 1]") ??
    firstRow(values, size, (row) => {
      let sum = 0;
      for (const value of row) sum += value;
      return Math.abs(sum - 1) <= sumTolerance
        ? undefined
        : { rule: "does not sum to 1", shown: `a vector with the sum ${Number(sum.toFixed(6))}` };
    }),
  count: (values) =>
    firstWhere(values, (x) => !(Number.isInteger(x) && x >= 0), "is not a whole number from 0 on"),
  index: (values, _, of) => notWhole(values, of),
  perm: (values, size, of) =>
    notWhole(values, of) ??
    firstRow(values, size, (row) =>
      new Set(row).size === row.length
        ? undefined
        : { rule: "is not an order: it repeats numbers", shown: `[${row.join(", ")}]` },
    ),
};

const notFinite = (values: Numbers): Wrong | undefined =>
  values instanceof Uint8Array
    ? undefined
    : firstWhere(values, (x) => !Number.isFinite(x), "is not finite");

/** How the values of a field lie one after the other. */
export interface ValueOrder {
  readonly per: "step" | "sequence" | "shared";
  readonly split: string;
  readonly starts?: readonly number[];
}

/** "step 2 of training sequence 3, element [0, 4]": sequences and steps from 1, as time is counted; elements from 0. */
const placeOf = (
  at: number,
  shape: readonly number[],
  { per, split, starts }: ValueOrder,
  rowAxes: number,
): string => {
  const size = shape.reduce((a, b) => a * b, 1);
  const indices: number[] = [];
  let rest = at % size;
  for (const axis of shape.toReversed()) {
    indices.unshift(rest % axis);
    rest = Math.floor(rest / axis);
  }
  const named = indices.slice(0, indices.length - rowAxes);
  const element = named.length === 0 ? "" : `, element [${named.join(", ")}]`;
  if (per === "shared") return `in the value that all share${element}`;
  const row = Math.floor(at / size);
  if (starts === undefined) return `in ${split} sequence ${row + 1}${element}`;
  const sequence = starts.findLastIndex((start) => start <= row);
  return `at step ${row - (starts[sequence] ?? 0) + 1} of ${split} sequence ${sequence + 1}${element}`;
};

/** The first value that is not finite or that the type forbids; `finite` tells them apart. */
export const firstOffence = (
  values: Numbers,
  { base, shape, of = 0 }: ValueType,
  layout: ValueOrder,
): (Offence & { readonly finite: boolean; readonly number: number }) | undefined => {
  const infinite = notFinite(values);
  const wrong = infinite ?? checks[base](values, shape.at(-1) ?? 1, of);
  if (wrong === undefined) return undefined;
  const number = values[wrong.at] ?? 0;
  return {
    value: wrong.shown ?? `${number}`,
    rule: wrong.rule,
    place: placeOf(wrong.at, shape, layout, wrong.shown === undefined ? 0 : 1),
    finite: infinite === undefined,
    number,
  };
};
