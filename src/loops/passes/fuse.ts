/** Nests over the same elements become one, so that what one stores and the next loads stays in a register. */
import type { Access, BufferName, Instruction, Nest, LoopProgram, Statement } from "../program.ts";
import {
  accessKey,
  accessOf,
  buffersOf,
  footprint,
  mayInterleave,
  mayOverlap,
  type Footprint,
} from "../analysis/access.ts";
import { align } from "../analysis/align.ts";
import { join } from "../analysis/body.ts";
import {
  adjacent,
  orderOf,
  replacePair,
  statementsOf,
  type Order,
  type Vertex,
} from "../analysis/order.ts";
import { type Reindexing, reindexNest } from "../analysis/reindex.ts";

/** Beyond these, registers spill and too many streams of memory compete. */
export const bodyLimits = { instructions: 200, buffers: 24 } as const;
/** Of nests that share only what they load. */
const siblingBuffers = 12;
/** How many earlier readers of a buffer are tried as partners. */
const siblingsTried = 12;

export const fuse = (program: LoopProgram): LoopProgram => {
  const outputs = program.buffers.flatMap(({ name, role }) => (role === "output" ? name : []));
  return { ...program, body: fuseList(program.body, 0, new Set(outputs)) };
};

/** `outside` are the buffers that are used outside of the list. */
const fuseList = (
  statements: readonly Statement[],
  depth: number,
  outside: ReadonlySet<BufferName>,
): readonly Statement[] => {
  const inner = statements.map((statement) => {
    if (statement.kind !== "loop") return statement;
    const others = statements.filter((other) => other !== statement);
    const around = new Set([
      ...outside,
      ...others.flatMap((other) => [...buffersOf(other).keys()]),
    ]);
    return { ...statement, body: fuseList(statement.body, depth + 1, around) };
  });
  const order = orderOf(inner, depth);
  for (const start of [...order.vertices]) {
    let vertex = start;
    while (vertex !== undefined && order.vertices[vertex.position] === vertex)
      vertex = fuseOne(order, vertex, outside);
  }
  return statementsOf(order);
};

/** The result of fusing the nest with any earlier one. */
const fuseOne = (
  order: Order,
  vertex: Vertex,
  outside: ReadonlySet<BufferName>,
): Vertex | undefined => {
  const nest = vertex.statement;
  if (nest.kind !== "nest" || nest.order === "ordered") return undefined;
  const refused = new Set<Vertex>();
  for (const producing of [true, false]) {
    for (const instruction of nest.body) {
      if (instruction.op !== "load") continue;
      const load = instruction.from;
      if (!producing && load.strides.some((stride, i) => stride === 0 && nest.axes[i] !== 1))
        continue;
      for (const other of partners(order, vertex, load.buffer, producing)) {
        if (other.statement.kind !== "nest" || refused.has(other)) continue;
        const room: Room = {
          buffers: producing ? bodyLimits.buffers : siblingBuffers,
          isPassing: (buffer) => !outside.has(buffer) && isBetween(order, buffer, other, vertex),
        };
        if (!hasRoom(other, vertex, room)) {
          refused.add(other);
          continue;
        }
        const pair = linked(other.statement, nest, load, producing);
        if (pair === undefined) continue;
        const fused = adjacent(other, vertex) && fuseAligned(...pair, room, order.depth);
        if (fused) return replacePair(order, other, vertex, fused);
        refused.add(other);
      }
    }
  }
  return undefined;
};

/** Together they access few enough buffers: seen before bodies are joined, of which many that add n terms are long. */
const hasRoom = (first: Vertex, second: Vertex, { buffers, isPassing }: Room): boolean => {
  let accessed = 0;
  for (const one of [first, second])
    for (const buffer of one.buffers.keys()) {
      if (one === second && first.buffers.has(buffer)) continue;
      if (isPassing?.(buffer) !== true) accessed += 1;
      if (accessed > buffers) return false;
    }
  return true;
};

/** Nobody else accesses the buffer. */
const isBetween = (order: Order, buffer: BufferName, first: Vertex, second: Vertex): boolean => {
  for (const vertex of order.accessing.get(buffer) ?? [])
    if (vertex !== first && vertex !== second) return false;
  return true;
};

/** Earlier nests over as many elements that store to the buffer, or only load from it; the latest first. */
const partners = (
  order: Order,
  { position, elements }: Vertex,
  buffer: BufferName,
  storing: boolean,
): readonly Vertex[] => {
  const found: Vertex[] = [];
  for (const other of (storing ? order.storing : order.accessing).get(buffer) ?? [])
    if (
      other.position < position &&
      other.elements === elements &&
      other.buffers.get(buffer) === storing &&
      other.statement.kind === "nest" &&
      other.statement.order !== "ordered"
    )
      found.push(other);
  found.sort((a, b) => b.position - a.position);
  return storing ? found : found.slice(0, siblingsTried);
};

/** Both over the same axes, brought together by what the first stores, or loads too, and the second loads. */
const linked = (
  first: Nest,
  second: Nest,
  load: Access,
  producing: boolean,
): readonly [Nest, Nest] | undefined => {
  for (const instruction of first.body) {
    if (instruction.op !== (producing ? "store" : "load")) continue;
    const access = accessOf(instruction);
    if (access?.buffer !== load.buffer) continue;
    const pair = alignNests(first, access, second, load);
    if (pair !== undefined) return pair;
  }
  return undefined;
};

