/** What each primitive computes, written to be obviously right. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { CumulationName, ReductionName } from "../../graph/kinds.ts";
import type { Node, NodeOf, OpName, Ops } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import * as gamma from "./gamma.ts";
import { allocate, eachOffset, item, permute, read, broadcastTo, stridesOf } from "./strided.ts";
import type { Data, DenseValue } from "./strided.ts";

/** The primitives that the evaluator handles itself. */
export type WithoutReferenceKernel = "input" | "scan" | "project";

type Values<Operands extends readonly Node[]> = { readonly [I in keyof Operands]: DenseValue };

/** The elements of a node's value, given the values of its operands. */
export type ReferenceKernel<K extends OpName> = (
  operands: Values<Ops[K]["operands"]>,
  node: NodeOf<K>,
) => Data;

type Typed = Pick<NodeOf<OpName>, "shape" | "dtype">;

const unary =
  (f: (x: number) => number) =>
  ([x]: readonly [DenseValue], { dtype }: Typed): Data => {
    const result = allocate(dtype, x.data.length);
    x.data.forEach((value, i) => {
      result[i] = f(value);
    });
    return result;
  };

const binary =
  (f: (a: number, b: number) => number) =>
  ([a, b]: readonly [DenseValue, DenseValue], { shape, dtype }: Typed): Data => {
    const left = broadcastTo(a, shape);
    const right = broadcastTo(b, shape);
    const result = allocate(dtype, left.length);
    left.forEach((value, i) => {
      result[i] = f(value, right[i] ?? Number.NaN);
    });
    return result;
  };

/** `f` of each run of `length` elements. */
const eachRow = (data: Data, length: number, f: (row: Data, index: number) => void): void => {
  const count = length === 0 ? 0 : data.length / length;
  for (let r = 0; r < count; r += 1) f(data.subarray(r * length, (r + 1) * length), r);
};

const lastSize = ({ shape }: DenseValue): number => shape.at(-1) ?? 1;

const reduction =
  (initial: number, f: (a: number, b: number) => number) =>
  ([x]: readonly [DenseValue], { dtype, shape, attrs: { axes } }: NodeOf<ReductionName>): Data => {
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const result = allocate(dtype, elements(shape)).fill(initial);
    const length = elements(axes.map((axis) => x.shape[axis] ?? 1));
    eachRow(permute(x, [...kept, ...axes]), length, (row, r) => {
      for (const value of row) result[r] = f(item(result, r), value);
    });
    return result;
  };

const maximum = (row: Data): number => {
  let highest = Number.NEGATIVE_INFINITY;
  for (const x of row) highest = Math.max(highest, x);
  return highest;
};

/** How far each is above the highest, which is at 0 also where it is infinite: at most 0, so that exp cannot overflow. */
const belowHighest = (row: Data): Float64Array => {
  const highest = maximum(row);
  return Float64Array.from(row, (x) => (x === highest ? 0 : x - highest));
};

const sumOfExp = (row: Float64Array): number => row.reduce((total, x) => total + Math.exp(x), 0);

const cumulative =
  (initial: number, f: (a: number, b: number) => number) =>
  ([x]: readonly [DenseValue], { dtype, attrs }: NodeOf<CumulationName>): Data => {
    const n = x.shape[attrs.axis] ?? 1;
    const inner = elements(x.shape.slice(attrs.axis + 1));
    const result = allocate(dtype, x.data.length);
    for (let start = 0; start < x.data.length; start += n * inner) {
      for (let lane = start; lane < start + inner; lane += 1) {
        let total = initial;
        for (let step = 0; step < n; step += 1) {
          const at = lane + (attrs.reverse ? n - 1 - step : step) * inner;
          const next = f(total, item(x.data, at));
          result[at] = attrs.exclusive ? total : next;
          total = next;
        }
      }
    }
    return result;
  };

/** Visits each index with where its row lies in `x` and in the row's own place in `updates`. */
const eachIndexed = (
  indices: DenseValue,
  batch: number,
  size: number,
  visit: (row: number, place: number) => void,
): void => {
  const each = elements(indices.shape.slice(batch));
  indices.data.forEach((index, place) => {
    invariant(index >= 0 && index < size, `index ${index} outside of 0 to ${size - 1}`);
    visit(Math.floor(place / each) * size + index, place);
  });
};

