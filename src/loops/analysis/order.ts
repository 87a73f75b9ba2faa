/** The statements of one list with the orders among them that matter; statements may be joined. */
import type { BufferName, Statement } from "../program.ts";
import { buffersOf, type Footprint, footprintsOf, intervalOf, mayOverlap } from "./access.ts";
import { createIntervals, type Intervals } from "./intervals.ts";

export interface Vertex {
  readonly statement: Statement;
  /** What it accesses, and whether it stores there. */
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
  readonly accessing: Map<BufferName, Set<Vertex>>;
  /** Those of `accessing` that store there. */
  readonly storing: Map<BufferName, Set<Vertex>>;
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
  const order: Order = { depth, vertices, accessing: new Map(), storing: new Map() };
  for (const vertex of vertices) enter(order, vertex);
  const accesses = new Map<BufferName, Accesses>();
  for (const vertex of vertices) {
    const matters = (buffer: BufferName): boolean => order.storing.has(buffer);
    for (const footprint of footprintsOf(vertex.statement, depth, [], matters)) {
      const known = accesses.get(footprint.buffer) ?? noAccesses();
      accesses.set(footprint.buffer, known);
      // What only loads need not follow what only loads.
      for (const earlier of footprint.writes ? [known.stores, known.loads] : [known.stores])
        follow(vertex, footprint, earlier);
      remember(footprint.writes ? known.stores : known.loads, { vertex, footprint });
    }
  }
  return order;
};

interface Accessing {
  readonly vertex: Vertex;
  readonly footprint: Footprint;
}

/** By how they move with the loops around: ranges of those that move alike can be compared. */
type ByStep = Map<string, Intervals<Accessing>>;

/** Earlier accesses to a buffer. */
interface Accesses {
  readonly loads: ByStep;
  readonly stores: ByStep;
}

const noAccesses = (): Accesses => ({ loads: new Map(), stores: new Map() });

const remember = (accesses: ByStep, access: Accessing): void => {
  const key = access.footprint.steps.join();
  const alike = accesses.get(key) ?? createIntervals<Accessing>();
  accesses.set(key, alike);
  alike.add(...intervalOf(access.footprint), access);
};

/** The vertex must run later than all whose accesses may meet this one of its own. */
const follow = (vertex: Vertex, footprint: Footprint, earlier: ByStep): void => {
  const own = footprint.steps.join();
  for (const [steps, accesses] of earlier) {
    const range = steps === own ? intervalOf(footprint) : ([-Infinity, Infinity] as const);
    for (const other of accesses.meeting(...range)) {
      if (other.vertex === vertex || vertex.before.has(other.vertex)) continue;
      if (!mayOverlap(footprint, other.footprint)) continue;
      vertex.before.add(other.vertex);
      other.vertex.after.add(vertex);
    }
  }
};

const enter = ({ accessing, storing }: Order, vertex: Vertex): void => {
  for (const [buffer, writes] of vertex.buffers) {
    for (const users of writes ? [accessing, storing] : [accessing]) {
      const set = users.get(buffer) ?? new Set();
      users.set(buffer, set.add(vertex));
    }
  }
};

const forget = ({ accessing, storing }: Order, vertex: Vertex): void => {
  for (const buffer of vertex.buffers.keys())
    for (const users of [accessing, storing]) users.get(buffer)?.delete(vertex);
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

/** One of the two ends of a search for a way between them. */
interface End {
  readonly seen: Set<Vertex>;
  readonly pending: Vertex[];
  readonly next: "after" | "before";
  /** How many neighbours were looked at. */
  work: number;
}

/**
 * Nothing has to run between the two, of which `first` comes earlier. Sought from both ends, on the one where less was looked
 * at so far: much may follow the one, or come before the other.
 */
export const adjacent = (first: Vertex, second: Vertex): boolean => {
  const isBetween = ({ position }: Vertex): boolean =>
    position > first.position && position < second.position;
  const endAt = (vertex: Vertex, next: End["next"]): End => {
    const pending = [...vertex[next]].filter(isBetween);
    return { seen: new Set(pending), pending, next, work: pending.length };
  };
  const later = endAt(first, "after");
  const earlier = endAt(second, "before");
  if (later.pending.some((vertex) => earlier.seen.has(vertex))) return false;
  const cost = ({ pending, next, work }: End, at: number): number =>
    work + (pending[at]?.[next].size ?? 0);
  let done = 0;
  let undone = 0;
  while (done < later.pending.length && undone < earlier.pending.length) {
    const isLater = cost(later, done) <= cost(earlier, undone);
    const [end, other] = isLater ? [later, earlier] : [earlier, later];
    const vertex = end.pending[isLater ? done++ : undone++];
    for (const neighbour of vertex?.[end.next] ?? []) {
      end.work += 1;
      if (end.seen.has(neighbour) || !isBetween(neighbour)) continue;
      if (other.seen.has(neighbour)) return false;
      end.seen.add(neighbour);
      end.pending.push(neighbour);
    }
  }
  return true;
};

/** Puts one statement in the place of two adjacent ones. It accesses no more than both did. */
export const replacePair = (
  order: Order,
  first: Vertex,
  second: Vertex,
  statement: Statement,
): Vertex => {
  const { vertices } = order;
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
    forget(order, old);
  }
  for (const vertex of joined.before) vertex.after.add(joined);
  for (const vertex of joined.after) vertex.before.add(joined);
  enter(order, joined);
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
