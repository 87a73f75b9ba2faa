/**
 * Loop programs: what a graph becomes before code is generated. A list of loop nests over flat buffers, with time loops around
 * some of them; every access is affine in the loop variables. Scalars only: vectors, tiles and registers are chosen
 * when code is emitted (`src/code`).
 *
 * Conventions:
 * - Buffers are flat and row-major; sizes, offsets and strides count elements.
 * - A statement runs once for every combination of its axes. Axes that are neither reduced nor sequential may run in
 *   any order and at once.
 * - No statement loads an element that it also stores, so that running one twice over the same elements is harmless:
 *   code for ragged sizes overlaps. Ordered and sequential nests are the exceptions, and never overlap.
 * - A buffer's first store in program order defines it; it is read only where it has been stored.
 */
import type { BinaryName, ComparisonName, UnaryName } from "../graph/kinds.ts";
import type { Dtype } from "../graph/op.ts";

/** Identifies a buffer; unique in its program. */
export type BufferName = string;

export interface BufferDeclaration {
  readonly name: BufferName;
  readonly dtype: Dtype;
  /** Elements. */
  readonly size: number;
  /**
   * Inputs and outputs are named by the graph and live in memory of their own, which the caller gives. An input is
   * never stored to; "state" is an input that has become an output when the program ends.
   */
  readonly role: "input" | "output" | "state" | "temporary";
  /** Outputs only: the equally large input whose memory the output takes over. None is left when memory is planned. */
  readonly replaces?: BufferName;
  /** Where in the arena, in elements of 4 bytes; temporaries of a planned program have it. */
  readonly offset?: number;
}

/** Whether the caller gives what is in the buffer. */
export const isGiven = ({ role }: BufferDeclaration): boolean =>
  role === "input" || role === "state";

/** An address in a buffer: base + Σ strides[i]·axis i + Σ steps[d]·(step of the d-th enclosing loop) + dynamic. */
export interface Access {
  readonly buffer: BufferName;
  readonly base: number;
  /** One for each axis of the statement (for a product's terms: output axes, then the term's inner axes). */
  readonly strides: readonly number[];
  /** One for each enclosing time loop, outermost first. */
  readonly steps: readonly number[];
  /** An index computed at run time: the int value with this id, times `stride`. */
  readonly dynamic?: { readonly value: InstructionId; readonly stride: number };
}

/** The place of an instruction in its body. */
export type InstructionId = number;

/** Elementwise primitives, as in the graph. */
export type UnaryOp = UnaryName;
export type BinaryOp = BinaryName | ComparisonName;
export type ReduceOp = "add" | "mul" | "max" | "min";

/** One operation on scalars. Its value, where it has one, is named by its place in the body. */
export type Instruction =
  | { readonly op: "load"; readonly dtype: Dtype; readonly from: Access }
  | { readonly op: "number"; readonly dtype: Dtype; readonly value: number }
  /** The index along an axis of the statement, plus `offset`, times `scale`; an int. */
  | { readonly op: "index"; readonly axis: number; readonly scale: number; readonly offset: number }
  | { readonly op: "unary"; readonly name: UnaryOp; readonly of: InstructionId }
  | {
      readonly op: "binary";
      readonly name: BinaryOp;
      readonly a: InstructionId;
      readonly b: InstructionId;
    }
  /** To int, towards zero, or to float. */
  | { readonly op: "cast"; readonly dtype: Dtype; readonly of: InstructionId }
  /** An int, brought into [0, size). Every dynamic index is one. */
  | { readonly op: "clamp"; readonly of: InstructionId; readonly size: number }
  /** `a` where the condition is not 0, else `b`. */
  | {
      readonly op: "select";
      readonly condition: InstructionId;
      readonly a: InstructionId;
      readonly b: InstructionId;
    }
  /** The sum that a product computed for this element; the first instruction of a product's body, and only there. */
  | { readonly op: "product" }
  /**
   * The running sum or product of `of` along the sequential (last) axis, up to here; `exclusive` leaves out this
   * element.
   */
  | {
      readonly op: "running";
      readonly name: "add" | "mul";
      readonly of: InstructionId;
      readonly exclusive: boolean;
    }
  | {
      readonly op: "store";
      readonly value: InstructionId;
      readonly to: Access;
      /** Adds to what is there; only in an ordered nest. */
      readonly accumulate?: true;
    }
  /** Stores the reduction of `value` over the reduced axes; strides of `to` are 0 there. */
  | {
      readonly op: "reduce";
      readonly name: ReduceOp;
      readonly value: InstructionId;
      readonly to: Access;
    };

interface Common {
  /** Where it comes from in the model, for people. */
  readonly origin?: string;
  /**
   * The axis that is split evenly among threads, thread i of n taking [⌊size·i/n⌋, ⌊size·(i+1)/n⌋); "alone": the first
   * thread does it all. Absent before the program is partitioned.
   */
  readonly partitioned?: number | "alone";
}

/** Runs its body for every combination of its axes. */
export interface Nest extends Common {
  readonly kind: "nest";
  /** Sizes, none 0. The last one is innermost in memory as a rule; the emitter of code may interchange free axes. */
  readonly axes: readonly number[];
  /** How many of the last axes are reduced. A plain `store` in a reducing nest runs for every element, inside of them. */
  readonly reduced: number;
  /**
   * "sequential": the last axis runs in order (for `running`). "ordered": all axes run in order (for `accumulate`, or
   * to store where was loaded from), except those along which every store has a stride that no dynamic index crosses.
   */
  readonly order?: "sequential" | "ordered";
  readonly body: readonly Instruction[];
}

/** One of the products that are summed: Σ over `inner` of a·b. */
export interface ProductTerm {
  /** Sizes of the axes that are summed over. */
  readonly inner: readonly number[];
  /** Strides: the product's axes, then the inner ones. */
  readonly a: Access;
  readonly b: Access;
}

/**
 * A matrix product, or a sum of them, with what is done to each element before it is stored. `a` does not vary along `column`
 * and `b` does not vary along `row`; along `column`, `b` has stride 1 in every term.
 */
export interface Product extends Common {
  readonly kind: "product";
  readonly axes: readonly number[];
  /** The axis that becomes rows of a tile, or none: a vector times a matrix. */
  readonly row: number | undefined;
  /** The axis that becomes vectors. */
  readonly column: number;
  readonly terms: readonly ProductTerm[];
  /** Begins with `product`; has no reductions. */
  readonly body: readonly Instruction[];
}

/** A loop over time. Statements inside get its step as one more `steps` entry of their accesses. */
export interface Loop {
  readonly kind: "loop";
  readonly length: number;
  /** From the last step to the first. */
  readonly reverse: boolean;
  readonly body: readonly Statement[];
}

/** All threads wait for each other. Only in a program that is partitioned among threads. */
export interface Barrier {
  readonly kind: "barrier";
}

export type Statement = Nest | Product | Loop | Barrier;

export interface LoopProgram {
  readonly buffers: readonly BufferDeclaration[];
  readonly body: readonly Statement[];
  /** How many threads run it together; 1 before it is partitioned. */
  readonly threads: number;
  /** Size of the arena in elements of 4 bytes; 0 before memory is planned. */
  readonly arena: number;
}
