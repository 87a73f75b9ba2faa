import type { BatchSizes, EvaluationGraph, ObjectiveGraph } from "../inference/graphs.ts";

/** A parameter with its numbers known: what `initialise` needs. */
export interface ParameterSpec {
  readonly name: string;
  readonly owner: string;
  readonly shape: readonly number[];
  readonly init: ParameterInit;
  readonly role: "p" | "q" | "both";
}

export type ParameterInit =
  | { readonly kind: "constant"; readonly value: number }
  /** Along the last axis, in order. */
  | {
      readonly kind: "blocks";
      readonly blocks: readonly { readonly size: number; readonly value: number }[];
    }
  | { readonly kind: "normal"; readonly scale: number }
  /** Uniform in ± gain · sqrt(6 / (fanIn + fanOut)) (Glorot & Bengio 2010). */
  | {
      readonly kind: "glorot";
      readonly fanIn: number;
      readonly fanOut: number;
      readonly gain: number;
    };

/** What training needs of a compiled model; it does not know its sites. */
export interface Problem {
  readonly parameters: readonly ParameterSpec[];
  readonly objective: (sizes: BatchSizes) => ObjectiveGraph;
  readonly evaluation: (sizes: BatchSizes) => EvaluationGraph;
  /**
   * What the objective reports of a sequence: the sum of its terms, divergences subtracted, or the logarithm of the mean
   * weight of its particles.
   */
  readonly bound: "terms" | "weights";
}
