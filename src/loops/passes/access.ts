/** What statements touch: their accesses with the ranges of everything that these vary with. */
import type { Access, BufferName, Instruction, Statement } from "../program.ts";

/** The elements that one access touches in one step of the loops that are common to all statements of a list. */
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
  const strides = [...access.strides, ...access.steps.slice(depth)];
  const ranges = [...sizes, ...inner];
  if (access.dynamic !== undefined) {
    strides.push(access.dynamic.stride);
    ranges.push(dynamicSize(access, body));
  }
  const varying = strides.map((stride, i) => stride !== 0 && (ranges[i] ?? 1) > 1);
  return {
    buffer: access.buffer,
    writes,
    base: access.base,
    strides: strides.filter((_, i) => varying[i]),
    sizes: ranges.filter((_, i) => varying[i]),
    steps: access.steps.slice(0, depth),
  };
};

/** Everything a statement touches in one step of the `depth` loops around it. */
export const footprintsOf = (
  statement: Statement,
  depth: number,
  inner: readonly number[] = [],
): readonly Footprint[] => {
  switch (statement.kind) {
    case "barrier":
      return [];
    case "loop":
      return statement.body.flatMap((one) =>
        footprintsOf(one, depth, [...inner, statement.length]),
      );
    case "nest":
    case "product": {
      const { axes, body } = statement;
      const found = body.flatMap((instruction) => {
        const access = accessOf(instruction);
        return access === undefined
          ? []
          : [footprint(access, instruction.op !== "load", axes, body, depth, inner)];
      });
      if (statement.kind === "nest") return found;
      const operands = statement.terms.flatMap((term) =>
        [term.a, term.b].map((access) =>
          footprint(access, false, [...axes, ...term.inner], body, depth, inner),
        ),
      );
      return [...operands, ...found];
    }
  }
};

/** No multiple of the modulus lies in [low, high]; an infinite modulus has the multiple 0 only. */
const avoids = (low: number, high: number, modulus: number): boolean =>
  modulus === Infinity ? low > 0 || high < 0 : Math.floor(high / modulus) * modulus < low;

/** Elements of both differ modulo `modulus`, whatever the indices are. */
const apart = (a: Footprint, b: Footprint, modulus: number): boolean => {
  const vanishes = (stride: number): boolean => modulus !== Infinity && stride % modulus === 0;
  let low = b.base - a.base;
  let high = low;
  const vary = (stride: number, size: number): void => {
    if (stride > 0) high += stride * (size - 1);
    else low += stride * (size - 1);
  };
  for (const [i, step] of a.steps.entries()) {
    const drift = (b.steps[i] ?? 0) - step;
    if (drift !== 0 && !vanishes(drift)) return false;
  }
  for (const [i, stride] of a.strides.entries())
    if (!vanishes(stride)) vary(-stride, a.sizes[i] ?? 1);
  for (const [i, stride] of b.strides.entries())
    if (!vanishes(stride)) vary(stride, b.sizes[i] ?? 1);
  return avoids(low, high, modulus);
};

/** False only if the two touch no element in common in any one step of the loops around both. */
export const mayOverlap = (a: Footprint, b: Footprint): boolean => {
  if (a.buffer !== b.buffer) return false;
  if (apart(a, b, Infinity)) return false;
  return ![...a.strides, ...b.strides].some(
    (stride) => Math.abs(stride) > 1 && apart(a, b, Math.abs(stride)),
  );
};

/** One of the two stores what the other touches, so that their order matters. */
export const conflict = (a: readonly Footprint[], b: readonly Footprint[]): boolean =>
  a.some((one) => b.some((other) => (one.writes || other.writes) && mayOverlap(one, other)));

/** Equal keys for equal accesses of statements with equal axes. */
export const accessKey = (access: Access): string => {
  const { buffer, base, strides, steps, dynamic } = access;
  const known = `${buffer}|${String(base)}|${strides.join()}|${steps.join()}`;
  return dynamic === undefined
    ? known
    : `${known}|${String(dynamic.value)}*${String(dynamic.stride)}`;
};

const intervalOf = ({ base, strides, sizes }: Footprint): readonly [number, number] => {
  const distances = strides.map((stride, i) => stride * ((sizes[i] ?? 1) - 1));
  return [
    distances.reduce((sum, x) => sum + Math.min(0, x), base),
    distances.reduce((sum, x) => sum + Math.max(0, x), base),
  ];
};

/** Coarser than `mayOverlap`: false only if all elements of the one lie behind those of the other. */
export const mayInterleave = (a: Footprint, b: Footprint): boolean => {
  if (a.buffer !== b.buffer) return false;
  if (a.steps.some((step, i) => step !== b.steps[i])) return true;
  const [first, last] = intervalOf(a);
  const [low, high] = intervalOf(b);
  return first <= high && low <= last;
};