const isPlain = ({ reduced, order }: Nest): boolean => reduced === 0 && order === undefined;

/** Both over the same axes; those of a reducing or sequential nest keep their order. */
const alignNests = (
  first: Nest,
  firstLink: Access,
  second: Nest,
  secondLink: Access,
): readonly [Nest, Nest] | undefined => {
  const swap = isPlain(second) && !isPlain(first);
  const base = swap ? first : second;
  const other = swap ? second : first;
  const aligned = align(
    { sizes: base.axes, link: swap ? firstLink : secondLink },
    { sizes: other.axes, link: swap ? secondLink : firstLink },
  );
  if (aligned === undefined) return undefined;
  if (!isPlain(base)) {
    const ordered = aligned.other.parts.every(
      ({ axis }, i) => axis >= (aligned.other.parts[i - 1]?.axis ?? 0),
    );
    if (!ordered || !keepsKind(base, aligned.base)) return undefined;
  }
  const reduced = reducedParts(base, aligned.base);
  if (!isPlain(other)) {
    if (other.order !== base.order || !keepsKind(other, aligned.other)) return undefined;
    if (reducedParts(other, aligned.other) !== reduced) return undefined;
  }
  const newBase = reindexNest(base, aligned.base, reduced);
  const newOther = reindexNest(other, aligned.other, reduced);
  return swap ? [newBase, newOther] : [newOther, newBase];
};

const reducedParts = ({ axes, reduced }: Nest, { parts }: Reindexing): number =>
  parts.filter(({ axis }) => axis >= axes.length - reduced).length;

/** A reduction still reduces, and the axis that runs in order is still one. */
const keepsKind = (nest: Nest, to: Reindexing): boolean => {
  const last = nest.axes.length - 1;
  if (nest.order === "sequential")
    return to.parts.at(-1)?.axis === last && to.sizes.at(-1) === nest.axes[last];
  const reduced = reducedParts(nest, to);
  return (
    nest.reduced === 0 ||
    (reduced > 0 && to.parts.slice(-reduced).every(({ axis }) => axis > last - nest.reduced))
  );
};

const fuseAligned = (first: Nest, second: Nest, room: Room, depth: number): Nest | undefined => {
  if (!mayShareBody(first.body, second.body, first.axes, depth)) return undefined;
  const body = join(first.body, second.body);
  if (!withinLimits(body, room)) return undefined;
  const order = first.order ?? second.order;
  const origin = second.origin ?? first.origin;
  return {
    kind: "nest",
    axes: first.axes,
    reduced: Math.max(first.reduced, second.reduced),
    ...(order === undefined ? {} : { order }),
    body,
    ...(origin === undefined ? {} : { origin }),
  };
};

/** How many buffers a body may access, besides those that only pass what it computes from statement to statement. */
interface Room {
  readonly buffers: number;
  readonly isPassing?: (buffer: BufferName) => boolean;
}

export const withinLimits = (body: readonly Instruction[], room: Room): boolean => {
  if (body.length > bodyLimits.instructions) return false;
  const accessed = new Set<BufferName>();
  for (const one of body) {
    const access = accessOf(one);
    if (access !== undefined) accessed.add(access.buffer);
  }
  const { buffers, isPassing } = room;
  return [...accessed].filter((buffer) => isPassing?.(buffer) !== true).length <= buffers;
};

/** For equal axes: the bodies one after the other do the same for each element as the statements one after the other. */
export const mayShareBody = (
  first: readonly Instruction[],
  second: readonly Instruction[],
  axes: readonly number[],
  depth: number,
): boolean => {
  const known = new Map<BufferName, InstructionAccess[]>();
  for (const one of accessesOf(first)) {
    const same = known.get(one.access.buffer);
    if (same === undefined) known.set(one.access.buffer, [one]);
    else same.push(one);
  }
  const of = ({ access, op }: InstructionAccess, body: readonly Instruction[]): Footprint =>
    footprint(access, op !== "load", axes, body, depth, []);
  for (const other of accessesOf(second)) {
    for (const one of known.get(other.access.buffer) ?? []) {
      if (one.op === "load" && other.op === "load") continue;
      if (isKnownAgain(one, other)) continue;
      const meet = one.op === "load" || other.op === "load" ? mayInterleave : mayOverlap;
      if (meet(of(one, first), of(other, second))) return false;
    }
  }
  return true;
};

interface InstructionAccess {
  readonly op: Instruction["op"];
  readonly access: Access;
}

const accessesOf = (body: readonly Instruction[]): readonly InstructionAccess[] => {
  const accesses: InstructionAccess[] = [];
  for (const instruction of body) {
    const access = accessOf(instruction);
    if (access !== undefined) accesses.push({ op: instruction.op, access });
  }
  return accesses;
};

/** What was stored is loaded, or stored again, by the same element. */
const isKnownAgain = (first: InstructionAccess, second: InstructionAccess): boolean =>
  first.op === "store" &&
  second.op !== "reduce" &&
  first.access.dynamic === undefined &&
  second.access.dynamic === undefined &&
  accessKey(first.access) === accessKey(second.access);
