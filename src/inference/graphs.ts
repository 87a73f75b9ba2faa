/** What is computed of a model, whatever its bound: graphs at given sizes, and what they take. */
import type { NoiseKind } from "../distributions/distribution.ts";
import type { Node, NodeOf, Shape } from "../graph/op.ts";

/** Sizes for which a graph is made; another size is another specialisation. */
export interface BatchSizes {
  readonly batch: number;
  readonly particles: number;
  /** Absent in a model without time. */
  readonly steps?: number;
  /** The input `added.mask` [B, T] is 1 for steps that exist; padding has no terms and leaves the state alone. */
  readonly ragged: boolean;
  /** Values of the dimensions that data binds. */
  readonly dims: Readonly<Record<string, number>>;
}

/** Noise that a graph takes as an input, each element independent. */
export interface NoiseInput {
  readonly name: string;
  readonly shape: Shape;
  readonly kind: NoiseKind;
  /** [T, K, B, …] drawn anew at every step, or [K, B, …] once. */
  readonly per: "step" | "sequence";
}

/** What a graph takes. */
export interface GraphInputs {
  /** All of the model's, in its order, whether or not this graph needs them. */
  readonly parameters: readonly NodeOf<"input">[];
  /** Fields of the data set, in its layout [B, T, …] or [B, …] or […]; also `added.mask` if ragged. Only those in use. */
  readonly data: readonly NodeOf<"input">[];
  /** `added.noise` of a site and what draws it. */
  readonly noise: readonly NoiseInput[];
}

/** One objective at one set of sizes. Training ascends `surrogate` and reports everything else. */
export interface ObjectiveGraph extends GraphInputs {
  /** Inputs of shape [] that schedules set at every iteration: `added.klWeight`. */
  readonly scalars: readonly string[];
  /** [] in nats: mean over the batch, summed over time. */
  readonly bound: Node;
  /** [] with the estimator's gradient; its value means nothing. */
  readonly surrogate: Node;
  /**
   * "loglik.x" and "kl.z": [T], or [] for a site drawn once; nats, mean over batch and particles. A KL without
   * closed form is estimated by log q - log p at the samples, so one draw of it may be negative.
   */
  readonly terms: ReadonlyMap<string, Node>;
}

/**
 * What one chunk of particles says of each sequence, so that whoever averages decides over which sequences. The bound of
 * many particles is the mean over sequences of logsumexp(all log weights) - log(their number), taken over all chunks at
 * once: never average chunk bounds.
 */
export interface EvaluationGraph extends GraphInputs {
  /** [K, B] in nats: the whole sequence's log p(x, z) - log q(z | x), never tempered by a KL weight. */
  readonly logWeights: Node;
  /** "loglik.x" and "kl.z": [T, B], or [1, B] for a site drawn once; nats, mean over particles, 0 at padding. */
  readonly terms: ReadonlyMap<string, Node>;
}
