/** A program's numbers beside those of the graph that defines it. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Graph, NodeOf, Shape } from "../../graph/op.ts";
import type { HostArray } from "../../runtime/backend.ts";
import { evaluate } from "../../runtime/reference.ts";
import type { Feed } from "../feed.ts";

/** Where a program and the reference differ most, beyond what rounding explains. */
export interface Difference {
  readonly output: string;
  /** From 1, where the output has a value for each. */
  readonly sequence?: number;
  readonly found: number;
  readonly expected: number;
  /** The largest difference that is allowed. */
  readonly tolerance: number;
}

/**
 * What rounding the result of every operation of the reference to float32 changes is one sample of what rounding does to this
 * graph; other orders of summation and functions that are off by a few last places may do so many times as much.
 */
const ROUNDING = 32;
/**
 * Of an output's largest number: what float32 loses in sums, whose terms that sample adds exactly. 30,000 numbers added one
 * after another are off by about 2^-24 √30000; the shipped models' programs are off by 4e-6 at most.
 */
const RELATIVE = 1e-5;
/**
 * For each time that the few sequences come again in the batch: in a mean of equal numbers roundings do not cancel but add up,
 * each by at most 2^-24 of the sum.
 */
const REPEATED: number = 2 ** -24;
/** What differences of numbers around 1 leave where nothing should be left. */
const ABSOLUTE = 1e-6;

/** The same with the result of every operation rounded to float32. */
const evaluateRounded = (graph: Graph, feed: Feed): ReadonlyMap<string, HostArray> =>
  evaluate(graph, feed, ({ dtype }, { data }) => {
    if (dtype === "int") return;
    for (let i = 0; i < data.length; i += 1) data[i] = Math.fround(data[i] ?? 0);
  });

/** Reads `data` of a whole batch as if it were the first sequences over and over. */
const cycle = ({ shape, data }: HostArray, axis: number, from: number, to: number): HostArray => {
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const old = shape[axis] ?? 1;
  const outer = data.length / (old * inner);
  const result = new Float64Array(outer * to * inner);
  for (let o = 0; o < outer; o += 1) {
    for (let i = 0; i < to; i += 1) {
      const start = (o * old + (i % from)) * inner;
      result.set(data.subarray(start, start + inner), (o * to + i) * inner);
    }
  }
  return { shape: shape.with(axis, to), data: result };
};

const differingAxis = (a: Shape, b: Shape): number => a.findIndex((size, axis) => size !== b[axis]);

/** Inputs for a few sequences, and those for the whole batch in which these come again and again. */
export const repeatFirst = (
  feed: Feed,
  whole: readonly NodeOf<"input">[],
  few: readonly NodeOf<"input">[],
  sequences: number,
): { readonly whole: Feed; readonly few: Feed } => {
  const small = new Map(few.map((node) => [node.attrs.name, node.shape]));
  const given = whole.map(({ attrs: { name }, shape }) => {
    const array = feed.get(name);
    invariant(array !== undefined, `nothing to feed for ${name}`);
    const axis = differingAxis(shape, small.get(name) ?? shape);
    return { name, array, axis, size: shape[axis] ?? 1 };
  });
  return {
    whole: new Map(
      given.map(({ name, array, axis, size }) => [
        name,
        axis < 0 ? array : cycle(array, axis, sequences, size),
      ]),
    ),
    few: new Map(
      given.map(({ name, array, axis }) => [
        name,
        axis < 0 ? array : cycle(array, axis, sequences, sequences),
      ]),
    ),
  };
};

/** How the few sequences lie in the outputs of the whole batch. */
export interface OutputLayout {
  /** The axis that counts sequences, where all outputs have one. */
  readonly sequenceAxis?: number | undefined;
  /** How often each sequence comes. */
  readonly repeats: number;
}

/**
 * The worst difference of a program's results from its definition's; `undefined` where all is within the tolerance. What
 * rounding allows for is computed where something is beyond the rest of the tolerance.
 */
export const compare = (
  definition: Graph,
  feed: Feed,
  found: Feed,
  layout: OutputLayout,
): Difference | undefined => {
  const exact = evaluate(definition, feed);
  return worstOf(exact, exact, found, layout) === undefined
    ? undefined
    : worstOf(exact, evaluateRounded(definition, feed), found, layout);
};

const worstOf = (
  exact: Feed,
  rounded: Feed,
  found: Feed,
  { sequenceAxis, repeats }: OutputLayout,
): Difference | undefined => {
  let worst: Difference | undefined;
  for (const [output, expected] of exact) {
    const actual = found.get(output);
    invariant(actual !== undefined, `the program has no output ${output}`);
    const tolerance = toleranceOf(expected, rounded.get(output), repeats);
    if (tolerance === undefined) continue;
    const axis = sequenceAxis ?? differingAxis(actual.shape, expected.shape);
    const place = worstPlace(actual, expected, tolerance, axis);
    if (place === undefined) continue;
    const { sequence, ...numbers } = place;
    const difference = { output, ...numbers, tolerance, ...(axis < 0 ? {} : { sequence }) };
    if (worst === undefined || excess(difference) > excess(worst)) worst = difference;
  }
  return worst;
};

type Numbers = Pick<Difference, "found" | "expected" | "tolerance">;

/** How often the tolerance is exceeded; what is not a number exceeds all. */
const excess = ({ found, expected, tolerance }: Numbers): number => {
  const error = Math.abs(found - expected) / tolerance;
  return Number.isNaN(error) ? Infinity : error;
};

/** Where an output of a whole batch is furthest from that of its first sequences, beyond the tolerance. */
const worstPlace = (
  actual: HostArray,
  expected: HostArray,
  tolerance: number,
  axis: number,
): { readonly found: number; readonly expected: number; readonly sequence: number } | undefined => {
  const [size, few] = [actual.shape[axis] ?? 1, expected.shape[axis] ?? 1];
  const wanted = size === few ? expected : cycle(expected, axis, few, size);
  const inner = actual.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  let [place, most] = [-1, 1];
  for (const [i, found] of actual.data.entries()) {
    const beyond = excess({ found, expected: wanted.data[i] ?? NaN, tolerance });
    if (beyond > most) [place, most] = [i, beyond];
  }
  return place < 0
    ? undefined
    : {
        found: actual.data[place] ?? NaN,
        expected: wanted.data[place] ?? NaN,
        sequence: (Math.floor(place / inner) % size) + 1,
      };
};

/** `undefined` where float32 cannot hold what the output is made of. */
const toleranceOf = (
  exact: HostArray,
  rounded: HostArray | undefined,
  repeats: number,
): number | undefined => {
  let [largest, changed] = [0, 0];
  for (const [i, value] of exact.data.entries()) {
    const other = rounded?.data[i] ?? NaN;
    if (!Number.isFinite(value) || !Number.isFinite(other)) return undefined;
    largest = Math.max(largest, Math.abs(value));
    changed = Math.max(changed, Math.abs(value - other));
  }
  return ROUNDING * changed + (RELATIVE + REPEATED * repeats) * largest + ABSOLUTE;
};
