/** Which addresses statements access in the course of the program, and which threads meet there. */
import type { BufferDeclaration, LoopProgram } from "../../program.ts";
import { usesOf, type LeafPlace } from "../plan/uses.ts";

/** `count` addresses, `stride` apart; 1 … of them. */
interface Dimension {
  readonly stride: number;
  readonly count: number;
  /** Of the statement, or -1: an inner axis of a product's term, a time loop, a dynamic index. */
  readonly axis: number;
  /** Which of the loops around, or -1. */
  readonly loop: number;
}

/** The set of addresses of one access in the course of the program. */
export interface ProgramFootprint {
  /** Memory: the arena, or an input's or output's own. */
  readonly space: number;
  /** Where its buffer begins in that memory. */
  readonly origin: number;
  /** From the buffer's beginning. */
  readonly base: number;
  /** Those that vary. */
  readonly dimensions: readonly Dimension[];
  /** The least and the greatest address in its memory. */
  readonly lo: number;
  readonly hi: number;
  readonly writes: boolean;
}

const arena = 0;

/** The footprints of a leaf's accesses. Inputs are left out: nothing writes to them. */
export function footprintsIn(program: LoopProgram): (place: LeafPlace) => ProgramFootprint[] {
  const buffers = new Map(
    program.buffers.map((buffer, index) => [buffer.name, { buffer, index }] as const),
  );
  return (place) =>
    usesOf(place.leaf).flatMap((use): ProgramFootprint[] => {
      const known = buffers.get(use.access.buffer);
      if (known === undefined || known.buffer.role === "input") return [];
      const { buffer, index } = known;
      const space = buffer.offset === undefined ? index + 1 : arena;
      const where =
        use.indices === undefined ? everywhere(buffer) : dimensionsOf(place, use, use.indices);
      const origin = buffer.offset ?? 0;
      const { lo, hi } = rangeOf(origin + where.base, where.dimensions);
      return [{ space, origin, ...where, lo, hi, writes: use.writes }];
    });
}

const everywhere = (buffer: BufferDeclaration): Pick<ProgramFootprint, "base" | "dimensions"> => ({
  base: 0,
  dimensions: [{ stride: 1, count: buffer.size, axis: -1, loop: -1 }],
});

const dimensionsOf = (
  { leaf, loops }: LeafPlace,
  { access, sizes }: ReturnType<typeof usesOf>[number],
  indices: number,
): Pick<ProgramFootprint, "base" | "dimensions"> => {
  const dimensions: Dimension[] = [];
  const add = (stride: number, count: number, axis: number, loop: number): void => {
    if (stride !== 0 && count > 1) dimensions.push({ stride, count, axis, loop });
  };
  for (const [axis, stride] of access.strides.entries()) {
    add(stride, sizes[axis] ?? 1, axis < leaf.axes.length ? axis : -1, -1);
  }
  for (const [depth, loop] of loops.entries())
    add(access.steps[depth] ?? 0, loop.length, -1, depth);
  if (access.dynamic !== undefined) add(access.dynamic.stride, indices, -1, -1);
  return { base: access.base, dimensions };
};

const rangeOf = (
  base: number,
  dimensions: readonly Dimension[],
): { readonly lo: number; readonly hi: number } => {
  let lo = base;
  let hi = base;
  for (const { stride, count } of dimensions) {
    if (stride < 0) lo += stride * (count - 1);
    else hi += stride * (count - 1);
  }
  return { lo, hi };
};

/** The first index of a thread's part of `size`; the first of the next thread's is where it ends. */
export const partFrom = (size: number, thread: number, threads: number): number =>
  Math.floor((size * thread) / threads);

/** a mod b, never negative. */
const modulo = (a: number, b: number): number => ((a % b) + b) % b;

/**
 * Which thread owns which address, if splitting `axis` makes that a function of the address alone: the axis has a
 * stride s and a size n, and whatever else moves the address stays within [0, s) or moves it by multiples of s·n. Two
 * footprints with equal owners never have one thread meet what another thread accesses.
 */
export function ownerOf(
  footprint: ProgramFootprint,
  axis: number,
  threads: number,
): string | undefined {
  const along = footprint.dimensions.find((dimension) => dimension.axis === axis);
  if (along === undefined || along.stride < 0) return undefined;
  const { stride, count } = along;
  const period = stride * count;
  let lo = footprint.base;
  let width = 0;
  for (const other of footprint.dimensions) {
    if (other === along || other.stride % period === 0) continue;
    if (other.stride < 0) lo += other.stride * (other.count - 1);
    width += Math.abs(other.stride) * (other.count - 1);
  }
  if (modulo(lo, period) + width >= stride) return undefined;
  // Splits of different axes coincide where they cut the period at the same places.
  let key = `${footprint.space} ${period} ${footprint.origin % period}`;
  for (let i = 1; i < threads; i++) key += ` ${stride * partFrom(count, i, threads)}`;
  return key;
}

