/** The statements of one list with the orders among them that matter; statements may be joined. */
import type { BufferName, Statement } from "../program.ts";
import { buffersOf, type Footprint, footprintsOf, mayOverlap } from "./access.ts";

export interface Vertex {
  readonly statement: Statement;
  /** What it touches, and whether it stores there. */
  readonly buffers: ReadonlyMap<BufferName, boolean>;
  /** How many elements it runs over; 0 for a loop. */
  readonly elements: number;
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

const vertexOf = (statement: Statement, position: number): Vertex => ({
  statement,
  buffers: buffersOf(statement),
  elements: "axes" in statement ? statement.axes.reduce((all, size) => all * size, 1) : 0,
  before: new Set(),
  after: new Set(),
  position,
});

/** The order of a list inside `depth` loops. */
export const orderOf = (statements: readonly Statement[], depth: number): Order => {
  const vertices = statements.map(vertexOf);
  const touching: Order["touching"] = new Map();
  const written = new Set<BufferName>();
  for (const vertex of vertices) {
    touch(touching, vertex);
    for (const [buffer, writes] of vertex.buffers) if (writes) written.add(buffer);
  }
  const accesses = new Map<BufferName, { vertex: Vertex; footprint: Footprint }[]>();
  for (const vertex of vertices) {
    const matters = (buffer: BufferName): boolean => written.has(buffer);
    for (const footprint of footprintsOf(vertex.statement, depth, [], matters)) {
      const earlier = accesses.get(footprint.buffer) ?? [];
      for (const other of earlier) {
        if (!footprint.writes && !other.footprint.writes) continue;
        if (other.vertex === vertex || vertex.before.has(other.vertex)) continue;
        if (!mayOverlap(footprint, other.footprint)) continue;
        vertex.before.add(other.vertex);
        other.vertex.after.add(vertex);
      }
      earlier.push({ vertex, footprint });
      accesses.set(footprint.buffer, earlier);
    }
  }
  return { depth, vertices, touching };
};

const touch = (touching: Order["touching"], vertex: Vertex): void => {
  for (const buffer of vertex.buffers.keys()) {
    const set = touching.get(buffer);
    if (set === undefined) touching.set(buffer, new Set([vertex]));
    else set.add(vertex);
  }
};

/** What must run after `first` and comes before `second`. */
const between = (first: Vertex, second: Vertex): ReadonlySet<Vertex> => {
  const found = new Set<Vertex>();
  const pending = [...first.after];
  for (let vertex = pending.pop(); vertex !== undefined; vertex = pending.pop()) {
    if (found.has(vertex) || vertex.position >= second.position) continue;
    found.add(vertex);
    for (const next of vertex.after) pending.push(next);
  }
  return found;
};

/** Nothing has to run between the two, of which `first` comes earlier. */
export const adjacent = (first: Vertex, second: Vertex): boolean => {
  const seen = new Set<Vertex>();
  const pending = [...first.after];
  for (let vertex = pending.pop(); vertex !== undefined; vertex = pending.pop()) {
    if (vertex.position >= second.position || seen.has(vertex)) continue;
    if (vertex.after.has(second)) return false;
    seen.add(vertex);
    for (const next of vertex.after) pending.push(next);
  }
  return true;
};

/** Puts one statement in the place of two adjacent ones. It touches no more than both did. */
export const replacePair = (
  order: Order,
  first: Vertex,
  second: Vertex,
  statement: Statement,
): Vertex => {
  const { vertices, touching } = order;
  const joined = vertexOf(statement, 0);
  for (const old of [first, second]) {
    for (const vertex of old.before) joined.before.add(vertex);
    for (const vertex of old.after) joined.after.add(vertex);
  }
  for (const old of [first, second]) {
    joined.before.delete(old);
    joined.after.delete(old);
  }
  rearrange(vertices, first, second, joined);
  for (const old of [first, second]) {
    for (const vertex of old.before) vertex.after.delete(old);
    for (const vertex of old.after) vertex.before.delete(old);
    for (const buffer of old.buffers.keys()) touching.get(buffer)?.delete(old);
  }
  for (const vertex of joined.before) vertex.after.add(joined);
  for (const vertex of joined.after) vertex.before.add(joined);
  touch(touching, joined);
  return joined;
};

/** Puts `joined` after what comes before it and need not follow `first`, and the rest of the range behind. */
const rearrange = (
  vertices: Order["vertices"],
  first: Vertex,
  second: Vertex,
  joined: Vertex,
): void => {
  const later = between(first, second);
  const from = first.position;
  const sooner: Vertex[] = [];
  const moved: Vertex[] = [];
  for (let i = from; i <= second.position; i++) {
    const vertex = vertices[i];
    if (vertex === undefined || vertex === first || vertex === second) continue;
    (later.has(vertex) ? moved : sooner).push(vertex);
  }
  const arranged = [...sooner, joined, ...moved];
  const end = second.position;
  for (let i = from; i <= end; i++) {
    const vertex = arranged[i - from];
    vertices[i] = vertex;
    if (vertex !== undefined) vertex.position = i;
  }
};

export const statementsOf = (order: Order): readonly Statement[] =>
  order.vertices.flatMap((vertex) => vertex?.statement ?? []);
