/**
 * How far float32 may be from the reference. The reference runs again with every computed number off by a little; how far the results
 * move is how far rounding moves them. Decisions that rounding may turn (which category, which is larger) are reported where they matter.
 */
import { invariant } from "../../src/diagnostics/invariant.ts";
import type { Graph, Node, OpName } from "../../src/graph/op.ts";
import type { HostArray } from "../../src/runtime/backend.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { decideOtherwise, decisionOf, unclear, type Decision } from "./decisions.ts";

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
/** Of a million results some stay near in four runs all the same: what seems wrong is judged by this many. */
export const MANY_RUNS = 64;
const MARGIN = 4;
/** A result that rounding moves by more than this part of itself tells nothing. */
const SHARP = 0.01;
/** Of float32; nearer to 0, numbers have fewer digits, or are 0. */
const LARGEST = 2 ** 128;
const SMALLEST = 2 ** -126;

/**
 * What the reference makes of the graph, and what may be made of it in float32. All runs that are off decide as the exact one does.
 * Where a choice may go the other way, one more run turns all of those: it has to stay as near.
 */
export const expectedOf = (graph: Graph, feed: Arrays, runs: number = RUNS): Expected | Unfit => {
  const exact = runOnce(graph, feed, {});
  const isFinite = [...exact.values.values()].every(({ data }) => data.every(Number.isFinite));
  if (!isFinite || exact.overflows) return "not finite";
  const deviations = new Map<string, number>();
  const turned = new Map<number, Set<number>>();
  for (let run = 1; run <= runs; run += 1) {
    const moved = runOnce(graph, feed, { nudged: run, decided: exact.decisions });
    exact.decisions.forEach((decision, k) => {
      const other = moved.decisions[k];
      invariant(other !== undefined, "all runs decide as often");
      const elements = unclear(decision, other);
      if (elements.length > 0) turned.set(k, new Set([...(turned.get(k) ?? []), ...elements]));
    });
    for (const [name, deviation] of differences(exact.values, moved.values))
      deviations.set(name, Math.max(deviation, deviations.get(name) ?? 0));
  }
  const tolerances = new Map<string, number>();
  for (const [name, { data }] of exact.values) {
    const largest = largestDifference(data, new Float64Array(data.length));
    const tolerance = MARGIN * Math.max(deviations.get(name) ?? 0, NUDGE * largest, 1e-30);
    // What is made of numbers that cancel is nothing but their rounding.
    if (tolerance > SHARP * Math.max(largest, 1e-4)) return "ill-conditioned";
    tolerances.set(name, tolerance);
  }
  if (turned.size > 0) {
    const otherwise = differences(exact.values, runOnce(graph, feed, { turned }).values);
    // The other half is for rounding.
    for (const [name, difference] of otherwise)
      if (!(difference <= (tolerances.get(name) ?? 0) / 2)) return "border";
  }
  return { values: exact.values, tolerances };
};

const differences = (exact: Arrays, other: Arrays): readonly (readonly [string, number])[] =>
  [...exact].map(([name, { data }]) => [
    name,
    largestDifference(data, other.get(name)?.data ?? []),
  ]);

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

/** Infinity where one of them is not a number. */
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

/** Whether the operation rounds. Others only move numbers, or choose among them. */
const rounds: Readonly<Record<OpName, boolean>> = {
  exp: true,
  log: true,
  sqrt: true,
  square: true,
  reciprocal: true,
  lgamma: true,
  digamma: true,
  trigamma: true,
  sin: true,
  cos: true,
  tanh: true,
  sigmoid: true,
  softplus: true,
  add: true,
  sub: true,
  mul: true,
  div: true,
  pow: true,
  sum: true,
  prod: true,
  softmax: true,
  logSoftmax: true,
  logsumexp: true,
  cumsum: true,
  cumprod: true,
  scatterAdd: true,
  overlapAdd: true,
  contract: true,
  neg: false,
  abs: false,
  sign: false,
  relu: false,
  max: false,
  min: false,
  greater: false,
  equal: false,
  amax: false,
  input: false,
  constant: false,
  iota: false,
  stop: false,
  cast: false,
  select: false,
  argsort: false,
  argmax: false,
  onehot: false,
  gather: false,
  reshape: false,
  transpose: false,
  broadcast: false,
  concat: false,
  slice: false,
  pad: false,
  reverse: false,
  windows: false,
  scan: false,
  project: false,
};

/** What becomes of a run beside what is computed exactly. */
interface Influence {
  /** All that is computed is off by a little, by something else for another number. */
  readonly nudged?: number;
  /** What is decided, whatever the numbers. */
  readonly decided?: readonly Decision[];
  /** By decision: elements that are decided otherwise. */
  readonly turned?: ReadonlyMap<number, Iterable<number>>;
}

const runOnce = (graph: Graph, feed: Arrays, { nudged, decided, turned }: Influence): Run => {
  const numbers = new Map<Node, number>();
  const latest = new Map<Node, HostArray>();
  const decisions: Decision[] = [];
  let overflows = false;
  const values = evaluate(graph, feed, (node, value, step) => {
    latest.set(node, value);
    overflows ||= value.data.some((x) => Number.isFinite(x) && Math.abs(x) > LARGEST);
    const isRounded = rounds[node.op] || (node.op === "input" && step === undefined);
    if (nudged !== undefined && isRounded && node.dtype === "float") {
      const known = numbers.get(node) ?? numbers.size;
      numbers.set(node, known);
      nudge(value.data, Math.imul(nudged, 7919) + Math.imul(known, 104_729));
    }
    const operands = node.operands.flatMap((operand) => latest.get(operand) ?? []);
    const decision = decisionOf(node, value, operands);
    if (decision === undefined) return;
    const other = decided?.[decisions.length];
    if (other !== undefined) value.data.set(other.chosen);
    decideOtherwise(node, value, operands, turned?.get(decisions.length) ?? []);
    decisions.push(decision);
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
