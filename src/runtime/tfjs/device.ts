/** What the interpreter needs of a place where tensors live. */
import type { Dtype, Node, NodeOf, OpName, Ops, Shape } from "../../graph/op.ts";
import type { Store } from "../buffers.ts";

/** The primitives that the interpreter handles itself. */
export type WithoutTensorKernel = "input" | "constant" | "iota" | "scan" | "project";

/** A node that a kernel evaluates. */
export type Evaluated = NodeOf<Exclude<OpName, WithoutTensorKernel>>;

/** Evaluates one node of static shapes. Gives away its result and keeps none of its operands. */
export type TensorKernel<T, Operands extends readonly Node[] = readonly Node[]> = (operands: {
  readonly [I in keyof Operands]: T;
}) => T;

/** How to evaluate each primitive; what a backend lacks is `undefined` for the nodes concerned. */
export type KernelTable<T> = {
  readonly [K in Exclude<OpName, WithoutTensorKernel>]: (
    node: NodeOf<K>,
  ) => TensorKernel<T, Ops[K]["operands"]> | undefined;
};

/** Immutable tensors `T`, each shared by as many owners as its count says: the maker of one owns it once. */
export interface Tensors<T> extends Store<T> {
  /** One more owner; `release` is one less, and the last one frees it. */
  readonly retain: (tensor: T) => void;
}

/** A place where tensors live and are computed with, primitive by primitive. */
export interface Device<T> extends Tensors<T> {
  /** Nothing for what it lacks. */
  readonly lower: (node: Evaluated) => TensorKernel<T> | undefined;
  /** `length` tensors of `shape` as one, [length, …shape]. */
  readonly stack: (length: number, shape: Shape, dtype: Dtype) => TensorKernel<T>;
  /** The reverse: `length` tensors of one. */
  readonly unstack: (length: number, shape: Shape, dtype: Dtype) => (tensor: T) => readonly T[];
}
