import type { Span } from "../diagnostics/span.ts";
import type { Dim } from "../shape/dim.ts";
import type { Type } from "./type.ts";

/** Index into `Model.values`. */
export type ValueId = number;

/** One step of a computation. */
export type Value = { readonly [K in ValueOp]: ValueOf<K> }[ValueOp];

export interface ValueOf<K extends ValueOp> {
  readonly id: ValueId;
  readonly op: K;
  readonly operands: readonly ValueId[];
  readonly attrs: ValueOps[K];
  /** The full event shape. Size 1 ("1") marks an axis that only aligns with another operand's. */
  readonly type: Type;
  /** "static": the same at every step. "step": belongs to step t. */
  readonly when: "static" | "step";
  /** Name for people: "psi", "mem.write.ww". */
  readonly name?: string;
  readonly span?: Span;
}

type None = Readonly<Record<string, never>>;

/** Of each element of one operand; no core axes. */
export const unaryValues = [
  "neg",
  "exp",
  "log",
  "sqrt",
  "square",
  "abs",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "softplus",
  "relu",
  "lgamma",
  "digamma",
  /** Identity through which no gradient flows. */
  "stop",
] as const;
export type UnaryValue = (typeof unaryValues)[number];

/** Of each pair of elements of two operands; no core axes. */
export const binaryValues = [
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "max",
  "min",
  "greater",
  "equal",
] as const;
export type BinaryValue = (typeof binaryValues)[number];

/** The same entry for each of some operations. */
export const forEach = <Name extends ValueOp, Entry>(
  names: readonly Name[],
  entry: (name: Name) => Entry,
): { readonly [N in Name]: Entry } =>
  Object.fromEntries(names.map((name) => [name, entry(name)])) as { readonly [N in Name]: Entry };

/**
 * Every operation of the model IR and its attributes. Each has *core* axes (the trailing ones, given below); all axes before
 * them are leading axes, over which it is mapped. Operands of one operation have equal rank before their core
 * axes, and a leading axis is equal in all or "1" where it only aligns (`expand` makes it so). So a map over
 * read heads, slots or, later, particles and batch needs no operation of its own.
 */
export interface ValueOps extends Record<UnaryValue | BinaryValue, None> {
  // Leaves
  parameter: { readonly name: string };
  data: { readonly name: string };
  /** The drawn (or observed) value of a site at t. */
  site: { readonly name: string };
  /** At t-1. */
  carry: { readonly name: string };
  /** A scalar. */
  constant: { readonly value: number };
  /** One number everywhere; the shape is the type's. */
  fill: { readonly value: number };
  /** Draws nothing: 0, 1, … along the only axis; an index. */
  range: None;

  /** (condition, a, b): of each element, a where the condition is not 0, else b, whatever the other is. */
  where: None;

  // Alignment and layout
  /** New axes of size 1 at these places of the result. */
  expand: { readonly at: readonly number[] };
  /** Swaps the two core axes [m, n]. */
  transpose: None;
  /** Joins along the only core axis; any number of operands. */
  concat: None;
  /** The last `axes` axes become one. */
  flat: { readonly axes: number };
  /** The last axis becomes `into`, whose product it is. */
  split: { readonly into: readonly Dim[] };
  /** A range of the last axis. */
  slice: { readonly begin: Dim; readonly size: Dim };
  /** One place of the last axis, which is dropped. */
  column: { readonly index: number };

  // Reductions over one axis, counted from the end (1 is the last), which is dropped
  sum: { readonly axis: number };
  mean: { readonly axis: number };
  prod: { readonly axis: number };
  amax: { readonly axis: number };
  /** sqrt(Σ x² + 1e-12): never 0, so that its gradient is finite. */
  norm: { readonly axis: number };
  logsumexp: { readonly axis: number };
  /** Σ (x - mean)² / n. */
  var: { readonly axis: number };
  /** sqrt(var + 1e-12): never 0, so that its gradient is finite. */
  std: { readonly axis: number };

  // Vectors [n]
  softmax: None;
  /** x / Σ x for x ≥ 0; equal where all are 0. */
  normalize: None;
  cumsum: { readonly exclusive: boolean };
  cumprod: { readonly exclusive: boolean };
  /** [n] to perm [n], ascending, stable. */
  argsort: None;
  /** [n] to an index. */
  argmax: None;
  argmin: None;
  /** index to [size]. */
  onehot: { readonly size: Dim };
  /** ([n], perm [n]) to [n]: x[order]. */
  take: None;
  /** The inverse of take. */
  untake: None;
  /** ([n], [3]) to [n]: circular convolution; the weights are for offsets -1, 0, +1 (NTM, Graves et al. 2014). */
  shift: None;

  // Matrices
  /** [m, k] [k, n] to [m, n]. */
  matmul: None;
  /** [k] [k, n] to [n]. */
  vecmat: None;
  /** [m, k] [k] to [m]. */
  matvec: None;
  /** [n] [n] to a scalar. */
  dot: None;
  /** [m] [n] to [m, n]. */
  outer: None;
  /** ([w], [n, w]) to [n]: <k, m> / (sqrt(|k|²+ε) sqrt(|m|²+ε) + ε), ε = 1e-6. */
  cosine: None;
  /** ([n, w], [w]) to [n, w]: the vector becomes row 0, the last row is dropped. */
  push: None;
  /** [n, n] with a zero diagonal. */
  offDiag: None;
  /** ([n, rest…], index) to [rest…]: the chosen row; `rest` axes follow n. */
  row: { readonly rest: number };

  // Networks
  /**
   * (parts [i₁], [i₂], …, weight [Σ i, o], bias [o]) to [o]. Weight and bias have no leading axes. The parts are
   * not concatenated, so that what does not vary in time or over particles is multiplied once.
   */
  linear: { readonly parts: number };
}

export type ValueOp = keyof ValueOps;
