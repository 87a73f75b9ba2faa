import { elements } from "../../../graph/shapes.ts";
import type { Instruction } from "../../program.ts";
import { isSlow } from "../../analysis/cost.ts";
import type { LeafStatement } from "../plan/uses.ts";
import {
  isDisjointAlong,
  ownerOf,
  partFrom,
  type PartitionedAccess,
  type ProgramFootprint,
} from "./footprint.ts";

/** One way to divide a statement's work among the threads. */
export interface Option {
  /** The statement, with its axes as this way needs them. */
  readonly leaf: LeafStatement;
  /** The axis that is split; -1: the first thread does it all. */
  readonly axis: number;
  /** Of the axis; 1 if there is none. */
  readonly size: number;
  /** How long the slowest thread takes, in ns. */
  readonly time: number;
  readonly splits: readonly PartitionedAccess[];
}

/** What a barrier costs, in ns. */
export const barrierTime = 1000;

/** A part of columns is never smaller: one vector of the widest machine. */
const leastColumns = 16;

/** The ways to divide a statement that give the same results, doing it alone last. */
export function optionsOf(
  leaf: LeafStatement,
  footprints: readonly ProgramFootprint[],
  threads: number,
): Option[] {
  const work = workOf(leaf);
  const options: Option[] = [];
  for (const [axis, size] of leaf.axes.entries()) {
    if (!canSplit(leaf, footprints, axis, threads)) continue;
    const time = work * largestPart(size, threads) * slowdown(leaf, axis, threads);
    const splits = footprints.map((footprint) => ({
      footprint,
      axis,
      owner: ownerOf(footprint, axis, threads),
    }));
    options.push({ leaf, axis, size, time, splits });
  }
  const splits = footprints.map((footprint) => ({ footprint, axis: -1, owner: undefined }));
  return [...options, { leaf, axis: -1, size: 1, time: work, splits }];
}

/**
 * The sizes along which the most time could be saved, at most `count`: that of the batch is among them, as a rule.
 */
export function commonSizes(options: readonly (readonly Option[])[], count: number): number[] {
  const saved = new Map<number, number>();
  for (const some of options) {
    const sizes = new Set(some.filter(({ axis }) => axis >= 0).map(({ size }) => size));
    for (const size of sizes) saved.set(size, (saved.get(size) ?? 0) + (some.at(-1)?.time ?? 0));
  }
  const order = [...saved].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return order.slice(0, count).map(([size]) => size);
}

const canSplit = (
  leaf: LeafStatement,
  footprints: readonly ProgramFootprint[],
  axis: number,
  threads: number,
): boolean => {
  const size = leaf.axes[axis] ?? 1;
  if (size < 2) return false;
  if (leaf.kind === "product") {
    if (axis === leaf.column && Math.floor(size / threads) < leastColumns) return false;
  } else {
    const ordered = leaf.order === "sequential" ? 1 : 0;
    if (axis >= leaf.axes.length - Math.max(leaf.reduced, ordered)) return false;
  }
  return footprints.every((footprint) => !footprint.writes || isDisjointAlong(footprint, axis));
};

/** The part of an axis that the thread with most of it has. */
const largestPart = (size: number, threads: number): number => {
  let most = 0;
  for (let i = 0; i < threads; i++) {
    most = Math.max(most, partFrom(size, i + 1, threads) - partFrom(size, i, threads));
  }
  return most / size;
};

/** How much longer one element takes because vectors or tiles are cut. */
const slowdown = (leaf: LeafStatement, axis: number, threads: number): number => {
  const part = Math.max(1, Math.floor((leaf.axes[axis] ?? 1) / threads));
  if (leaf.kind === "product") {
    if (axis === leaf.column) return part % 32 === 0 ? 1.1 : 1.1 + 8 / part;
    return axis === leaf.row ? 1 + 0.5 / part : 1;
  }
  const vectors = leaf.body.some(
    (one) =>
      (one.op === "store" || one.op === "reduce") && Math.abs(one.to.strides[axis] ?? 0) === 1,
  );
  if (!vectors) return 1;
  return part < leastColumns ? 1.5 : 1.02;
};

/** Of one thread that does it all, in ns: enough to tell what is worth a barrier. */
const workOf = (leaf: LeafStatement): number => {
  const runs = elements(leaf.axes);
  const each = leaf.body.reduce((all, one) => all + costOf(one), 0);
  const sums =
    leaf.kind === "product" ? leaf.terms.reduce((all, { inner }) => all + elements(inner), 0) : 0;
  return 20 + runs * (each + sums * 0.04);
};

const costOf = (instruction: Instruction): number => {
  if (instruction.op === "load" || instruction.op === "store") {
    return instruction.op === "load" && instruction.from.dynamic === undefined ? 0.05 : 0.08;
  }
  if (instruction.op === "running") return 0.5;
  return isSlow(instruction) ? 0.2 : 0.015;
};
