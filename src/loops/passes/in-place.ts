/** Outputs that replace inputs, such as parameters that are updated, come to be in the memory of these. */
import { elements } from "../../graph/shapes.ts";
import type { Access, Buffer, BufferName, Nest, Program, Statement } from "../program.ts";
import { accessKey, buffersOf } from "./access.ts";
import { mapValues } from "./body.ts";
import { reindexNest } from "./reindex.ts";

/**
 * Afterwards no output replaces an input any more: inputs that were replaced are "state". Nests that only update state are the last
 * statements, and store where they load. What cannot be computed so is a temporary, which is copied at the end.
 */
export const inPlace = (program: Program): Program => {
  const pairs = program.buffers.filter(isReplacing);
  if (pairs.length === 0) return program;
  const { others, updates } = updatesLast(program.body, new Set(pairs.map(({ name }) => name)));
  const moves = new Map(
    updates.map((nest, i) => {
      const found = pairs.filter((pair) => mayStoreAtOnce(nest, pair, updates.slice(i + 1)));
      return [nest, new Map(found.map(({ name, replaces }) => [name, replaces]))] as const;
    }),
  );
  const direct = new Set([...moves.values()].flatMap((found) => [...found.keys()]));
  const states = new Set(pairs.map(({ replaces }) => replaces));
  return {
    ...program,
    buffers: program.buffers.flatMap((buffer): readonly Buffer[] => {
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

type Replacing = Buffer & { readonly replaces: BufferName };

const isReplacing = (buffer: Buffer): buffer is Replacing => buffer.replaces !== undefined;

/** Takes out the nests that make such outputs, where nothing that follows needs what they make or changes what they load. */
const updatesLast = (
  body: readonly Statement[],
  outputs: ReadonlySet<BufferName>,
): { readonly others: readonly Statement[]; readonly updates: readonly Nest[] } => {
  const touched = body.map(buffersOf);
  const isUpdate = (statement: Statement, i: number): statement is Nest =>
    statement.kind === "nest" &&
    statement.reduced === 0 &&
    statement.order === undefined &&
    [...outputs].some((output) => touched[i]?.has(output)) &&
    [...(touched[i] ?? [])].every(([buffer, writes]) =>
      writes
        ? touched.every((other, j) => j === i || !other.has(buffer))
        : touched.slice(i).every((other) => other.get(buffer) !== true),
    );
  const updates = body.filter(isUpdate);
  const moved = new Set<Statement>(updates);
  return { others: body.filter((statement) => !moved.has(statement)), updates };
};

/**
 * Whether the nest makes the output, each element once and after everything is loaded that it replaces, and nothing later loads
 * that.
 */
const mayStoreAtOnce = (
  nest: Nest,
  { name, replaces, size }: Replacing,
  later: readonly Nest[],
): boolean => {
  const at = nest.body.findIndex((one) => one.op === "store" && one.to.buffer === name);
  const store = nest.body[at];
  return (
    store?.op === "store" &&
    elements(nest.axes) === size &&
    later.every((other) => !buffersOf(other).has(replaces)) &&
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

/** A long axis as whole lines, so that shares of threads are whole vectors, and a rest. */
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
