/** One constructor a primitive, of the primitive's name. Shape and dtype are inferred here, once. */
import { invariant } from "../diagnostics/invariant.ts";
import type { Dtype, Node, NodeOf, OpName, Ops, ScanBody, Shape } from "./op.ts";
import { infer, sameShape, type Typed } from "./shapes.ts";

/** An operand of a binary primitive: numbers and rank-0 values take the other operand's rank. */
export type Operand = Node | number;

/** A node of any primitive; `declared` matters for leaves, `reshape` and `broadcast` only. */
export const make = <K extends OpName>(
  op: K,
  operands: Ops[K]["operands"],
  attrs: Ops[K]["attrs"],
  declared: Typed = { shape: [], dtype: "float" },
): NodeOf<K> => {
  const { shape, dtype } = infer(op, operands, attrs, declared);
  // A conditional type over a free K admits no literal: the signature above is what makes this sound.
  return { op, operands, attrs, shape, dtype } as unknown as NodeOf<K>;
};

/** The same value, saying where it comes from in the model. */
export const withOrigin = <N extends Node>(node: N, origin: string): N => ({
  ...node,
  origin,
});

export const input = (name: string, shape: Shape, dtype: Dtype = "float"): NodeOf<"input"> =>
  make("input", [], { name }, { shape, dtype });

export const constant = (
  value: number,
  shape: Shape = [],
  dtype: Dtype = "float",
): NodeOf<"constant"> => make("constant", [], { value }, { shape, dtype });

/** 0, 1, 2, … along `axis`. */
export const iota = (shape: Shape, axis: number, dtype: Dtype = "int"): NodeOf<"iota"> =>
  make("iota", [], { axis }, { shape, dtype });

export const neg = (x: Node): Node => make("neg", [x], {});
export const exp = (x: Node): Node => make("exp", [x], {});
export const log = (x: Node): Node => make("log", [x], {});
export const sqrt = (x: Node): Node => make("sqrt", [x], {});
export const square = (x: Node): Node => make("square", [x], {});
export const reciprocal = (x: Node): Node => make("reciprocal", [x], {});
export const abs = (x: Node): Node => make("abs", [x], {});
export const sign = (x: Node): Node => make("sign", [x], {});
export const sin = (x: Node): Node => make("sin", [x], {});
export const cos = (x: Node): Node => make("cos", [x], {});
export const tanh = (x: Node): Node => make("tanh", [x], {});
export const sigmoid = (x: Node): Node => make("sigmoid", [x], {});
export const softplus = (x: Node): Node => make("softplus", [x], {});
export const relu = (x: Node): Node => make("relu", [x], {});
/** log Γ(x) for x ≥ 0. */
export const lgamma = (x: Node): Node => make("lgamma", [x], {});
/** The derivative of lgamma. */
export const digamma = (x: Node): Node => make("digamma", [x], {});
/** The derivative of digamma. */
export const trigamma = (x: Node): Node => make("trigamma", [x], {});
/** Identity whose cotangent is zero. */
export const stop = (x: Node): Node => make("stop", [x], {});
export const cast = (x: Node, dtype: Dtype): Node =>
  x.dtype === dtype ? x : make("cast", [x], { dtype });

const ones = (rank: number): Shape => Array.from({ length: rank }, () => 1);

const lift = (x: Operand, shape: Shape, dtype: Dtype): Node => {
  if (typeof x === "number") return constant(x, ones(shape.length), dtype);
  if (x.shape.length > 0 || shape.length === 0) return x;
  return x.op === "constant"
    ? constant(x.attrs.value, ones(shape.length), x.dtype)
    : reshape(x, ones(shape.length));
};

const pair = (a: Operand, b: Operand): readonly [Node, Node] => {
  const left = typeof a === "number" ? undefined : a;
  const right = typeof b === "number" ? undefined : b;
  const shape = left !== undefined && left.shape.length > 0 ? left.shape : (right?.shape ?? []);
  const dtype = left?.dtype ?? right?.dtype ?? "float";
  return [lift(a, shape, dtype), lift(b, shape, dtype)];
};

export const add = (a: Operand, b: Operand): Node => make("add", pair(a, b), {});
export const sub = (a: Operand, b: Operand): Node => make("sub", pair(a, b), {});
export const mul = (a: Operand, b: Operand): Node => make("mul", pair(a, b), {});
export const div = (a: Operand, b: Operand): Node => make("div", pair(a, b), {});
/** a ^ b for a ≥ 0. */
export const pow = (a: Operand, b: Operand): Node => make("pow", pair(a, b), {});
export const max = (a: Operand, b: Operand): Node => make("max", pair(a, b), {});
export const min = (a: Operand, b: Operand): Node => make("min", pair(a, b), {});
/** float 1 where a > b, else 0. */
export const greater = (a: Operand, b: Operand): Node => make("greater", pair(a, b), {});
/** float 1 where a = b, else 0. */
export const equal = (a: Operand, b: Operand): Node => make("equal", pair(a, b), {});

/** `a` where the condition is non-zero, else `b`. */
export const select = (
  condition: Node,
  a: Operand,
  b: Operand,
  attrs: Ops["select"]["attrs"] = {},
): Node => {
  const [left, right] = pair(a, b);
  const { shape } = left.shape.length > 0 ? left : condition;
  const operands = [
    lift(condition, shape, condition.dtype),
    lift(left, shape, left.dtype),
    lift(right, shape, right.dtype),
  ] as const;
  return make("select", operands, attrs);
};

