/**
 * How far float32 may be from the reference. The reference runs again with every computed number off by a little; how far the results
 * move is how far rounding moves them. Decisions that would move too (which category, which is larger) are reported.
 */
import type { Graph, Node, OpName } from "../../src/graph/op.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { agreesOn, decidingIn, type Decision } from "./decisions.ts";

type Arrays = ReadonlyMap<string, HostArray>;

export interface Expected {
  readonly values: Arrays;
  /** By output: the largest difference of an element that float32 explains. */
  readonly tolerances: ReadonlyMap<string, number>;
}

/** Why the same graph needs other numbers. */
export type Unfit = "border" | "not finite" | "ill-conditioned";

/**
 * One operation of a fast backend is off by at most a few units in the last place, 2^-24 of the result each; here every result is
 * off by four.
 */
const NUDGE = 2 ** -22;
/** Runs that are off, so many that hardly any result stays near by chance, and how much farther than the farthest may be. */
const RUNS = 4;
const MARGIN = 4;
/** A result that rounding moves by more than this part of itself tells nothing. */
const SHARP = 0.01;
/** Of float32; nearer to 0, numbers have fewer digits, or are 0. */
const LARGEST = 2 ** 128;
const SMALLEST = 2 ** -126;

/** What the reference makes of the graph, and what may be made of it in float32. */
export const expectedOf = (graph: Graph, feed: Arrays): Expected | Unfit => {
  const exact = runOnce(graph, feed, undefined);
  const isFinite = [...exact.values.values()].every(({ data }) => data.every(Number.isFinite));
  if (!isFinite || exact.overflows) return "not finite";
  const tolerances = new Map<string, number>();
  const deviations = new Map<string, number>();
  for (let run = 1; run <= RUNS; run += 1) {
    const moved = runOnce(graph, feed, run);
    if (!agreesOn(exact.decisions, moved.decisions)) return "border";
    for (const [name, { data }] of exact.values) {
      const other = moved.values.get(name)?.data ?? [];
      const deviation = largestDifference(data, other);
      deviations.set(name, Math.max(deviation, deviations.get(name) ?? 0));
    }
  }
  for (const [name, { data }] of exact.values) {
    const largest = largestDifference(data, new Float64Array(data.length));
    const tolerance = MARGIN * Math.max(deviations.get(name) ?? 0, NUDGE * largest, 1e-30);
    // What is made of numbers that cancel is nothing but their rounding.
    if (tolerance > SHARP * Math.max(largest, 1e-4)) return "ill-conditioned";
    tolerances.set(name, tolerance);
  }
  return { values: exact.values, tolerances };
};

/** What differs by more than float32 explains: outputs by how many times that much, the worst first. */
export const disagreements = (
  { values, tolerances }: Expected,
  found: Arrays,
): readonly { readonly name: string; readonly times: number }[] =>
  [...values]
    .map(([name, { data }]) => {
      const other = found.get(name)?.data ?? [];
      const difference = other.length === data.length ? largestDifference(data, other) : Infinity;
      return { name, times: difference / (tolerances.get(name) ?? 0) };
    })
    .filter(({ times }) => !(times <= 1))
    .toSorted((a, b) => b.times - a.times);

/** Infinity where one of them is no number. */
const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let largest = 0;
  for (let i = 0; i < a.length; i += 1) {
    const difference = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN));
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
};

interface Run {
  readonly values: Arrays;
  readonly decisions: readonly Decision[];
  /** Whether a number was finite that float32 cannot hold. */
  readonly overflows: boolean;
}

/** Operations that round. Others only move numbers, or choose among them. */
const rounding: ReadonlySet<OpName> = new Set<OpName>([
  "exp",
  "log",
  "sqrt",
  "square",
  "reciprocal",
  "tanh",
  "sigmoid",
  "softplus",
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "sum",
  "prod",
  "softmax",
  "logsumexp",
  "cumsum",
  "cumprod",
  "scatterAdd",
  "overlapAdd",
  "contract",
]);

/** The graph on the reference, exactly or with all that is computed off by a little. */
const runOnce = (graph: Graph, feed: Arrays, nudged: number | undefined): Run => {
  const numbers = new Map<Node, number>();
  const latest = new Map<Node, HostArray>();
  const decisions: Decision[] = [];
  const deciding = decidingIn(graph);
  let overflows = false;
  const values = evaluate(graph, feed, (node, value, step) => {
    latest.set(node, value);
    overflows ||= value.data.some((x) => Number.isFinite(x) && Math.abs(x) > LARGEST);
    const isRounded = rounding.has(node.op) || (node.op === "input" && step === undefined);
    if (nudged !== undefined && isRounded && node.dtype === "float") {
      const known = numbers.get(node) ?? numbers.size;
      numbers.set(node, known);
      nudge(value.data, Math.imul(nudged, 7919) + Math.imul(known, 104_729));
    }
    const decision = deciding(node, (one) => latest.get(one));
    if (decision !== undefined) decisions.push(decision);
  });
  return { values, decisions, overflows };
};

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

/**
 * Equal numbers stay equal: ties that a model has by construction are ties on every backend. What has few digits, such as counts and
 * masks, was computed without rounding.
 */
const nudge = (data: HostArray["data"], seed: number): void => {
  for (let i = 0; i < data.length; i += 1) {
    const x = data[i] ?? 0;
    bits[0] = x;
    if (words[0] === 0 && ((words[1] ?? 0) & 0xff) === 0) continue;
    if (Math.abs(x) < SMALLEST) {
      data[i] = seed & 1 ? 0 : Math.fround(x);
      continue;
    }
    let hash = Math.imul((words[0] ?? 0) ^ seed, 0x2c1b3c6d) ^ (words[1] ?? 0);
    hash = Math.imul(hash ^ (hash >>> 15), 0x297a2d39);
    hash = Math.imul(hash ^ (hash >>> 12), 0x2c1b3c6d);
    data[i] = x * (1 + ((hash ^ (hash >>> 15)) & 1 ? NUDGE : -NUDGE));
  }
};
