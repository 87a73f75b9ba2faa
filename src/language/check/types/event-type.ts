/** Types of the language: a base and named axes, each with the name the user gave it and where it came from. */
import type { Label } from "../../../diagnostics/diagnostic.ts";
import type { Base } from "../../../ir/model.ts";
import type { Dim } from "../../../shape/dim.ts";
import { evaluate, size } from "../../../shape/dim.ts";

/** One event axis. Two axes match when their dimensions are the same polynomial, whatever they are called. */
export interface Axis {
  readonly dim: Dim;
  /** As the user wrote it: `P`, where the dimension is `H + R*Z`. */
  readonly shown: string;
  /** What fixed it, where that is not obvious: "W is H here, because ...". */
  readonly origin?: Label;
  /** `_`: the first call decides. */
  readonly hole?: true;
}

/** The type of one event; batch, particle and time axes belong to the compiler and never appear. */
export interface EventType {
  readonly base: Base;
  readonly axes: readonly Axis[];
  /** What an index selects from. */
  readonly of?: Axis;
}

/** Known sizes of dimension names. */
export type DimSizes = ReadonlyMap<string, number>;

/** Names inside a memory are kept apart from the file's by a prefix that nobody should see. */
const readable = (dim: Dim): string => dim.replace(/[^\s*+-]*\./gu, "");

/** An axis that nobody named. */
export const axisOf = (dim: Dim): Axis => ({ dim, shown: readable(dim) });

export const literalAxis = (value: number): Axis => axisOf(size(value));

export const sameAxes = (a: readonly Axis[], b: readonly Axis[]): boolean =>
  a.length === b.length && a.every((axis, i) => axis.dim === b[i]?.dim);

/** Whether a number is no place of the axis, as far as its size is known. */
export const isOutside = (place: number, axis: Axis, sizes: DimSizes): boolean => {
  const known = evaluate(axis.dim, sizes);
  return !Number.isInteger(place) || place < 0 || (known !== undefined && place >= known);
};

/** The axes as written: an index shows what it selects from last. */
export const listed = ({ axes, of, base }: EventType): readonly Axis[] =>
  of === undefined || base === "perm" ? axes : [...axes, of];

/** `[R, Z]`. */
export const showAxes = (axes: readonly Axis[]): string =>
  `[${axes.map(({ shown }) => shown).join(", ")}]`;

const showSizes = (axes: readonly Axis[], sizes: DimSizes): string => {
  const known = axes.map(({ dim }) => evaluate(dim, sizes));
  if (known.every((value) => value === undefined)) return "";
  return ` (= ${known.map((value) => value ?? "?").join(" x ")})`;
};

/** `normal[Z] (= 32)`. */
export const showNamed = (name: string, axes: readonly Axis[], sizes: DimSizes): string =>
  axes.length === 0 ? name : `${name}${showAxes(axes)}${showSizes(axes, sizes)}`;

/** Names and sizes: `real[R, Z] (= 1 x 32)`. */
export const showType = (type: EventType, sizes: DimSizes): string =>
  showNamed(type.base, listed(type), sizes);

/** Labels that say where these axes came from. */
export const origins = (axes: readonly Axis[]): readonly Label[] =>
  axes.flatMap(({ origin }) => (origin === undefined ? [] : [origin]));