/** `select` of what may be infinite or NaN where it is not selected: neither passes to values or to gradients. */
export const choose = (condition: Node, a: Node, b: Node): Node =>
  select(condition, a, b, { guarded: true });

export const sum = (x: Node, axes: readonly number[]): Node =>
  axes.length === 0 ? x : make("sum", [x], { axes });
export const prod = (x: Node, axes: readonly number[]): Node =>
  axes.length === 0 ? x : make("prod", [x], { axes });
export const amax = (x: Node, axes: readonly number[]): Node =>
  axes.length === 0 ? x : make("amax", [x], { axes });
/** Over the last axis. */
export const softmax = (x: Node): Node => make("softmax", [x], {});
/** Over the last axis: the logarithm of softmax. */
export const logSoftmax = (x: Node): Node => make("logSoftmax", [x], {});
/** Over the last axis, which keeps size 1. */
export const logsumexp = (x: Node): Node => make("logsumexp", [x], {});

/** Which elements a cumulative result holds: without its own (`exclusive`), from the end (`reverse`). */
export interface Cumulative {
  readonly exclusive?: boolean;
  readonly reverse?: boolean;
}

export const cumsum = (x: Node, axis: number, how: Cumulative = {}): Node =>
  make("cumsum", [x], {
    axis,
    exclusive: how.exclusive ?? false,
    reverse: how.reverse ?? false,
  });
export const cumprod = (x: Node, axis: number, how: Cumulative = {}): Node =>
  make("cumprod", [x], {
    axis,
    exclusive: how.exclusive ?? false,
    reverse: how.reverse ?? false,
  });
/** Indices that sort the last axis ascending, stable. */
export const argsort = (x: Node): Node => make("argsort", [x], {});
/** Index of the maximum over the last axis, which is dropped. */
export const argmax = (x: Node): Node => make("argmax", [x], {});

export const onehot = (x: Node, depth: number): Node => make("onehot", [x], { depth });
/** x [batch…, N, rest…] at indices [batch…, I…]: [batch…, I…, rest…]. */
export const gather = (x: Node, indices: Node, batch = 0): Node =>
  make("gather", [x, indices], { batch });
/** updates [batch…, I…, rest…] added up at indices [batch…, I…]: [batch…, size, rest…]. */
export const scatterAdd = (updates: Node, indices: Node, batch: number, size: number): Node =>
  make("scatterAdd", [updates, indices], { batch, size });

export const reshape = (x: Node, shape: Shape): Node =>
  sameShape(x.shape, shape) ? x : make("reshape", [x], {}, { shape, dtype: x.dtype });
export const transpose = (x: Node, permutation: readonly number[]): Node =>
  permutation.every((from, to) => from === to) && permutation.length === x.shape.length
    ? x
    : make("transpose", [x], { permutation });
/** Broadcasts axes of size 1; a rank-0 value takes any shape. */
export const broadcast = (x: Node, shape: Shape): Node =>
  sameShape(x.shape, shape)
    ? x
    : make("broadcast", [lift(x, shape, x.dtype)], {}, { shape, dtype: x.dtype });
export const concat = (xs: readonly Node[], axis: number): Node => {
  const [first, ...others] = xs;
  return first !== undefined && others.length === 0 ? first : make("concat", xs, { axis });
};
export const slice = (x: Node, begin: readonly number[], size: readonly number[]): Node =>
  sameShape(x.shape, size) && begin.every((from) => from === 0)
    ? x
    : make("slice", [x], { begin, size });
/** Zeros around. */
export const pad = (x: Node, before: readonly number[], after: readonly number[]): Node =>
  [...before, ...after].every((n) => n === 0) ? x : make("pad", [x], { before, after });
export const reverse = (x: Node, axis: number): Node => make("reverse", [x], { axis });

/** Windows of an axis: [.., N, ..] to [.., count, size, ..]. */
export const windows = (x: Node, axis: number, size: number, stride = 1): Node =>
  make("windows", [x], { axis, size, stride });
/** The transpose of windows: [.., count, size, ..] to [.., length, ..]. */
export const overlapAdd = (x: Node, axis: number, length: number, stride = 1): Node =>
  make("overlapAdd", [x], { axis, length, stride });

/** einsum of two operands, `"ij,jk->ik"`. */
export const contract = (a: Node, b: Node, spec: string): Node => {
  const [, left, right, out] = /^([a-zA-Z]*),([a-zA-Z]*)->([a-zA-Z]*)$/u.exec(spec) ?? [];
  invariant(
    left !== undefined && right !== undefined && out !== undefined,
    `contract: malformed "${spec}"`,
  );
  return make("contract", [a, b], { a: left, b: right, out });
};

/** A loop: its body and the values that it starts from. */
export interface ScanSpec {
  readonly length: number;
  readonly reverse?: boolean;
  readonly body: ScanBody;
  /** Initial values of the carries. */
  readonly carries: readonly Node[];
  /** Equal in every step. */
  readonly constants?: readonly Node[];
  /** [length, …] */
  readonly inputs?: readonly Node[];
}

/** The final carries, then the stacked outputs [length, …]. */
export const scan = (loop: ScanSpec): readonly Node[] => {
  const { length, reverse: backwards = false, body, carries, constants = [], inputs = [] } = loop;
  const operands = [...carries, ...constants, ...inputs];
  const tuple = make("scan", operands, { length, reverse: backwards, body });
  return [...body.nextCarries, ...body.outputs].map((_, index) => project(tuple, index));
};

/** One component of a scan. */
export const project = (tuple: Node, index: number): Node => make("project", [tuple], { index });
