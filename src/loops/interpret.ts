/** Runs loop programs in float64, one scalar after the other: what passes and code are tested against. */
import { invariant } from "../diagnostics/invariant.ts";
import {
  isGiven,
  type Access,
  type BinaryOp,
  type BufferName,
  type Instruction,
  type Nest,
  type Product,
  type LoopProgram,
  type ReduceOp,
  type Statement,
} from "./program.ts";
import * as kinds from "../graph/kinds.ts";
import { binaryNames, comparisonNames } from "../graph/kinds.ts";
import { entryOf, tabulate } from "../graph/table.ts";

/** Contents of buffers, flat. Int buffers hold whole numbers. */
export type BufferContents = Map<BufferName, Float64Array>;

/** The outputs and the state, given the inputs. What is read before it was stored is NaN. */
export const interpretProgram = (
  program: LoopProgram,
  inputs: ReadonlyMap<BufferName, ArrayLike<number>>,
): BufferContents => {
  const memory: BufferContents = new Map();
  for (const buffer of program.buffers) {
    const { name, size } = buffer;
    const given = isGiven(buffer) ? inputs.get(name) : new Float64Array(size).fill(Number.NaN);
    invariant(given?.length === size, `input ${name} needs ${size} elements`);
    memory.set(name, Float64Array.from(given));
  }
  runAll(program.body, memory, []);
  return new Map(
    program.buffers.flatMap(({ name, role }) => {
      const contents = memory.get(name);
      const isResult = role === "output" || role === "state";
      return isResult && contents !== undefined ? [[name, contents] as const] : [];
    }),
  );
};

const runAll = (
  body: readonly Statement[],
  memory: BufferContents,
  steps: readonly number[],
): void => {
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

/** Calls `visit` with every index along axes `from` up to `to`, the last one fastest. `index` is moved, and ends at 0. */
const forEachIndex = (
  axes: readonly number[],
  from: number,
  to: number,
  index: number[],
  visit: () => void,
): void => {
  let total = 1;
  for (let axis = from; axis < to; axis += 1) {
    index[axis] = 0;
    total *= axes[axis] ?? 1;
  }
  for (let count = 0; count < total; count += 1) {
    visit();
    for (let axis = to - 1; axis >= from; axis -= 1) {
      const next = (index[axis] ?? 0) + 1;
      index[axis] = next === axes[axis] ? 0 : next;
      if (next !== axes[axis]) break;
    }
  }
};

/** An access in one step of the loops around. */
interface Place {
  readonly data: Float64Array;
  readonly base: number;
  readonly access: Access;
}

const placeOf = (access: Access, memory: BufferContents, steps: readonly number[]): Place => {
  const data = memory.get(access.buffer);
  invariant(data !== undefined, `no buffer ${access.buffer}`);
  const base = steps.reduce((sum, step, i) => sum + step * (access.steps[i] ?? 0), access.base);
  return { data, base, access };
};

/** The element that it is at. */
const locate = (
  { data, base, access: { buffer, strides, dynamic } }: Place,
  index: readonly number[],
  values: readonly number[],
): number => {
  let at = base;
  for (let axis = 0; axis < strides.length; axis += 1)
    at += (strides[axis] ?? 0) * (index[axis] ?? 0);
  if (dynamic !== undefined) at += (values[dynamic.value] ?? Number.NaN) * dynamic.stride;
  if (!(at >= 0 && at < data.length)) invariant(false, `${buffer}[${at}] of ${data.length}`);
  return at;
};

/** What an instruction sees of the statement that it belongs to; it changes from element to element. */
interface Moment {
  readonly index: number[];
  /** By instruction. */
  readonly places: readonly (Place | undefined)[];
  product: number;
  /** What lasts from one element to the next, by instruction. */
  readonly accumulators: Map<number, number>;
  /** Of the instructions before; those that only store have NaN. */
  readonly values: number[];
}

const momentOf = (
  { axes, body }: Nest | Product,
  memory: BufferContents,
  steps: readonly number[],
): Moment => ({
  index: axes.map(() => 0),
  places: body.map((one) => {
    const access = one.op === "load" ? one.from : "to" in one ? one.to : undefined;
    return access && placeOf(access, memory, steps);
  }),
  product: 0,
  accumulators: new Map(),
  values: body.map(() => Number.NaN),
});

const get = ({ values }: Moment, id: number): number => values[id] ?? Number.NaN;

const load = ({ places, index, values }: Moment, id: number): number => {
  const place = places[id];
  return place?.data[locate(place, index, values)] ?? Number.NaN;
};

const store = ({ places, index, values }: Moment, id: number, value: number): void => {
  const place = places[id];
  if (place !== undefined) place.data[locate(place, index, values)] = value;
};

const accumulate = (
  { accumulators }: Moment,
  id: number,
  name: ReduceOp,
  value: number,
): readonly [before: number, after: number] => {
  const before = accumulators.get(id) ?? identity[name];
  const after = binary[name](before, value);
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
  load: (_, moment, id) => load(moment, id),
  number: ({ value }) => value,
  index: ({ axis, offset, scale }, { index }) => ((index[axis] ?? Number.NaN) + offset) * scale,
  unary: ({ name, of }, moment) => kinds.unary[name].of(get(moment, of)),
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
  store: ({ value, accumulate: adds }, moment, id) => {
    const own = get(moment, value);
    // 0 + -0 is 0.
    store(moment, id, adds === true ? load(moment, id) + own : own);
    return Number.NaN;
  },
  reduce: ({ name, value }, moment, id) => {
    store(moment, id, accumulate(moment, id, name, get(moment, value))[1]);
    return Number.NaN;
  },
};

const execute = (body: readonly Instruction[], moment: Moment): void => {
  for (let id = 0; id < body.length; id += 1) {
    const instruction = body[id];
    if (instruction === undefined) continue;
    moment.values[id] = entryOf(instructions, instruction.op)(instruction, moment, id);
  }
};

const runNest = (nest: Nest, memory: BufferContents, steps: readonly number[]): void => {
  const { axes, body, order, reduced } = nest;
  const kept = order === "sequential" ? axes.length - 1 : axes.length - reduced;
  const moment = momentOf(nest, memory, steps);
  const { index, accumulators } = moment;
  forEachIndex(axes, 0, kept, index, () => {
    accumulators.clear();
    forEachIndex(axes, kept, axes.length, index, () => {
      execute(body, moment);
    });
  });
};

const runProduct = (product: Product, memory: BufferContents, steps: readonly number[]): void => {
  const { axes, body } = product;
  const rank = axes.length;
  const moment = momentOf(product, memory, steps);
  const { index } = moment;
  const terms = product.terms.map(({ inner, a, b }) => ({
    sizes: [...axes, ...inner],
    a: placeOf(a, memory, steps),
    b: placeOf(b, memory, steps),
  }));
  forEachIndex(axes, 0, rank, index, () => {
    moment.product = 0;
    for (const { sizes, a, b } of terms) {
      forEachIndex(sizes, rank, sizes.length, index, () => {
        const x = a.data[locate(a, index, [])] ?? Number.NaN;
        moment.product += x * (b.data[locate(b, index, [])] ?? Number.NaN);
      });
    }
    execute(body, moment);
  });
};

const identity: Readonly<Record<ReduceOp, number>> = {
  add: 0,
  mul: 1,
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
};

const binary: Readonly<Record<BinaryOp, (a: number, b: number) => number>> = {
  ...tabulate(binaryNames, (name) => kinds.binary[name].of),
  ...tabulate(comparisonNames, (name) => kinds.comparison[name].of),
};
