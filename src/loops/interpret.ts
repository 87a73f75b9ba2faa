/** Runs loop programs in float64, one scalar after the other: what passes and code are tested against. */
import { invariant } from "../diagnostics/invariant.ts";
import type {
  Access,
  BinaryOp,
  BufferName,
  Instruction,
  Nest,
  Product,
  Program,
  ReduceOp,
  Statement,
  UnaryOp,
} from "./program.ts";

/** Contents of buffers, flat. Int buffers hold whole numbers. */
export type Memory = Map<BufferName, Float64Array>;

/** The outputs, given the inputs. What is read before it was stored is NaN. */
export const interpretProgram = (
  program: Program,
  inputs: ReadonlyMap<BufferName, ArrayLike<number>>,
): Memory => {
  const memory: Memory = new Map();
  for (const { name, size, role } of program.buffers) {
    const given = inputs.get(name);
    invariant(role !== "input" || given?.length === size, `input ${name} needs ${size} elements`);
    memory.set(
      name,
      role === "input" && given !== undefined
        ? Float64Array.from(given)
        : new Float64Array(size).fill(Number.NaN),
    );
  }
  runAll(program.body, memory, []);
  return new Map(
    program.buffers.flatMap(({ name, role }) => {
      const contents = memory.get(name);
      return role === "output" && contents !== undefined ? [[name, contents] as const] : [];
    }),
  );
};

const runAll = (body: readonly Statement[], memory: Memory, steps: readonly number[]): void => {
  for (const statement of body) {
    switch (statement.kind) {
      case "loop":
        for (let count = 0; count < statement.length; count += 1) {
          const step = statement.reverse ? statement.length - 1 - count : count;
          runAll(statement.body, memory, [...steps, step]);
        }
        break;
      case "nest":
        runNest(statement, memory, steps);
        break;
      case "product":
        runProduct(statement, memory, steps);
        break;
      case "barrier":
        break;
    }
  }
};

/** Calls `visit` with every index, the last axis fastest. */
const forEachIndex = (axes: readonly number[], visit: (index: readonly number[]) => void): void => {
  const index = axes.map(() => 0);
  const total = axes.reduce((product, n) => product * n, 1);
  for (let count = 0; count < total; count += 1) {
    visit(index);
    for (let axis = axes.length - 1; axis >= 0; axis -= 1) {
      const next = (index[axis] ?? 0) + 1;
      index[axis] = next === axes[axis] ? 0 : next;
      if (next !== axes[axis]) break;
    }
  }
};

