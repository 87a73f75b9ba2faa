/**
 * Model values to graph nodes: one entry an operation. A value of event shape E becomes [k, b, E…] (align.ts), for
 * particles and batch are leading axes like any other and every operation maps over those.
 */
import { invariant } from "../diagnostics/invariant.ts";
import * as g from "../graph/build.ts";
import type { Dtype, Node, Shape } from "../graph/op.ts";
import type { Base } from "../ir/model.ts";
import type { Value, ValueOf, ValueOp } from "../ir/value.ts";
import type { Dim } from "../shape/dim.ts";
import {
  alignLeads,
  concatLast,
  contractCores,
  gatherRows,
  reshapeTo,
  smallestFirst,
} from "./align.ts";

/** What is float in a graph and what is int. */
export const dtypeOf = (base: Base): Dtype =>
  base === "index" || base === "perm" ? "int" : "float";

/** Where the leaves of a computation come from. */
export interface Leaves {
  readonly parameter: (name: string) => Node;
  readonly data: (name: string) => Node;
  readonly site: (name: string) => Node;
  readonly carry: (name: string) => Node;
}

/** What an operation may ask for besides its operands. */
export interface EmitContext {
  readonly leaves: Leaves;
  readonly size: (dim: Dim) => number;
}

type Emitter<K extends ValueOp> = (
  operands: readonly Node[],
  value: ValueOf<K>,
  context: EmitContext,
) => Node;

const unary =
  (f: (x: Node) => Node) =>
  ([x]: readonly Node[]): Node => {
    invariant(x !== undefined, "an operand is missing");
    return f(x);
  };

const binary =
  (f: (a: Node, b: Node) => Node) =>
  ([a, b]: readonly Node[]): Node => {
    invariant(a !== undefined && b !== undefined, "an operand is missing");
    return f(a, b);
  };

const last = (x: Node): number => x.shape.length - 1;
const lastSize = (x: Node): number => x.shape.at(-1) ?? 1;

/** Reduces one axis, counted from the end, and drops it. */
const reduce =
  (f: (x: Node, axes: readonly number[]) => Node) =>
  ([x]: readonly Node[], { attrs }: { readonly attrs: { readonly axis: number } }): Node => {
    invariant(x !== undefined, "an operand is missing");
    const axis = x.shape.length - attrs.axis;
    return g.reshape(f(x, [axis]), x.shape.toSpliced(axis, 1));
  };

/** Part of the last axis. */
const sliceLast = (x: Node, begin: number, size: number): Node =>
  g.slice(
    x,
    x.shape.map((_, axis) => (axis === last(x) ? begin : 0)),
    x.shape.with(-1, size),
  );

const rollLast = (x: Node, by: number): Node => {
  const n = lastSize(x);
  const cut = ((-by % n) + n) % n;
  return cut === 0 ? x : g.concat([sliceLast(x, cut, n - cut), sliceLast(x, 0, cut)], last(x));
};

const insertAxes = (shape: Shape, at: readonly number[]): Shape => {
  const result: number[] = [];
  let next = 0;
  for (let axis = 0; axis < shape.length + at.length; axis += 1) {
    result.push(at.includes(axis) ? 1 : (shape[next++] ?? 1));
  }
  return result;
};

/** Axes before the event's. */
const LEADING = 2;

/** A length that is never 0, so that its gradient is finite. */
const lengthOf = (x: Node, axes: readonly number[], guard: number): Node =>
  g.sqrt(g.add(g.sum(g.square(x), axes), guard));

const COSINE_GUARD = 1e-6;

const cosine = (key: Node, rows: Node): Node => {
  const inner = contractCores(key, rows, "i,ni->n");
  const keyLength = lengthOf(key, [last(key)], COSINE_GUARD);
  const rowLength = lengthOf(rows, [last(rows)], COSINE_GUARD);
  const lengths = g.mul(keyLength, g.reshape(rowLength, rowLength.shape.slice(0, -1)));
  return g.div(inner, g.add(lengths, COSINE_GUARD));
};

