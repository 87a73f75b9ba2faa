/** Random loop programs, and what their code computes beside what they say. */
import { expect } from "vitest";
import { emit } from "../../../src/code/emit/index.ts";
import { interpretModule } from "../../../src/code/interpret.ts";
import { verifyModule } from "../../../src/code/verify.ts";
import type { CodeTarget } from "../../../src/code/code.ts";
import { interpretProgram } from "../../../src/loops/interpret.ts";
import { plan } from "../../../src/loops/passes/plan.ts";
import type {
  Access,
  BufferDeclaration,
  LoopProgram,
  Statement,
} from "../../../src/loops/program.ts";
import { verifyProgram } from "../../../src/loops/verify.ts";

/** Numbers in [0, 1), the same for a seed. */
export type Random = () => number;

const randomFrom = (seed: number): Random => {
  let state = seed * 2654435761 + 12345;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
};

/** A whole number from `low` to `high`. */
export const between = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

export const pick = <T>(random: Random, list: readonly T[]): T => {
  const found = list[between(random, 0, list.length - 1)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
};

export const shuffled = <T>(random: Random, list: readonly T[]): readonly T[] => {
  const rest = [...list];
  return list.flatMap(() => rest.splice(between(random, 0, rest.length - 1), 1));
};

/** Strides of an array whose axes lie in memory in some order, some of them backwards or with gaps, some broadcast. */
export const randomLayout = (
  random: Random,
  axes: readonly number[],
  options: { readonly broadcast: number; readonly order?: readonly number[] },
): { readonly base: number; readonly strides: readonly number[]; readonly size: number } => {
  const strides = axes.map(() => 0);
  let size = 1;
  let base = 0;
  for (const axis of (options.order ?? shuffled(random, [...axes.keys()])).toReversed()) {
    if (random() < options.broadcast) continue;
    const n = axes[axis] ?? 1;
    const isBackwards = options.order === undefined && random() < 0.15;
    strides[axis] = isBackwards ? -size : size;
    if (isBackwards) base += size * (n - 1);
    size *= n + (random() < 0.15 ? 1 : 0);
  }
  return { base, strides, size };
};

/** A program under construction: its buffers and the contents of its inputs. */
export interface Making {
  readonly random: Random;
  readonly buffers: BufferDeclaration[];
  readonly inputs: Map<string, Float32Array | Int32Array>;
}

export const making = (seed: number): Making => ({
  random: randomFrom(seed),
  buffers: [],
  inputs: new Map(),
});

/** A new input of small whole numbers, which sums and products of few keep exact. */
export const input = (
  { buffers, inputs, random }: Making,
  size: number,
  values: readonly number[] = [-3, -2, -1, 0, 1, 2, 3],
  dtype: BufferDeclaration["dtype"] = "float",
): string => {
  const name = `in${buffers.length}`;
  buffers.push({ name, dtype, size, role: "input" });
  const data = Array.from({ length: size }, () => pick(random, values));
  inputs.set(name, dtype === "float" ? Float32Array.from(data) : Int32Array.from(data));
  return name;
};

export const output = (
  { buffers }: Making,
  size: number,
  dtype: BufferDeclaration["dtype"] = "float",
): string => {
  const name = `out${buffers.length}`;
  buffers.push({ name, dtype, size, role: "output" });
  return name;
};

/** Access of a fresh input of the given axes. */
export const reading = (
  made: Making,
  axes: readonly number[],
  broadcast = 0.25,
  values?: readonly number[],
): Access => {
  const { base, strides, size } = randomLayout(made.random, axes, { broadcast });
  return { buffer: input(made, size, values), base, strides, steps: [] };
};

const targets: readonly CodeTarget[] = [
  { lanes: 4, registers: 14 },
  { lanes: 8, registers: 16 },
  { lanes: 16, registers: 32 },
];

/** Code for each target computes what the program says, to `tolerance` relative to the largest element. */
export const check = (
  { buffers, inputs }: Making,
  body: readonly Statement[],
  threads: number,
  tolerance = 0,
): void => {
  const program: LoopProgram = plan({ buffers, body, threads: 1, arena: 0 });
  verifyProgram(program);
  const wanted = interpretProgram(program, inputs);
  for (const target of targets) {
    const module = emit({ ...program, threads }, target);
    verifyModule(module);
    const outputs = buffers.flatMap(({ name, dtype, size, role }) =>
      role === "output" ? [[name, blank(dtype, size)] as const] : [],
    );
    interpretModule(module, [...inputs.values(), ...outputs.map(([, data]) => data)]);
    for (const [name, found] of outputs) compare(found, wanted.get(name) ?? [], tolerance);
  }
};

const blank = (dtype: BufferDeclaration["dtype"], size: number): Float32Array | Int32Array =>
  dtype === "float" ? new Float32Array(size).fill(Number.NaN) : new Int32Array(size).fill(-12345);

/** Elements that the program leaves alone are left alone. */
const compare = (
  found: Float32Array | Int32Array,
  wanted: ArrayLike<number>,
  tolerance: number,
): void => {
  const scale = Array.from(wanted).reduce(
    (a, b) => Math.max(a, Number.isFinite(b) ? Math.abs(b) : 0),
    0,
  );
  const wrong = Array.from(found).flatMap((x, i) => {
    const y = wanted[i] ?? Number.NaN;
    const isUntouched = Number.isNaN(y) && (Number.isNaN(x) || x === -12345);
    const isEqual = x === y || Math.abs(x - y) <= tolerance * scale;
    return isUntouched || isEqual ? [] : [`[${i}] is ${x}, not ${y}`];
  });
  expect(wrong.slice(0, 5)).toEqual([]);
};
