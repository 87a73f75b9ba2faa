/** Outputs that replace inputs, such as parameters that are updated, come to be in the memory of these. */
import { elements } from "../../graph/shapes.ts";
import type {
  Access,
  BufferDeclaration,
  BufferName,
  Nest,
  LoopProgram,
  Statement,
} from "../program.ts";
import { accessKey, buffersOf } from "../analysis/access.ts";
import { mapValues } from "../analysis/body.ts";
import { reindexNest } from "../analysis/reindex.ts";

/**
 * Afterwards no output replaces an input any more: inputs that were replaced are "state". Nests that only update state are the last
 * statements, and store where they load. What cannot be computed so is a temporary, which is copied at the end.
 */
export const inPlace = (program: LoopProgram): LoopProgram => {
  const pairs = program.buffers.filter(isReplacing);
  if (pairs.length === 0) return program;
  const { others, updates } = updatesLast(program.body, new Set(pairs.map(({ name }) => name)));
  const replacing = new Map(pairs.map((pair) => [pair.name, pair]));
  const { last } = placesOfUse(updates);
  const moves = new Map(
    updates.map((nest, i) => {
      const found = [...buffersOf(nest).keys()].flatMap((buffer) => replacing.get(buffer) ?? []);
      const now = found.filter((pair) => {
        const isNeededLater = (last.get(pair.replaces) ?? i) > i;
        return !isNeededLater && mayStoreAtOnce(nest, pair);
      });
      return [nest, new Map(now.map(({ name, replaces }) => [name, replaces]))] as const;
    }),
  );
  const direct = new Set([...moves.values()].flatMap((found) => [...found.keys()]));
  const states = new Set(pairs.map(({ replaces }) => replaces));
  return {
    ...program,
    buffers: program.buffers.flatMap((buffer): readonly BufferDeclaration[] => {
      if (states.has(buffer.name)) return [{ ...buffer, role: "state" }];
      if (!isReplacing(buffer)) return [buffer];
      const { name, dtype, size } = buffer;
      return direct.has(name) ? [] : [{ name, dtype, size, role: "temporary" }];
    }),
    body: [
      ...others,
      ...updates.flatMap((nest) => {
        const found = moves.get(nest);
        return found?.size ? inLines(storingTo(nest, found)) : [nest];
      }),
      ...pairs.filter(({ name, size }) => size > 0 && !direct.has(name)).map(copyOf),
    ],
  };
};

type Replacing = BufferDeclaration & { readonly replaces: BufferName };

const isReplacing = (buffer: BufferDeclaration): buffer is Replacing =>
  buffer.replaces !== undefined;

/** By buffer: how many statements access it, and which is the last to access it and to store there. */
interface Uses {
  readonly count: ReadonlyMap<BufferName, number>;
  readonly last: ReadonlyMap<BufferName, number>;
  readonly lastStore: ReadonlyMap<BufferName, number>;
}

const placesOfUse = (body: readonly Statement[]): Uses => {
  const count = new Map<BufferName, number>();
  const last = new Map<BufferName, number>();
  const lastStore = new Map<BufferName, number>();
  for (const [i, statement] of body.entries()) {
    for (const [buffer, writes] of buffersOf(statement)) {
      count.set(buffer, (count.get(buffer) ?? 0) + 1);
      last.set(buffer, i);
      if (writes) lastStore.set(buffer, i);
    }
  }
  return { count, last, lastStore };
};

/** Takes out the nests that make such outputs, where nothing that follows needs what they make or changes what they load. */
const updatesLast = (
  body: readonly Statement[],
  outputs: ReadonlySet<BufferName>,
): { readonly others: readonly Statement[]; readonly updates: readonly Nest[] } => {
  const { count, lastStore } = placesOfUse(body);
  const isUpdate = (statement: Statement, i: number): statement is Nest => {
    if (statement.kind !== "nest" || statement.reduced > 0 || statement.order !== undefined)
      return false;
    const accessed = [...buffersOf(statement)];
    return (
      accessed.some(([buffer]) => outputs.has(buffer)) &&
      accessed.every(([buffer, writes]) =>
        writes ? count.get(buffer) === 1 : (lastStore.get(buffer) ?? -1) < i,
      )
    );
  };
  const updates = body.filter(isUpdate);
  const moved = new Set<Statement>(updates);
  return { others: body.filter((statement) => !moved.has(statement)), updates };
};

/**
 * Whether the nest makes the output, each element once and after everything is loaded that it replaces.
 */
const mayStoreAtOnce = (nest: Nest, { name, replaces, size }: Replacing): boolean => {
  const at = nest.body.findIndex((one) => one.op === "store" && one.to.buffer === name);
  const store = nest.body[at];
  return (
    store?.op === "store" &&
    elements(nest.axes) === size &&
    nest.body.every(
      (one, i) =>
        one.op !== "load" ||
        one.from.buffer !== replaces ||
        (i < at && accessKey({ ...store.to, buffer: replaces }) === accessKey(one.from)),
    )
  );
};

const mapAccesses = (nest: Nest, map: (access: Access) => Access): Nest => ({
  ...nest,
  body: nest.body.map((one) => mapValues(one, (id) => id, map)),
});

/** Stores into the inputs; an ordered nest may load what it stores. */
const storingTo = (nest: Nest, own: ReadonlyMap<BufferName, BufferName>): Nest => ({
  ...mapAccesses(nest, (access) => ({
    ...access,
    buffer: own.get(access.buffer) ?? access.buffer,
  })),
  order: "ordered",
});

const line = 16;

/** A long axis as whole lines, so that parts of threads are whole vectors, and a rest. */
const inLines = (nest: Nest): readonly Nest[] => {
  const [size = 0, ...more] = nest.axes;
  const lines = Math.floor(size / line);
  if (more.length > 0 || lines < 2) return [nest];
  const parts = [
    { axis: 0, times: line },
    { axis: 0, times: 1 },
  ];
  const whole = reindexNest({ ...nest, axes: [lines * line] }, { sizes: [lines, line], parts }, 0);
  return lines * line === size ? [whole] : [whole, endOf(nest, lines * line)];
};

/** What a nest over one axis does from there on. */
const endOf = (nest: Nest, from: number): Nest => {
  const moved = mapAccesses(nest, (access) => ({
    ...access,
    base: access.base + from * (access.strides[0] ?? 0),
  }));
  const body = moved.body.map((one) =>
    one.op === "index" ? { ...one, offset: one.offset + from } : one,
  );
  return { ...moved, axes: [(nest.axes[0] ?? 0) - from], body };
};

const copyOf = ({ name, replaces, size, dtype }: Replacing): Nest => {
  const access = (buffer: BufferName): Access => ({ buffer, base: 0, strides: [1], steps: [] });
  return {
    kind: "nest",
    axes: [size],
    reduced: 0,
    body: [
      { op: "load", dtype, from: access(name) },
      { op: "store", value: 0, to: access(replaces) },
    ],
  };
};
