import type { Node, NodeOf } from "../graph/op.ts";

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

/** Noise that a graph takes as an input. */
export interface NoiseSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: "normal" | "uniform" | "gumbel";
  /** [T, K, B, …] drawn anew at every step, or once. */
  readonly per: "step" | "sequence";
}

/** Sizes for which graphs are made; another size is another specialisation. */
export interface BatchSizes {
  readonly batch: number;
  readonly particles: number;
  /** Absent in a model without time. */
  readonly steps?: number;
  readonly ragged: boolean;
  /** Values of the dimensions that data binds. */
  readonly dims: Readonly<Record<string, number>>;
}

/** One objective at one set of sizes. Training ascends `surrogate` and reports everything else. */
export interface ObjectiveGraph {
  /** A scalar whose value means nothing. */
  readonly surrogate: Node;
  /** [] in nats: mean over the batch, summed over time. */
  readonly bound: Node;
  /** By name ("kl.z", "loglik.x"): [T] or [], nats, mean over batch and particles. */
  readonly terms: ReadonlyMap<string, Node>;
  readonly parameters: readonly NodeOf<"input">[];
  readonly data: readonly NodeOf<"input">[];
  readonly noise: readonly NoiseSpec[];
  /** Scalars that schedules set at every iteration (`added.klWeight`), each an input of shape []. */
  readonly scalars: readonly string[];
}

/** What is measured of each sequence of one batch, a few particles at a time. */
export interface EvaluationGraph {
  /** [K, B] in nats: the whole sequence's log p(x, z) - log q(z | x), never tempered by a KL weight. */
  readonly logWeights: Node;
  /** By name ("kl.z", "loglik.x"): [T, B] or [1, B], nats, mean over particles, 0 at padding. */
  readonly terms: ReadonlyMap<string, Node>;
  readonly parameters: readonly NodeOf<"input">[];
  readonly data: readonly NodeOf<"input">[];
  readonly noise: readonly NoiseSpec[];
}

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
