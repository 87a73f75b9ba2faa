/**
 * Every primitive: its operands and its static attributes. With the kinds (kinds.ts) this is the only list of primitives.
 *
 * Conventions that hold for all of them:
 * - Shapes are static numbers. Operands of elementwise primitives have **equal rank**; an axis of size 1
 *   broadcasts to the other's size (nothing else does). Reverse mode sums broadcast axes in one place.
 * - Axes are counted from the front, 0-based; attributes never hold negative axes.
 * - Reductions keep the axis, with size 1.
 * - "float" values are float32 on fast backends and float64 in the reference; "int" values index.
 */
import type {
  BinaryName,
  ComparisonName,
  CumulationName,
  ReductionName,
  UnaryName,
} from "./kinds.ts";

export type Dtype = "float" | "int";
export type Shape = readonly number[];

type None = Readonly<Record<string, never>>;
interface Unary<Attrs = None> {
  operands: readonly [Node];
  attrs: Attrs;
}
interface Binary<Attrs = None> {
  operands: readonly [Node, Node];
  attrs: Attrs;
}

/** The primitives of which there is a kind (kinds.ts). */
type OfKinds = Record<UnaryName, Unary> &
  Record<BinaryName | ComparisonName, Binary> &
  Record<ReductionName, Unary<{ readonly axes: readonly number[] }>> &
  Record<
    CumulationName,
    Unary<{ readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean }>
  >;

export interface Ops extends OfKinds {
  // Leaves
  /** A named buffer given at run time: a parameter, data, noise, optimizer state, a body's argument. */
  input: { operands: readonly []; attrs: { readonly name: string } };
  /** One number in every element. */
  constant: { operands: readonly []; attrs: { readonly value: number } };
  /** 0, 1, 2, … along one axis, equal along the others. */
  iota: { operands: readonly []; attrs: { readonly axis: number } };

  // Elementwise
  /** Identity whose cotangent is zero. */
  stop: Unary;
  cast: Unary<{ readonly dtype: Dtype }>;
  /**
   * Second operand where the first is non-zero, else the third. No cotangent for the first. `guarded` where what is not selected may
   * be infinite or NaN: on the way back to it, a cotangent of 0 stays 0 in functions of elements.
   */
  select: { operands: readonly [Node, Node, Node]; attrs: { readonly guarded?: true } };

  // Along axes
  /** Over the last axis. Entries of inf share everything, and so do all of a row that holds nothing but -inf. */
  softmax: Unary;
  /** log of softmax, but -inf wherever the entry is, also in a row that holds nothing else. */
  logSoftmax: Unary;
  /** log Σ exp over the last axis, which keeps size 1. Finite for -inf entries beside finite ones. */
  logsumexp: Unary;
  /** Indices that sort the last axis ascending, stable (ties: lowest index first). int; no cotangent. */
  argsort: Unary;
  /** Index of the maximum over the last axis, which is dropped; ties: lowest. int; no cotangent. */
  argmax: Unary;

  // Indexing
  /** int [...] to float [..., depth]. */
  onehot: Unary<{ readonly depth: number }>;
  /**
   * x [batch…, N, rest…], indices int [batch…, I…] to [batch…, I…, rest…], where batch is the number of leading
   * axes that both share, of equal size.
   */
  gather: Binary<{ readonly batch: number }>;
  /**
   * The transpose of gather: updates [batch…, I…, rest…], indices int [batch…, I…] to [batch…, size, rest…];
   * equal indices add up. Operands in the order (updates, indices).
   */
  scatterAdd: Binary<{ readonly batch: number; readonly size: number }>;

  // Layout; the result's shape is the node's
  reshape: Unary;
  transpose: Unary<{ readonly permutation: readonly number[] }>;
  /** Broadcasts axes of size 1. */
  broadcast: Unary;
  concat: { operands: readonly Node[]; attrs: { readonly axis: number } };
  slice: Unary<{ readonly begin: readonly number[]; readonly size: readonly number[] }>;
  /** Zeros around. */
  pad: Unary<{ readonly before: readonly number[]; readonly after: readonly number[] }>;
  /** The order along one axis turned around. */
  reverse: Unary<{ readonly axis: number }>;
  /**
   * Overlapping windows of an axis: [.., N, ..] to [.., count, size, ..], whose element (i, k) is element
   * i · stride + k; as many windows as fit. A convolution is a contraction of windows (zeros around by `pad`).
   */
  windows: Unary<{ readonly axis: number; readonly size: number; readonly stride: number }>;
  /**
   * The transpose of windows: [.., count, size, ..] to [.., length, ..], where `count` is how many windows fit; what lies on
   * the same place adds up.
   */
  overlapAdd: Unary<{ readonly axis: number; readonly length: number; readonly stride: number }>;

  // Contraction
  /**
   * einsum of two operands: one subscript per axis, each subscript at most once per operand, every subscript of an operand
   * in the other one or in `out`; equal sizes for equal subscripts. Covers every matrix product.
   */
  contract: Binary<{ readonly a: string; readonly b: string; readonly out: string }>;

  // Time
  /**
   * A loop of `length` steps. Operands: the initial carries, then the constants, then the per-step inputs
   * (with a leading axis of size `length`). The value is a tuple: the final carries, then the per-step outputs
   * (stacked on a leading axis). `reverse` runs from the last step to the first; outputs keep their step's place.
   */
  scan: { operands: readonly Node[]; attrs: ScanAttrs };
  /** One component of a tuple. */
  project: Unary<{ readonly index: number }>;
}

interface ScanAttrs {
  readonly length: number;
  readonly reverse: boolean;
  readonly body: ScanBody;
}

/** One step. Inputs are `input` nodes of the body, whose names are unique within it. */
export interface ScanBody {
  readonly carries: readonly NodeOf<"input">[];
  readonly constants: readonly NodeOf<"input">[];
  readonly inputs: readonly NodeOf<"input">[];
  /** Same count, shapes and dtypes as `carries`. */
  readonly nextCarries: readonly Node[];
  readonly outputs: readonly Node[];
}

export type OpName = keyof Ops;

export type NodeOf<K extends OpName> = K extends OpName
  ? {
      readonly op: K;
      readonly operands: Ops[K]["operands"];
      readonly attrs: Ops[K]["attrs"];
      /** Of the value; `[]` for a scan, whose components have theirs on their `project` nodes. */
      readonly shape: Shape;
      readonly dtype: Dtype;
      /** Where it comes from in the model, for people ("z.prior", "mem.write"). No part of its identity. */
      readonly origin?: string;
    }
  : never;

/** A value, identified by its structure; nodes are immutable and share. */
export type Node = { [K in OpName]: NodeOf<K> }[OpName];

/** What is to be computed: named results of named inputs. */
export interface Graph {
  readonly inputs: readonly NodeOf<"input">[];
  readonly outputs: ReadonlyMap<string, Node>;
  /**
   * Names of inputs that a run takes for good, such as parameters that it updates: an output of the same name, shape and
   * dtype may have their memory.
   */
  readonly donated?: ReadonlySet<string>;
}