/** 1 off the diagonal of the last two axes, 0 on it. */
const offDiagonal = (rank: number, n: number): Node => {
  const shape = [...Array.from({ length: rank - 2 }, () => 1), n, n];
  return g.sub(1, g.equal(g.iota(shape, rank - 2), g.iota(shape, rank - 1)));
};

const matrixTransposed = (x: Node): Node => {
  const rank = x.shape.length;
  return g.transpose(x, [...x.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2));
};

const push = (rows: Node, row: Node): Node => {
  const first = reshapeTo(row, row.shape.toSpliced(-1, 0, 1));
  const [table, top] = alignLeads([rows, first], [2, 2]);
  invariant(table !== undefined && top !== undefined, "push of nothing");
  const axis = table.shape.length - 2;
  const begin = table.shape.map(() => 0);
  const kept = g.slice(table, begin, table.shape.with(axis, (table.shape[axis] ?? 1) - 1));
  return g.concat([top, kept], axis);
};

const outer = (a: Node, b: Node): Node =>
  g.mul(reshapeTo(a, [...a.shape, 1]), reshapeTo(b, b.shape.toSpliced(-1, 0, 1)));

/** Σ parts · their rows of the weight + bias; each part is multiplied at its own leading size. */
const linear = (operands: readonly Node[], count: number): Node => {
  const weight = operands[count];
  const bias = operands[count + 1];
  invariant(weight !== undefined && bias !== undefined, "linear without weight or bias");
  const axis = weight.shape.length - 2;
  let begin = 0;
  const products = operands.slice(0, count).map((part) => {
    const size = lastSize(part);
    const rows =
      count === 1
        ? weight
        : g.slice(
            weight,
            weight.shape.map((_, i) => (i === axis ? begin : 0)),
            weight.shape.with(axis, size),
          );
    begin += size;
    return contractCores(part, alignRank(rows, part.shape.length + 1, 2), "i,io->o");
  });
  const [first, ...others] = smallestFirst(products);
  invariant(first !== undefined, "linear of nothing");
  const rank = first.shape.length;
  return others.reduce<Node>(g.add, g.add(first, alignRank(bias, rank, 1)));
};

/** New axes of size 1 before the core ones. */
const alignRank = (x: Node, rank: number, core: number): Node =>
  reshapeTo(x, [
    ...x.shape.slice(0, -core),
    ...Array.from({ length: rank - x.shape.length }, () => 1),
    ...x.shape.slice(-core),
  ]);

/** x [n] in an order [n] over equal leading axes. */
const reordered =
  (f: (x: Node, order: Node, batch: number) => Node) =>
  (x: Node, order: Node): Node => {
    const [values, places] = alignLeads([x, order], [1, 1]);
    invariant(values !== undefined && places !== undefined, "order of nothing");
    return f(values, places, last(values));
  };

