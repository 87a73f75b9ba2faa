/**
 * Code: the form that is printed as C and encoded as WebAssembly. Structured loops over integer variables, typed local
 * values, explicit vectors. The C printer and the WebAssembly encoder make no decisions.
 *
 * All arithmetic is on 4-byte elements: f32 and i32, in vectors of `lanes` consecutive elements. Offsets count
 * elements. A `mask` is what comparisons make and `select` takes; it is never stored.
 */
export type Lanes = 1 | 4 | 8 | 16;

export interface CodeType {
  readonly scalar: "f32" | "i32" | "mask";
  readonly lanes: Lanes;
}

/** A loop variable, unique in its kernel (time variables: in the module). Non-negative. */
export type Variable = string;
/** A local value, unique in its kernel. */
export type Local = string;

/** constant + Σ scale·variable; variables are loop variables around. */
export interface Affine {
  readonly constant: number;
  readonly terms: readonly { readonly variable: Variable; readonly scale: number }[];
}

/** An element of a buffer of the module. */
export interface Address {
  readonly buffer: string;
  readonly offset: Affine;
  /** Adds local·stride, where the local is one i32. */
  readonly dynamic?: { readonly local: Local; readonly stride: number };
}

export type CodeUnaryOp =
  | "neg"
  | "abs"
  | "sqrt"
  /** f32 to the nearest integer, ties to even. */
  | "round"
  | "floor"
  /** f32 to i32, towards zero, and back. */
  | "toInt"
  | "toFloat"
  /** The same bits as the other type. */
  | "asInt"
  | "asFloat"
  /** Of a mask. */
  | "not";

/**
 * On two values of equal type. `min` and `max` are `b < a ? b : a` and `a < b ? b : a`: a NaN in `a` stays, one in `b`
 * does not count. Shifts (of i32, `b` a constant) and bitwise operations are on i32; `and`, `or` also on masks.
 */
export type CodeBinaryOp =
  "add" | "sub" | "mul" | "div" | "min" | "max" | "shiftLeft" | "shiftRight" | "and" | "or";

export type CompareOp = "lt" | "le" | "eq";

/** A function of the module that maps f32 vectors elementwise, such as "exp". */
export type CodeFunctionName = string;

export type CodeExpr =
  /** The number in every lane; -inf, inf and NaN are allowed. */
  | { readonly kind: "number"; readonly type: CodeType; readonly value: number }
  /** 0, 1, 2, … in the lanes of an i32. */
  | { readonly kind: "ramp"; readonly lanes: Lanes }
  | { readonly kind: "get"; readonly type: CodeType; readonly local: Local }
  /** An affine function of loop variables as one i32. */
  | { readonly kind: "index"; readonly of: Affine }
  /** `lanes` consecutive elements; `step` (1 if absent) apart, any integer. */
  | {
      readonly kind: "load";
      readonly type: CodeType;
      readonly from: Address;
      readonly step?: number;
    }
  /** One lane in all. */
  | { readonly kind: "splat"; readonly lanes: Lanes; readonly of: CodeExpr }
  | { readonly kind: "unary"; readonly op: CodeUnaryOp; readonly of: CodeExpr }
  | {
      readonly kind: "binary";
      readonly op: CodeBinaryOp;
      readonly a: CodeExpr;
      readonly b: CodeExpr;
    }
  /** a·b + c, rounded once or twice as the machine likes. */
  | { readonly kind: "fma"; readonly a: CodeExpr; readonly b: CodeExpr; readonly c: CodeExpr }
  | { readonly kind: "compare"; readonly op: CompareOp; readonly a: CodeExpr; readonly b: CodeExpr }
  | { readonly kind: "select"; readonly mask: CodeExpr; readonly a: CodeExpr; readonly b: CodeExpr }
  /** Lanes combined into one, pairwise halves first. */
  | {
      readonly kind: "across";
      readonly op: "add" | "mul" | "min" | "max";
      readonly of: CodeExpr;
    }
  | { readonly kind: "call"; readonly name: CodeFunctionName; readonly args: readonly CodeExpr[] };

