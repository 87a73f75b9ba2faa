/**
 * Model values to graph nodes: one entry an operation. A value of event shape E becomes [k, b, E…] (align.ts), for
 * particles and batch are leading axes like any other and every operation maps over those.
 */
import { invariant } from "../diagnostics/invariant.ts";
import * as g from "../graph/build.ts";
import type { Dtype, Node } from "../graph/op.ts";
import type { Base } from "../ir/model.ts";
import type { Value, ValueOf, ValueOp } from "../ir/value.ts";
import { binaryValues, unaryValues } from "../ir/value.ts";
import type { Dim } from "../shape/dim.ts";
import { concatLast, contractCores, gatherRows, reshapeTo } from "./align.ts";
import {
  affine,
  cosine,
  dropLast,
  insertAxes,
  last,
  lengthOf,
  logSumExp,
  mean,
  normalized,
  outer,
  push,
  shifted,
  sliceLast,
  taken,
  transposed,
  untaken,
  variance,
  withoutDiagonal,
} from "./composites.ts";
import { entryOf, tabulate } from "../graph/table.ts";

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
  <V>(f: (x: Node, value: V, context: EmitContext) => Node) =>
  ([x]: readonly Node[], value: V, context: EmitContext): Node => {
    invariant(x !== undefined, "an operand is missing");
    return f(x, value, context);
  };

const binary =
  <V>(f: (a: Node, b: Node, value: V) => Node) =>
  ([a, b]: readonly Node[], value: V): Node => {
    invariant(a !== undefined && b !== undefined, "an operand is missing");
    return f(a, b, value);
  };

/** Axes before the event's. */
const LEADING = 2;

/** Reduces one axis, counted from the end, and drops it. */
const reduce = (
  f: (x: Node, axis: number) => Node,
): ((operands: readonly Node[], value: Counted, context: EmitContext) => Node) =>
  unary((x, { attrs }: Counted) => {
    const axis = x.shape.length - attrs.axis;
    return g.reshape(f(x, axis), x.shape.toSpliced(axis, 1));
  });

interface Counted {
  readonly attrs: { readonly axis: number };
}

const emitters: { readonly [K in ValueOp]: Emitter<K> } = {
  parameter: (_, { attrs }, { leaves }) => leaves.parameter(attrs.name),
  data: (_, { attrs }, { leaves }) => leaves.data(attrs.name),
  site: (_, { attrs }, { leaves }) => leaves.site(attrs.name),
  carry: (_, { attrs }, { leaves }) => leaves.carry(attrs.name),
  constant: (_, { attrs, type }) => g.constant(attrs.value, [1, 1], dtypeOf(type.base)),
  fill: (_, { attrs, type }, { size }) =>
    g.constant(attrs.value, [1, 1, ...type.axes.map(size)], dtypeOf(type.base)),
  range: (_, { type }, { size }) => g.iota([1, 1, ...type.axes.map(size)], LEADING),

  ...tabulate(unaryValues, (name) => unary<unknown>(g[name])),
  ...tabulate(binaryValues, (name) => binary<unknown>(g[name])),

  where: ([condition, a, b]) => {
    invariant(condition !== undefined && a !== undefined && b !== undefined, "where needs three");
    return g.choose(condition, a, b);
  },

  expand: unary((x, { attrs }) =>
    insertAxes(
      x,
      attrs.at.map((axis) => axis + LEADING),
    ),
  ),
  transpose: unary(transposed),
  concat: concatLast,
  flat: unary((x, { attrs }) => {
    const joined = x.shape.slice(x.shape.length - attrs.axes).reduce((a, b) => a * b, 1);
    return reshapeTo(x, [...x.shape.slice(0, x.shape.length - attrs.axes), joined]);
  }),
  split: unary((x, { attrs }, { size }) => {
    return reshapeTo(x, [...x.shape.slice(0, -1), ...attrs.into.map(size)]);
  }),
  slice: unary((x, { attrs }, { size }) => {
    return sliceLast(x, size(attrs.begin), size(attrs.size));
  }),
  column: unary((x, { attrs }) => {
    return dropLast(sliceLast(x, attrs.index, 1));
  }),

  sum: reduce((x, axis) => g.sum(x, [axis])),
  mean: reduce(mean),
  prod: reduce((x, axis) => g.prod(x, [axis])),
  amax: reduce((x, axis) => g.amax(x, [axis])),
  norm: reduce((x, axis) => lengthOf(x, axis, 1e-12)),
  logsumexp: reduce(logSumExp),
  var: reduce(variance),
  std: reduce((x, axis) => g.sqrt(g.add(variance(x, axis), 1e-12))),

  softmax: unary(g.softmax),
  normalize: unary(normalized),
  cumsum: unary((x, { attrs }) => {
    return g.cumsum(x, last(x), attrs);
  }),
  cumprod: unary((x, { attrs }) => {
    return g.cumprod(x, last(x), attrs);
  }),
  argsort: unary(g.argsort),
  argmax: unary(g.argmax),
  argmin: unary((x) => g.argmax(g.neg(x))),
  onehot: unary((x, { attrs }, { size }) => {
    return g.onehot(x, size(attrs.size));
  }),
  take: binary(taken),
  untake: binary(untaken),
  shift: binary(shifted),

  matmul: binary((a, b) => contractCores(a, b, "mi,in->mn")),
  vecmat: binary((a, b) => contractCores(a, b, "i,in->n")),
  matvec: binary((a, b) => contractCores(a, b, "mi,i->m")),
  dot: binary((a, b) => contractCores(a, b, "i,i->")),
  outer: binary(outer),
  cosine: binary(cosine),
  push: binary(push),
  offDiag: unary(withoutDiagonal),
  row: binary((table, index, { attrs }) => gatherRows(table, index, attrs.rest)),

  linear: (operands, { attrs }) => affine(operands, attrs.parts),
};

/** The node of a value, given those of its operands. */
export const emit = (value: Value, operands: readonly Node[], context: EmitContext): Node => {
  const node = entryOf(emitters, value.op)(operands, value, context);
  const fresh = node.op !== "input" && node.origin === undefined && !operands.includes(node);
  return value.name !== undefined && fresh ? g.withOrigin(node, value.name) : node;
};
