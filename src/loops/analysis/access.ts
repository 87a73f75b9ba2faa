/** What statements access: their accesses with the ranges of everything that these vary with. */
import type { Access, BufferName, Instruction, Statement } from "../program.ts";

/** The elements of one access in one step of the loops that are common to all statements of a list. */
export interface Footprint {
  readonly buffer: BufferName;
  readonly writes: boolean;
  readonly base: number;
  /** Of everything it varies with within the step, and how many values that takes. */
  readonly strides: readonly number[];
  readonly sizes: readonly number[];
  /** One for each common loop. */
  readonly steps: readonly number[];
}

/** The access of an instruction, if it has one. */
export const accessOf = (instruction: Instruction): Access | undefined => {
  if (instruction.op === "load") return instruction.from;
  return instruction.op === "store" || instruction.op === "reduce" ? instruction.to : undefined;
};

/** How many values the dynamic index of an access takes; 1 without one. */
export const dynamicSize = (access: Access, body: readonly Instruction[]): number => {
  if (access.dynamic === undefined) return 1;
  const index = body[access.dynamic.value];
  return index?.op === "clamp" ? index.size : Infinity;
};

/** The footprint of an access below `inner` loops (their lengths) in a list that lies in `depth` loops. */
export const footprint = (
  access: Access,
  writes: boolean,
  sizes: readonly number[],
  body: readonly Instruction[],
  depth: number,
  inner: readonly number[],
): Footprint => {
  const strides: number[] = [];
  const ranges: number[] = [];
  const vary = (stride: number, size: number): void => {
    if (stride === 0 || size <= 1) return;
    strides.push(stride);
    ranges.push(size);
  };
  for (let i = 0; i < sizes.length; i++) vary(access.strides[i] ?? 0, sizes[i] ?? 1);
  for (let i = 0; i < inner.length; i++) vary(access.steps[depth + i] ?? 0, inner[i] ?? 1);
  const { buffer, base, steps, dynamic } = access;
  if (dynamic !== undefined) vary(dynamic.stride, dynamicSize(access, body));
  const common = steps.length === depth ? steps : steps.slice(0, depth);
  return { buffer, writes, base, strides, sizes: ranges, steps: common };
};

/** Everything a statement accesses in one step of the `depth` loops around it, in the buffers that matter. */
export const footprintsOf = (
  statement: Statement,
  depth: number,
  inner: readonly number[] = [],
  matters: (buffer: BufferName) => boolean = () => true,
): readonly Footprint[] => {
  const found: Footprint[] = [];
  forEachAccess(statement, inner, (access, writes, sizes, body, lengths) => {
    if (matters(access.buffer)) found.push(footprint(access, writes, sizes, body, depth, lengths));
  });
  return found;
};

/** Calls `visit` with every access in the statement, the axes it varies with, and the lengths of the loops inside. */
const forEachAccess = (
  statement: Statement,
  inner: readonly number[],
  visit: (
    access: Access,
    writes: boolean,
    sizes: readonly number[],
    body: readonly Instruction[],
    inner: readonly number[],
  ) => void,
): void => {
  if (statement.kind === "barrier") return;
  if (statement.kind === "loop") {
    const lengths = [...inner, statement.length];
    for (const one of statement.body) forEachAccess(one, lengths, visit);
    return;
  }
  const { axes, body } = statement;
  if (statement.kind === "product") {
    for (const term of statement.terms) {
      const sizes = [...axes, ...term.inner];
      visit(term.a, false, sizes, body, inner);
      visit(term.b, false, sizes, body, inner);
    }
  }
  for (const one of body) {
    if (one.op === "load") visit(one.from, false, axes, body, inner);
    else if (one.op === "store" || one.op === "reduce") visit(one.to, true, axes, body, inner);
  }
};

/** Of statements, which never change and are asked by several passes. */
const accessed = new WeakMap<Statement, ReadonlyMap<BufferName, boolean>>();

/** What a statement accesses, and whether it stores there. */
export const buffersOf = (statement: Statement): ReadonlyMap<BufferName, boolean> => {
  const found = accessed.get(statement);
  if (found !== undefined) return found;
  const buffers = new Map<BufferName, boolean>();
  accessed.set(statement, buffers);
  forEachAccess(statement, [], ({ buffer }, writes) => {
    if (writes || !buffers.has(buffer)) buffers.set(buffer, writes);
  });
  return buffers;
};

/** No multiple of the modulus lies in [low, high]; an infinite modulus has the multiple 0 only. */
const avoids = (low: number, high: number, modulus: number): boolean =>
  modulus === Infinity ? low > 0 || high < 0 : Math.floor(high / modulus) * modulus < low;

/** Elements of both differ modulo `modulus`, whatever the indices are. */
const apart = (a: Footprint, b: Footprint, modulus: number): boolean => {
  // x % Infinity is x.
  for (let i = 0; i < a.steps.length; i++)
    if (((b.steps[i] ?? 0) - (a.steps[i] ?? 0)) % modulus !== 0) return false;
  let low = b.base - a.base;
  let high = low;
  for (const side of [a, b]) {
    const { strides, sizes } = side;
    for (let i = 0; i < strides.length; i++) {
      const stride = side === a ? -(strides[i] ?? 0) : (strides[i] ?? 0);
      if (stride % modulus === 0) continue;
      const reach = stride * ((sizes[i] ?? 1) - 1);
      if (reach > 0) high += reach;
      else low += reach;
    }
  }
  return avoids(low, high, modulus);
};

/** False only if the two have no element in common in any one step of the loops around both. */
export const mayOverlap = (a: Footprint, b: Footprint): boolean => {
  if (a.buffer !== b.buffer || apart(a, b, Infinity)) return false;
  for (const { strides } of [a, b])
    for (const stride of strides)
      if (Math.abs(stride) > 1 && apart(a, b, Math.abs(stride))) return false;
  return true;
};

/** Of accesses, which never change; many of them are asked for again and again. */
const accessKeys = new WeakMap<Access, string>();

/** Equal keys for equal accesses of statements with equal axes. */
export const accessKey = (access: Access): string => {
  const found = accessKeys.get(access);
  if (found !== undefined) return found;
  const { buffer, base, strides, steps, dynamic } = access;
  let key = `${buffer}|${base}|${strides.join()}|${steps.join()}`;
  if (dynamic !== undefined) key += `|${dynamic.value}*${dynamic.stride}`;
  accessKeys.set(access, key);
  return key;
};

/** The first and the last element of one step. */
export const intervalOf = ({ base, strides, sizes }: Footprint): readonly [number, number] => {
  let low = base;
  let high = base;
  for (let i = 0; i < strides.length; i++) {
    const distance = (strides[i] ?? 0) * ((sizes[i] ?? 1) - 1);
    if (distance < 0) low += distance;
    else high += distance;
  }
  return [low, high];
};

/** Coarser than `mayOverlap`: false only if all elements of the one lie behind those of the other. */
export const mayInterleave = (a: Footprint, b: Footprint): boolean => {
  if (a.buffer !== b.buffer) return false;
  if (a.steps.some((step, i) => step !== b.steps[i])) return true;
  const [first, last] = intervalOf(a);
  const [low, high] = intervalOf(b);
  return first <= high && low <= last;
};
