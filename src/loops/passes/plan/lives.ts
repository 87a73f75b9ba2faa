import type { BufferName, Loop, LoopProgram } from "../../program.ts";
import { cover, type AddressSet, type Dimension } from "./cover.ts";
import { placesOf, usesOf, type LeafPlace, type Use } from "./uses.ts";

/** The leaves, counted in program order, from the first to the last during which a buffer holds something. */
export interface Life {
  readonly from: number;
  readonly to: number;
}

interface Visit {
  readonly place: LeafPlace;
  readonly use: Use;
}

/**
 * Temporaries of one loop body share memory only from this size on (elements; 1 MB). Threads that each keep to their
 * own part of every buffer run a body without waiting for each other, unless one buffer's part is another's
 * elsewhere.
 */
const reusedInLoops = 1 << 18;

/** When each temporary is live; those that nothing accesses are left out. */
export function livesOf(program: LoopProgram): Map<BufferName, Life> {
  const places = placesOf(program.body);
  const spans = spansOf(places);
  const spanOf = (loop: Loop): Life => spans.get(loop) ?? { from: 0, to: places.length };
  const visits = new Map<BufferName, Visit[]>();
  for (const buffer of program.buffers) {
    if (buffer.role === "temporary") visits.set(buffer.name, []);
  }
  for (const place of places) {
    for (const use of usesOf(place.leaf)) visits.get(use.access.buffer)?.push({ place, use });
  }
  const lives = new Map<BufferName, Life>();
  for (const { name, size } of program.buffers) {
    const mine = visits.get(name);
    if (mine !== undefined && mine.length > 0) lives.set(name, lifeOf(mine, size, spanOf));
  }
  return lives;
}

const spansOf = (places: readonly LeafPlace[]): Map<Loop, Life> => {
  const spans = new Map<Loop, Life>();
  for (const { loops, position } of places) {
    for (const loop of loops) {
      spans.set(loop, { from: spans.get(loop)?.from ?? position, to: position });
    }
  }
  return spans;
};

const lifeOf = (visits: readonly Visit[], size: number, spanOf: (loop: Loop) => Life): Life => {
  const depth = commonDepth(visits);
  const parts = visits.map(({ place }): Life => {
    const inner = place.loops[depth];
    return inner === undefined ? { from: place.position, to: place.position } : spanOf(inner);
  });
  const around = visits[0]?.place.loops.slice(0, depth) ?? [];
  const innermost = around.at(-1);
  const outermost = around[0];
  if (innermost !== undefined && outermost !== undefined) {
    if (!madeEachTime(visits)) parts.push(spanOf(outermost));
    const history = around.find((_, d) => visits.some(({ use }) => use.access.steps[d] !== 0));
    if (history !== undefined) parts.push(spanOf(history));
    if (size < reusedInLoops) parts.push(spanOf(innermost));
  }
  const from = parts.reduce((least, part) => Math.min(least, part.from), Infinity);
  return { from, to: parts.reduce((most, part) => Math.max(most, part.to), 0) };
};

/** How many loops, from the outermost, are around all of them; the first and the last say it. */
const commonDepth = (visits: readonly Visit[]): number => {
  const first = visits[0]?.place.loops ?? [];
  const last = visits.at(-1)?.place.loops ?? [];
  return sharedLoops(first, last);
};

const sharedLoops = (a: readonly Loop[], b: readonly Loop[]): number => {
  let depth = 0;
  while (depth < a.length && a[depth] === b[depth]) depth++;
  return depth;
};

/** Whether everything that is read was stored before in the same iteration of all loops around both. */
const madeEachTime = (visits: readonly Visit[]): boolean => {
  const stores = visits.filter(({ use }) => use.writes && use.access.dynamic === undefined);
  return visits.every((visit) => !visit.use.reads || isMade(visit, stores));
};

const isMade = (read: Visit, stores: readonly Visit[]): boolean => {
  // What was stored inside of equally many of the loops around the read, apart from how those move it.
  const covers = new Map<number, AddressSet>();
  for (const store of stores) {
    if (store.place.position >= read.place.position) break;
    const depth = sharedLoops(store.place.loops, read.place.loops);
    const { base, steps } = store.use.access;
    if (!steps.slice(0, depth).every((step, d) => step === read.use.access.steps[d])) continue;
    const stored = covers.get(depth) ?? cover();
    covers.set(depth, stored);
    stored.add(base, dimensionsOf(store, depth));
  }
  const { base } = read.use.access;
  if (read.use.indices === undefined) return false;
  return [...covers].some(([depth, stored]) => stored.has(base, dimensionsOf(read, depth)));
};

/** How a visit's address varies within one iteration of the first `depth` loops. */
const dimensionsOf = ({ place, use }: Visit, depth: number): Dimension[] => {
  const { strides, steps, dynamic } = use.access;
  const dimensions = strides.map((stride, axis) => ({ stride, count: use.sizes[axis] ?? 1 }));
  for (const [d, loop] of place.loops.entries()) {
    if (d >= depth) dimensions.push({ stride: steps[d] ?? 0, count: loop.length });
  }
  if (dynamic !== undefined) {
    dimensions.push({ stride: dynamic.stride, count: use.indices ?? 1 });
  }
  return dimensions;
};