/** A number known when code is emitted, or the first (or last, exclusive) index of this thread's part of `size`. */
export type LoopBound = number | { readonly part: "from" | "to"; readonly size: number };

export type CodeStatement =
  /**
   * variable = from, from + step, … while below `to`. With `overlap`, the last iteration starts at `to` - step at the
   * latest (running over elements that the one before did); there is at least one whole step, if any at all.
   * `reverse` runs a constant range with step 1 from its end.
   */
  | {
      readonly kind: "for";
      readonly variable: Variable;
      readonly from: LoopBound;
      readonly to: LoopBound;
      readonly step: number;
      readonly overlap?: true;
      readonly reverse?: true;
      readonly body: readonly CodeStatement[];
    }
  /** Defines a local; `set` may change it if it is `mutable`. */
  | {
      readonly kind: "let";
      readonly local: Local;
      readonly type: CodeType;
      readonly value: CodeExpr;
      readonly mutable?: true;
    }
  | { readonly kind: "set"; readonly local: Local; readonly value: CodeExpr }
  /** Consecutive elements, `step` (1 if absent) apart. */
  | {
      readonly kind: "store";
      readonly type: CodeType;
      readonly to: Address;
      readonly value: CodeExpr;
      readonly step?: number;
    };

/** One statement of the loop program. Its addresses may use its own variables and those of the time loops around it. */
export interface Kernel {
  readonly name: string;
  readonly origin?: string;
  /** What it runs over, for people: "product [250x784x256]". */
  readonly shape?: string;
  /** Only the first thread runs it. */
  readonly alone: boolean;
  /** Time variables that its addresses use. */
  readonly times: readonly Variable[];
  /** Multiplications and additions of one run of the kernel by all threads: what profiles divide by. */
  readonly flops: number;
  readonly body: readonly CodeStatement[];
}

/** f32 lanes in, f32 lanes out; written once for any number of lanes: `lanes` of its types is that of the call. */
export interface Function {
  readonly name: CodeFunctionName;
  readonly params: readonly Local[];
  /** Only `let`s. */
  readonly body: (lanes: Lanes) => {
    readonly lets: readonly CodeStatement[];
    readonly result: CodeExpr;
  };
}

/** In which order kernels run; each thread goes through it. */
export type ScheduleStep =
  | { readonly kind: "run"; readonly kernel: string }
  | {
      readonly kind: "loop";
      readonly variable: Variable;
      readonly length: number;
      readonly reverse: boolean;
      readonly body: readonly ScheduleStep[];
    }
  | { readonly kind: "barrier" };

/** Where a buffer is: an argument of the module's entry, in the order of `arguments`, or a place in the arena. */
export interface CodeBuffer {
  readonly name: string;
  readonly scalar: "f32" | "i32";
  readonly size: number;
  readonly place:
    | { readonly kind: "argument"; readonly index: number }
    | { readonly kind: "arena"; readonly offset: number };
}

/** A whole executable. Its entry takes pointers to the arguments and to the arena, all aligned to 64 bytes. */
export interface Module {
  readonly buffers: readonly CodeBuffer[];
  /** How many pointers the entry takes: the graph's inputs, then its outputs, in the graph's order. */
  readonly arguments: number;
  /** Elements of the arena. */
  readonly arena: number;
  readonly threads: number;
  /** The functions that kernels call, callees first. */
  readonly functions: readonly Function[];
  readonly kernels: readonly Kernel[];
  readonly schedule: readonly ScheduleStep[];
}

/** What code is emitted for. */
export interface CodeTarget {
  /** Of the widest vectors. */
  readonly lanes: 4 | 8 | 16;
  /** Vector registers that a tile of a matrix product may fill. */
  readonly registers: number;
  /**
   * Whether all numbers of `a` that a step of a tile needs are loaded before the first is used, so that each row needs a
   * register more: V8 does.
   */
  readonly loadsFirst?: true;
}
