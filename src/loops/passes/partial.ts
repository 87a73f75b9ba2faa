/** Long reductions in two stages, so that the first can be divided among threads. */
import type {
  BufferDeclaration,
  BufferName,
  Instruction,
  Nest,
  LoopProgram,
  Statement,
} from "../program.ts";
import { buffersOf } from "../analysis/access.ts";
import { reindexNest, type Reindexing } from "../analysis/reindex.ts";

/** Shorter ones are not worth a second statement. */
const fewest = 4096;
/** Partial results of each reduction. It does not depend on the number of threads: sums are the same for all. */
const chunks = { least: 4, wish: 32, most: 64 } as const;

/**
 * Splits nests that reduce almost everything they run over: parts of an axis are reduced one by one, and then the parts'
 * results. The second stages run as late as they may, together, and so does what is too short for two: threads wait once for
 * many.
 */
export const partial = (program: LoopProgram): LoopProgram => {
  const buffers = [...program.buffers];
  const names = new Set(buffers.map(({ name }) => name));
  const dtypes = new Map(buffers.map(({ name, dtype }) => [name, dtype] as const));
  const allocate: Allocate = (to, size) => {
    let name = `${to}.parts`;
    for (let i = 1; names.has(name); i++) name = `${to}.parts${i}`;
    names.add(name);
    const buffer: BufferDeclaration = {
      name,
      dtype: dtypes.get(to) ?? "float",
      size,
      role: "temporary",
    };
    buffers.push(buffer);
    return buffer;
  };
  return { ...program, body: splitAll(program.body, allocate), buffers };
};

/** A temporary for parts of what goes to a buffer. */
type Allocate = (to: BufferName, size: number) => BufferDeclaration;

const splitAll = (statements: readonly Statement[], allocate: Allocate): readonly Statement[] => {
  const result: Statement[] = [];
  let waiting: Nest[] = [];
  /** What those who wait access, and whether they store there. */
  let awaited = new Map<BufferName, boolean>();
  const flush = (): void => {
    result.push(...waiting);
    waiting = [];
    awaited = new Map();
  };
  const defer = (nest: Nest): void => {
    waiting.push(nest);
    for (const [buffer, stores] of buffersOf(nest)) {
      awaited.set(buffer, stores || awaited.get(buffer) === true);
    }
  };
  for (const statement of statements) {
    const inOrder = [...buffersOf(statement)].some(([buffer, stores]) =>
      stores ? awaited.has(buffer) : awaited.get(buffer),
    );
    if (inOrder) flush();
    if (statement.kind === "loop") {
      result.push({ ...statement, body: splitAll(statement.body, allocate) });
    } else if (statement.kind !== "nest" || !reducesAll(statement)) {
      result.push(statement);
    } else {
      const chunk = chunkOf(statement);
      if (chunk === undefined) {
        defer(statement);
        continue;
      }
      const [first, second] = splitNest(statement, chunk, allocate);
      result.push(first);
      defer(second);
    }
  }
  flush();
  return result;
};

/** Almost: there are few results. */
const reducesAll = ({ axes, reduced, order }: Nest): boolean =>
  reduced > 0 &&
  order === undefined &&
  axes.slice(0, axes.length - reduced).every((size) => size < chunks.least);

/** An axis, and into how many parts it is split. */
interface Chunk {
  readonly axis: number;
  readonly count: number;
}

const chunkOf = ({ axes, reduced }: Nest): Chunk | undefined => {
  const free = axes.length - reduced;
  if (axes.reduce((all, size) => all * size, 1) < fewest) return undefined;
  const found = axes.flatMap((size, axis): Chunk[] =>
    axis < free
      ? []
      : Array.from({ length: chunks.most - chunks.least + 1 }, (_, i) => chunks.least + i)
          .filter((count) => size % count === 0)
          .map((count) => ({ axis, count })),
  );
  // Even parts for any usual number of threads; of the outermost axis, to read on as memory goes.
  const rank = ({ count }: Chunk): number =>
    [16, 8, 4, 2, 1].findIndex((threads) => count % threads === 0) * chunks.most +
    Math.abs(count - chunks.wish);
  found.sort((a, b) => rank(a) - rank(b) || a.axis - b.axis);
  return found[0];
};

const splitNest = (nest: Nest, { axis, count }: Chunk, allocate: Allocate): [Nest, Nest] => {
  const { axes, reduced } = nest;
  const free = axes.slice(0, axes.length - reduced);
  const rest = (axes[axis] ?? count) / count;
  const parts: { axis: number; times: number }[] = [{ axis, times: rest }];
  const sizes = [count];
  for (const [old, size] of axes.entries()) {
    if (old === axis && rest === 1) continue;
    parts.push({ axis: old, times: 1 });
    sizes.push(old === axis ? rest : size);
  }
  const to: Reindexing = { sizes, parts };
  const inner = sizes.length - 1 - free.length;
  const moved = reindexNest(nest, to, inner);
  const perChunk = free.reduce((all, size) => all * size, 1);
  const strides = free.map((_, i) => free.slice(i + 1).reduce((all, size) => all * size, 1));
  const combine: Instruction[] = [];
  const body = moved.body.map((one): Instruction => {
    if (one.op !== "reduce") return one;
    const { name, dtype } = allocate(one.to.buffer, count * perChunk);
    const here = { buffer: name, base: 0, steps: one.to.steps.map(() => 0) };
    const value = combine.length;
    combine.push({ op: "load", dtype, from: { ...here, strides: [...strides, perChunk] } });
    const kept = one.to.strides.slice(1, 1 + free.length);
    combine.push({ ...one, value, to: { ...one.to, strides: [...kept, 0] } });
    const zeros = sizes.slice(1 + free.length).map(() => 0);
    return { ...one, to: { ...here, strides: [perChunk, ...strides, ...zeros] } };
  });
  const origin = nest.origin === undefined ? {} : { origin: nest.origin };
  return [
    { ...moved, body },
    { kind: "nest", axes: [...free, count], reduced: 1, body: combine, ...origin },
  ];
};