const contract = (a: DenseValue, b: DenseValue, { attrs, shape }: NodeOf<"contract">): Data => {
  const sizes = new Map<string, number>();
  Array.from(attrs.a).forEach((subscript, axis) => sizes.set(subscript, a.shape[axis] ?? 1));
  Array.from(attrs.b).forEach((subscript, axis) => sizes.set(subscript, b.shape[axis] ?? 1));
  const size = (subscripts: readonly string[]): number =>
    elements(subscripts.map((subscript) => sizes.get(subscript) ?? 1));
  const inA = (subscript: string): boolean => attrs.a.includes(subscript);
  const inB = (subscript: string): boolean => attrs.b.includes(subscript);
  const shared = Array.from(attrs.out).filter((subscript) => inA(subscript) && inB(subscript));
  const rowSubscripts = Array.from(attrs.out).filter((subscript) => !inB(subscript));
  const columnSubscripts = Array.from(attrs.out).filter((subscript) => !inA(subscript));
  const summed = Array.from(attrs.a).filter((subscript) => !attrs.out.includes(subscript));

  const order = (have: string, want: readonly string[]): number[] =>
    want.map((subscript) => have.indexOf(subscript));
  const left = permute(a, order(attrs.a, [...shared, ...rowSubscripts, ...summed]));
  const right = permute(b, order(attrs.b, [...shared, ...summed, ...columnSubscripts]));
  const [rows, depth, columns] = [size(rowSubscripts), size(summed), size(columnSubscripts)];
  const result = allocate("float", elements(shape)); // [shared…, rows…, columns…]
  for (let row = 0; row < size(shared) * rows; row += 1) {
    const block = Math.floor(row / rows) * depth;
    const sums = result.subarray(row * columns, (row + 1) * columns);
    for (let k = 0; k < depth; k += 1) {
      const factor = left[row * depth + k] ?? Number.NaN;
      const start = (block + k) * columns;
      for (let column = 0; column < columns; column += 1) {
        sums[column] = (sums[column] ?? 0) + factor * (right[start + column] ?? Number.NaN);
      }
    }
  }
  const subscripts = [...shared, ...rowSubscripts, ...columnSubscripts];
  const product = { shape: subscripts.map((subscript) => sizes.get(subscript) ?? 1), data: result };
  return permute(product, order(subscripts.join(""), Array.from(attrs.out)));
};