/** Whether no address is accessed from two places along `axis` in one run of the statement. */
export function isDisjointAlong(footprint: ProgramFootprint, axis: number): boolean {
  const dimensions = footprint.dimensions.filter(({ loop }) => loop < 0);
  const along = dimensions.find((dimension) => dimension.axis === axis);
  if (along === undefined) return false;
  if (ownerOf({ ...footprint, dimensions }, axis, 1) !== undefined) return true;
  const strides = dimensions.map(({ stride, count }) => ({ stride: Math.abs(stride), count }));
  strides.sort((a, b) => a.stride - b.stride);
  let reach = 0;
  for (const { stride, count } of strides) {
    if (stride <= reach) return false;
    reach += stride * (count - 1);
  }
  return true;
}

/** A footprint of a statement whose axis `axis` is split among threads; -1: the first thread does it all. */
export interface PartitionedAccess {
  readonly footprint: ProgramFootprint;
  readonly axis: number;
  readonly owner: string | undefined;
}

/**
 * Whether one thread may meet in `a` what another thread meets in `b`, and one of the two writes. `same`: how many of the
 * loops around both are known to be in the same iteration.
 */
export function conflict(
  a: PartitionedAccess,
  b: PartitionedAccess,
  same: number,
  threads: number,
): boolean {
  if (a.footprint.space !== b.footprint.space || (!a.footprint.writes && !b.footprint.writes))
    return false;
  if (a.axis < 0 && b.axis < 0) return false;
  if (a.owner !== undefined && a.owner === b.owner) return false;
  if (a.footprint.lo > b.footprint.hi || b.footprint.lo > a.footprint.hi) return false;
  const mine = relative(a.footprint, b.footprint, same);
  const others = relative(b.footprint, a.footprint, same);
  const from = rangeOf(a.footprint.origin + a.footprint.base, mine);
  const to = rangeOf(b.footprint.origin + b.footprint.base, others);
  if (from.lo > to.hi || to.lo > from.hi) return false;
  if (a.axis === b.axis && isSame(a.footprint, mine, b.footprint, others)) return false;
  if (areInterleaved(from.lo, mine, to.lo, others)) return false;
  return threadsMeet({ ...from, along: alongOf(mine, a.axis) }, a.axis < 0, {
    to: { ...to, along: alongOf(others, b.axis) },
    alone: b.axis < 0,
    threads,
  });
}

/** The dimensions without the loops that move both alike. */
const relative = (
  footprint: ProgramFootprint,
  other: ProgramFootprint,
  same: number,
): readonly Dimension[] =>
  same === 0
    ? footprint.dimensions
    : footprint.dimensions.filter(
        ({ loop, stride }) =>
          loop < 0 ||
          loop >= same ||
          !other.dimensions.some((one) => one.loop === loop && one.stride === stride),
      );

/** Whether both access the same address at the same place of their axes, so that a thread meets only itself. */
const isSame = (
  a: ProgramFootprint,
  mine: readonly Dimension[],
  b: ProgramFootprint,
  others: readonly Dimension[],
): boolean =>
  a.origin + a.base === b.origin + b.base &&
  mine.length === others.length &&
  mine.every((x, i) => {
    const y = others[i];
    return x.axis >= 0 && x.axis === y?.axis && x.stride === y.stride && x.count === y.count;
  });

/** Whether they take turns: modulo some stride, what one accesses lies beside what the other does. */
const areInterleaved = (
  lo: number,
  mine: readonly Dimension[],
  otherLo: number,
  others: readonly Dimension[],
): boolean => {
  const apart = (period: number): boolean => {
    const width = widthWithin(mine, period);
    const start = modulo(otherLo - lo, period);
    return start > width && start + widthWithin(others, period) < period;
  };
  return (
    mine.some(({ stride }) => apart(Math.abs(stride))) ||
    others.some(({ stride }) => apart(Math.abs(stride)))
  );
};

const widthWithin = (dimensions: readonly Dimension[], period: number): number =>
  dimensions.reduce(
    (width, { stride, count }) =>
      stride % period === 0 ? width : width + Math.abs(stride) * (count - 1),
    0,
  );

interface Range {
  readonly lo: number;
  readonly hi: number;
  /** The axis that is split, if it moves the address. */
  readonly along: Dimension | undefined;
}

const alongOf = (dimensions: readonly Dimension[], axis: number): Dimension | undefined =>
  axis < 0 ? undefined : dimensions.find((dimension) => dimension.axis === axis);

const threadsMeet = (
  from: Range,
  alone: boolean,
  other: { readonly to: Range; readonly alone: boolean; readonly threads: number },
): boolean => {
  const { threads } = other;
  for (let i = 0; i < (alone ? 1 : threads); i++) {
    const mine = rangeOfThread(from, i, threads);
    for (let j = 0; j < (other.alone ? 1 : threads); j++) {
      if (i === j) continue;
      const others = rangeOfThread(other.to, j, threads);
      if (mine.lo <= others.hi && others.lo <= mine.hi) return true;
    }
  }
  return false;
};

const rangeOfThread = (
  { lo, hi, along }: Range,
  thread: number,
  threads: number,
): { readonly lo: number; readonly hi: number } => {
  if (along === undefined) return { lo, hi };
  const { stride, count } = along;
  const first = partFrom(count, thread, threads);
  const last = partFrom(count, thread + 1, threads) - 1;
  if (last < first) return { lo: Infinity, hi: -Infinity };
  return stride > 0
    ? { lo: lo + stride * first, hi: hi - stride * (count - 1 - last) }
    : { lo: lo - stride * (count - 1 - last), hi: hi + stride * first };
};