const emitters: { readonly [K in ValueOp]: Emitter<K> } = {
  parameter: (_, { attrs }, { leaves }) => leaves.parameter(attrs.name),
  data: (_, { attrs }, { leaves }) => leaves.data(attrs.name),
  site: (_, { attrs }, { leaves }) => leaves.site(attrs.name),
  carry: (_, { attrs }, { leaves }) => leaves.carry(attrs.name),
  constant: (_, { attrs, type }) => g.constant(attrs.value, [1, 1], dtypeOf(type.base)),
  fill: (_, { attrs, type }, { size }) =>
    g.constant(attrs.value, [1, 1, ...type.axes.map(size)], dtypeOf(type.base)),
  range: (_, { type }, { size }) => g.iota([1, 1, ...type.axes.map(size)], LEADING),

  neg: unary(g.neg),
  exp: unary(g.exp),
  log: unary(g.log),
  sqrt: unary(g.sqrt),
  square: unary(g.square),
  abs: unary(g.abs),
  tanh: unary(g.tanh),
  sigmoid: unary(g.sigmoid),
  softplus: unary(g.softplus),
  relu: unary(g.relu),
  stop: unary(g.stop),
  add: binary(g.add),
  sub: binary(g.sub),
  mul: binary(g.mul),
  div: binary(g.div),
  pow: binary(g.pow),
  max: binary(g.max),
  min: binary(g.min),

  expand: ([x], { attrs }) => {
    invariant(x !== undefined, "an operand is missing");
    return reshapeTo(
      x,
      insertAxes(
        x.shape,
        attrs.at.map((axis) => axis + LEADING),
      ),
    );
  },
  transpose: unary(matrixTransposed),
  concat: concatLast,
  flat: ([x], { attrs }) => {
    invariant(x !== undefined, "an operand is missing");
    const joined = x.shape.slice(x.shape.length - attrs.axes).reduce((a, b) => a * b, 1);
    return reshapeTo(x, [...x.shape.slice(0, x.shape.length - attrs.axes), joined]);
  },
  split: ([x], { attrs }, { size }) => {
    invariant(x !== undefined, "an operand is missing");
    return reshapeTo(x, [...x.shape.slice(0, -1), ...attrs.into.map(size)]);
  },
  slice: ([x], { attrs }, { size }) => {
    invariant(x !== undefined, "an operand is missing");
    return sliceLast(x, size(attrs.begin), size(attrs.size));
  },
  column: ([x], { attrs }) => {
    invariant(x !== undefined, "an operand is missing");
    return g.reshape(sliceLast(x, attrs.index, 1), x.shape.slice(0, -1));
  },

  sum: reduce(g.sum),
  mean: reduce((x, axes) =>
    g.mul(g.sum(x, axes), 1 / axes.reduce((n, i) => n * (x.shape[i] ?? 1), 1)),
  ),
  prod: reduce(g.prod),
  amax: reduce(g.amax),
  norm: reduce((x, axes) => lengthOf(x, axes, 1e-12)),

  softmax: unary(g.softmax),
  normalize: unary((x) => g.div(x, g.add(g.sum(x, [last(x)]), 1e-8))),
  cumsum: ([x], { attrs }) => {
    invariant(x !== undefined, "an operand is missing");
    return g.cumsum(x, last(x), attrs);
  },
  cumprod: ([x], { attrs }) => {
    invariant(x !== undefined, "an operand is missing");
    return g.cumprod(x, last(x), attrs);
  },
  argsort: unary(g.argsort),
  argmax: unary(g.argmax),
  argmin: unary((x) => g.argmax(g.neg(x))),
  onehot: ([x], { attrs }, { size }) => {
    invariant(x !== undefined, "an operand is missing");
    return g.onehot(x, size(attrs.size));
  },
  take: binary(reordered((x, order, batch) => g.gather(x, order, batch))),
  untake: binary(reordered((x, order, batch) => g.scatterAdd(x, order, batch, lastSize(x)))),
  // The weight of offset +1 moves a word up by one place: w'ᵢ = Σⱼ wⱼ s(i - j).
  shift: binary((w, weights) => {
    const moved = [-1, 0, 1].map((by, i) => g.mul(rollLast(w, by), sliceLast(weights, i, 1)));
    return (
      moved.reduce<Node | undefined>(
        (sum, x) => (sum === undefined ? x : g.add(sum, x)),
        undefined,
      ) ?? w
    );
  }),

  matmul: binary((a, b) => contractCores(a, b, "mi,in->mn")),
  vecmat: binary((a, b) => contractCores(a, b, "i,in->n")),
  matvec: binary((a, b) => contractCores(a, b, "mi,i->m")),
  dot: binary((a, b) => contractCores(a, b, "i,i->")),
  outer: binary(outer),
  cosine: binary(cosine),
  push: binary(push),
  offDiag: unary((x) => g.mul(x, offDiagonal(x.shape.length, lastSize(x)))),
  row: (operands, { attrs }) =>
    binary((table, index) => gatherRows(table, index, attrs.rest))(operands),

  linear: (operands, { attrs }) => linear(operands, attrs.parts),
};

/** The node of a value, given those of its operands. */
export const emit = (value: Value, operands: readonly Node[], context: EmitContext): Node => {
  // The entry of `value.op` accepts this value by the table's type, which indexing by a union forgets.
  const entry = emitters[value.op] as (
    operands: readonly Node[],
    value: Value,
    context: EmitContext,
  ) => Node;
  const node = entry(operands, value, context);
  const fresh = node.op !== "input" && node.origin === undefined && !operands.includes(node);
  return value.name !== undefined && fresh ? g.withOrigin(node, value.name) : node;
};