/** The total table. */
export const kernels: {
  readonly [K in Exclude<OpName, WithoutReferenceKernel>]: ReferenceKernel<K>;
} = {
  constant: (_, { attrs, dtype, shape }) => allocate(dtype, elements(shape)).fill(attrs.value),
  iota: (_, { attrs: { axis }, dtype, shape }) => {
    const result = allocate(dtype, elements(shape));
    const strides = shape.map((__, other) => (other === axis ? 1 : 0));
    eachOffset(shape, strides, 0, (position, i) => {
      result[i] = position;
    });
    return result;
  },

  neg: unary((x) => -x),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  square: unary((x) => x * x),
  reciprocal: unary((x) => 1 / x),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  tanh: unary(Math.tanh),
  // Each branch has an exponent ≤ 0, which cannot overflow.
  sigmoid: unary((x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))),
  softplus: unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  relu: unary((x) => Math.max(x, 0)),
  lgamma: unary(gamma.lgamma),
  digamma: unary(gamma.digamma),
  trigamma: unary(gamma.trigamma),
  stop: unary((x) => x),
  cast: unary(Math.trunc),
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  pow: binary((a, b) => a ** b),
  max: binary(Math.max),
  min: binary(Math.min),
  greater: binary((a, b) => (a > b ? 1 : 0)),
  equal: binary((a, b) => (a === b ? 1 : 0)),
  select: ([condition, a, b], { shape, dtype }) => {
    const [choice, left, right] = [
      broadcastTo(condition, shape),
      broadcastTo(a, shape),
      broadcastTo(b, shape),
    ];
    const result = allocate(dtype, elements(shape));
    for (let i = 0; i < result.length; i += 1) {
      result[i] = item(item(choice, i) === 0 ? right : left, i);
    }
    return result;
  },

  sum: reduction(0, (a, b) => a + b),
  prod: reduction(1, (a, b) => a * b),
  amax: reduction(Number.NEGATIVE_INFINITY, Math.max),
  softmax: ([x]) => {
    const result = new Float64Array(x.data.length);
    const n = lastSize(x);
    eachRow(x.data, n, (row, r) => {
      const below = belowHighest(row);
      const total = sumOfExp(below);
      result.set(
        below.map((x) => Math.exp(x) / total),
        r * n,
      );
    });
    return result;
  },
  logSoftmax: ([x]) => {
    const result = new Float64Array(x.data.length);
    const n = lastSize(x);
    eachRow(x.data, n, (row, r) => {
      const below = belowHighest(row);
      const logTotal = Math.log(sumOfExp(below));
      result.set(
        below.map((y, i) =>
          item(row, i) === Number.NEGATIVE_INFINITY ? item(row, i) : y - logTotal,
        ),
        r * n,
      );
    });
    return result;
  },
  logsumexp: ([x], { shape }) => {
    const result = new Float64Array(elements(shape)).fill(Number.NEGATIVE_INFINITY);
    eachRow(x.data, lastSize(x), (row, r) => {
      result[r] = maximum(row) + Math.log(sumOfExp(belowHighest(row)));
    });
    return result;
  },
  cumsum: cumulative(0, (a, b) => a + b),
  cumprod: cumulative(1, (a, b) => a * b),
  argsort: ([x]) => {
    const result = new Int32Array(x.data.length);
    const n = lastSize(x);
    eachRow(x.data, n, (row, r) => {
      const order = Array.from(row, (_, i) => i).sort((i, j) => item(row, i) - item(row, j));
      result.set(order, r * n);
    });
    return result;
  },
  argmax: ([x], { shape }) => {
    const result = new Int32Array(elements(shape));
    eachRow(x.data, lastSize(x), (row, r) => {
      let best = 0;
      row.forEach((value, i) => {
        if (value > item(row, best)) best = i;
      });
      result[r] = best;
    });
    return result;
  },

  onehot: ([x], { attrs: { depth } }) => {
    const result = new Float64Array(x.data.length * depth);
    x.data.forEach((index, i) => {
      if (index >= 0 && index < depth) result[i * depth + index] = 1;
    });
    return result;
  },
  gather: ([x, indices], { attrs: { batch }, dtype, shape }) => {
    const rest = elements(x.shape.slice(batch + 1));
    const result = allocate(dtype, elements(shape));
    eachIndexed(indices, batch, x.shape[batch] ?? 0, (row, place) => {
      result.set(x.data.subarray(row * rest, (row + 1) * rest), place * rest);
    });
    return result;
  },
  scatterAdd: ([updates, indices], { attrs: { batch, size }, dtype, shape }) => {
    const rest = elements(updates.shape.slice(indices.shape.length));
    const result = allocate(dtype, elements(shape));
    eachIndexed(indices, batch, size, (row, place) => {
      for (let i = 0; i < rest; i += 1) {
        const at = row * rest + i;
        result[at] = item(result, at) + item(updates.data, place * rest + i);
      }
    });
    return result;
  },

  reshape: ([x]) => x.data,
  transpose: ([x], { attrs: { permutation } }) => permute(x, permutation),
  broadcast: ([x], { shape }) => broadcastTo(x, shape),
  concat: (xs, { attrs: { axis }, dtype, shape }) => {
    const result = allocate(dtype, elements(shape));
    const strides = stridesOf(shape);
    let start = 0;
    for (const x of xs) {
      eachOffset(x.shape, strides, start, (offset, i) => {
        result[offset] = item(x.data, i);
      });
      start += (x.shape[axis] ?? 0) * (strides[axis] ?? 0);
    }
    return result;
  },
  slice: ([x], { attrs: { begin, size } }) => {
    const strides = stridesOf(x.shape);
    const start = begin.reduce((offset, from, axis) => offset + from * (strides[axis] ?? 0), 0);
    return read(x.data, size, strides, start);
  },
  pad: ([x], { attrs: { before }, dtype, shape }) => {
    const result = allocate(dtype, elements(shape));
    const strides = stridesOf(shape);
    const start = before.reduce((offset, count, axis) => offset + count * (strides[axis] ?? 0), 0);
    eachOffset(x.shape, strides, start, (offset, i) => {
      result[offset] = item(x.data, i);
    });
    return result;
  },
  reverse: ([x], { attrs: { axis } }) => {
    const strides = stridesOf(x.shape);
    const stride = strides[axis] ?? 0;
    const lastStart = ((x.shape[axis] ?? 1) - 1) * stride;
    return read(x.data, x.shape, strides.with(axis, -stride), lastStart);
  },
  windows: ([x], { attrs: { axis, stride }, shape }) => {
    const strides = stridesOf(x.shape);
    const along = strides[axis] ?? 0;
    return read(x.data, shape, strides.toSpliced(axis, 1, stride * along, along));
  },
  overlapAdd: ([x], { attrs: { axis, stride }, dtype, shape }) => {
    const result = allocate(dtype, elements(shape));
    const strides = stridesOf(shape);
    const along = strides[axis] ?? 0;
    eachOffset(x.shape, strides.toSpliced(axis, 1, stride * along, along), 0, (offset, i) => {
      result[offset] = item(result, offset) + item(x.data, i);
    });
    return result;
  },

  contract: ([a, b], node) => contract(a, b, node),
};
