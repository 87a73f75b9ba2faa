/** The statements of one list with the orders among them that matter; statements may be joined. */
import type { BufferName, Statement } from "../program.ts";
import { type Footprint, footprintsOf, mayOverlap } from "./access.ts";

export interface Vertex {
  readonly statement: Statement;
  readonly footprints: readonly Footprint[];
  /** Direct neighbours that must run earlier, and later. */
  readonly before: Set<Vertex>;
  readonly after: Set<Vertex>;
  position: number;
}

/** Mutable; `vertices` is always a legal order. */
export interface Order {
  readonly depth: number;
  readonly vertices: (Vertex | undefined)[];
  readonly touching: Map<BufferName, Set<Vertex>>;
}

/** The order of a list inside `depth` loops. */
export const orderOf = (statements: readonly Statement[], depth: number): Order => {
  const touching = new Map<BufferName, Set<Vertex>>();
  const accesses = new Map<BufferName, { vertex: Vertex; footprint: Footprint }[]>();
  const vertices = statements.map((statement, position): Vertex => {
    const footprints = footprintsOf(statement, depth);
    const vertex = { statement, footprints, before: new Set<Vertex>(), after: new Set<Vertex>() };
    const placed: Vertex = { ...vertex, position };
    for (const footprint of footprints) {
      const earlier = accesses.get(footprint.buffer) ?? [];
      accesses.set(footprint.buffer, earlier);
      for (const other of earlier) {
        if (other.vertex === placed || placed.before.has(other.vertex)) continue;
        if (!footprint.writes && !other.footprint.writes) continue;
        if (!mayOverlap(footprint, other.footprint)) continue;
        placed.before.add(other.vertex);
        other.vertex.after.add(placed);
      }
      earlier.push({ vertex: placed, footprint });
    }
    touch(touching, placed);
    return placed;
  });
  return { depth, vertices, touching };
};

const touch = (touching: Order["touching"], vertex: Vertex): void => {
  for (const { buffer } of vertex.footprints) {
    const set = touching.get(buffer) ?? new Set();
    touching.set(buffer, set.add(vertex));
  }
};

/** What must run after `first` and comes before `second`. */
const between = (first: Vertex, second: Vertex): ReadonlySet<Vertex> => {
  const found = new Set<Vertex>();
  const pending = [...first.after];
  for (let vertex = pending.pop(); vertex !== undefined; vertex = pending.pop()) {
    if (found.has(vertex) || vertex.position >= second.position) continue;
    found.add(vertex);
    pending.push(...vertex.after);
  }
  return found;
};

/** Nothing has to run between the two, of which `first` comes earlier. */
export const adjacent = (first: Vertex, second: Vertex): boolean => {
  const later = between(first, second);
  return ![...second.before].some((vertex) => later.has(vertex));
};

/** Puts one statement in the place of two adjacent ones. It touches no more than both did. */
export const replacePair = (
  order: Order,
  first: Vertex,
  second: Vertex,
  statement: Statement,
): Vertex => {
  const { vertices, touching, depth } = order;
  const later = between(first, second);
  const both = (which: "before" | "after"): Set<Vertex> =>
    new Set([...first[which], ...second[which]].filter((v) => v !== first && v !== second));
  const joined: Vertex = {
    statement,
    footprints: footprintsOf(statement, depth),
    before: both("before"),
    after: both("after"),
    position: 0,
  };
  const from = first.position;
  const range = vertices
    .slice(from, second.position + 1)
    .filter((vertex) => vertex !== undefined && vertex !== first && vertex !== second);
  const arranged = [
    ...range.filter((vertex) => vertex !== undefined && !later.has(vertex)),
    joined,
    ...range.filter((vertex) => vertex !== undefined && later.has(vertex)),
  ];
  for (let i = from; i <= second.position; i++) {
    const vertex = arranged[i - from];
    vertices[i] = vertex;
    if (vertex !== undefined) vertex.position = i;
  }
  for (const old of [first, second]) {
    for (const vertex of old.before) vertex.after.delete(old);
    for (const vertex of old.after) vertex.before.delete(old);
    for (const { buffer } of old.footprints) touching.get(buffer)?.delete(old);
  }
  for (const vertex of joined.before) vertex.after.add(joined);
  for (const vertex of joined.after) vertex.before.add(joined);
  touch(touching, joined);
  return joined;
};

export const statementsOf = (order: Order): readonly Statement[] =>
  order.vertices.flatMap((vertex) => vertex?.statement ?? []);