interface Place {
  readonly memory: Memory;
  readonly index: readonly number[];
  readonly steps: readonly number[];
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

const locate = (
  { buffer, base, strides, steps, dynamic }: Access,
  place: Place,
  values: readonly number[],
): { readonly data: Float64Array; readonly at: number } => {
  const data = place.memory.get(buffer);
  invariant(data !== undefined, `no buffer ${buffer}`);
  const moved = dynamic === undefined ? 0 : (values[dynamic.value] ?? Number.NaN) * dynamic.stride;
  const at = base + dot(strides, place.index) + dot(steps, place.steps) + moved;
  invariant(at >= 0 && at < data.length, `${buffer}[${at}] of ${data.length}`);
  return { data, at };
};

/** What lasts from one element to the next: accumulators by instruction. */
type Accumulators = Map<number, number>;

/** What an instruction sees of the statement that it belongs to. */
interface Moment {
  readonly place: Place;
  readonly product: number;
  readonly accumulators: Accumulators;
  /** Of the instructions before; those that only store have NaN. */
  readonly values: number[];
}

const get = ({ values }: Moment, id: number): number => values[id] ?? Number.NaN;

const accumulate = (
  { accumulators }: Moment,
  id: number,
  name: ReduceOp,
  value: number,
): readonly [before: number, after: number] => {
  const before = accumulators.get(id) ?? identity[name];
  const after = combine[name](before, value);
  accumulators.set(id, after);
  return [before, after];
};

/** The value of each instruction; NaN for those that store. */
const instructions: {
  readonly [K in Instruction["op"]]: (
    instruction: Extract<Instruction, { readonly op: K }>,
    moment: Moment,
    id: number,
  ) => number;
} = {
  load: ({ from }, { place, values }) => {
    const { data, at } = locate(from, place, values);
    return data[at] ?? Number.NaN;
  },
  number: ({ value }) => value,
  index: ({ axis, offset, scale }, { place }) =>
    ((place.index[axis] ?? Number.NaN) + offset) * scale,
  unary: ({ name, of }, moment) => unary[name](get(moment, of)),
  binary: ({ name, a, b }, moment) => binary[name](get(moment, a), get(moment, b)),
  cast: ({ dtype, of }, moment) =>
    dtype === "int" ? Math.trunc(get(moment, of)) : get(moment, of),
  clamp: ({ of, size }, moment) => Math.max(0, Math.min(size - 1, get(moment, of))),
  select: ({ condition, a, b }, moment) => get(moment, get(moment, condition) !== 0 ? a : b),
  product: (_, { product }) => product,
  running: ({ name, of, exclusive }, moment, id) => {
    const [before, after] = accumulate(moment, id, name, get(moment, of));
    return exclusive ? before : after;
  },
  store: (instruction, moment) => {
    const { data, at } = locate(instruction.to, moment.place, moment.values);
    const before = instruction.accumulate === true ? (data[at] ?? Number.NaN) : 0;
    data[at] = before + get(moment, instruction.value);
    return Number.NaN;
  },
  reduce: ({ name, value, to }, moment, id) => {
    const [, after] = accumulate(moment, id, name, get(moment, value));
    const { data, at } = locate(to, moment.place, moment.values);
    data[at] = after;
    return Number.NaN;
  },
};

const execute = (
  body: readonly Instruction[],
  place: Place,
  product: number,
  accumulators: Accumulators,
): void => {
  const moment: Moment = { place, product, accumulators, values: [] };
  body.forEach((instruction, id) => {
    // The entry of `op` accepts this instruction by the table's type, which indexing by a union forgets.
    const run = instructions[instruction.op] as (i: Instruction, m: Moment, id: number) => number;
    moment.values.push(run(instruction, moment, id));
  });
};

const runNest = (nest: Nest, memory: Memory, steps: readonly number[]): void => {
  const kept = nest.order === "sequential" ? nest.axes.length - 1 : nest.axes.length - nest.reduced;
  forEachIndex(nest.axes.slice(0, kept), (outer) => {
    const accumulators: Accumulators = new Map();
    forEachIndex(nest.axes.slice(kept), (inner) => {
      execute(nest.body, { memory, index: [...outer, ...inner], steps }, 0, accumulators);
    });
  });
};

const runProduct = (product: Product, memory: Memory, steps: readonly number[]): void => {
  forEachIndex(product.axes, (index) => {
    let sum = 0;
    for (const { inner, a, b } of product.terms) {
      forEachIndex(inner, (summed) => {
        const place = { memory, index: [...index, ...summed], steps };
        const x = locate(a, place, []);
        const y = locate(b, place, []);
        sum += (x.data[x.at] ?? Number.NaN) * (y.data[y.at] ?? Number.NaN);
      });
    }
    execute(product.body, { memory, index, steps }, sum, new Map());
  });
};

const identity: Readonly<Record<ReduceOp, number>> = {
  add: 0,
  mul: 1,
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
};

const combine: Readonly<Record<ReduceOp, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
};

const unary: Readonly<Record<UnaryOp, (x: number) => number>> = {
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  abs: Math.abs,
  sign: Math.sign,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  relu: (x) => Math.max(x, 0),
  not: (x) => (x === 0 ? 1 : 0),
};

const binary: Readonly<Record<BinaryOp, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: Math.pow,
  max: Math.max,
  min: Math.min,
  greater: (a, b) => (a > b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
};
