/** What one may ask of inference, and what comes out: plain values, no behaviour. */
import type { NoiseKind } from "../distributions/distribution.ts";
import type { Graph, Node, NodeOf, Shape } from "../graph/op.ts";

/** A lower bound on log p(x), in nats, from K particles per sequence. */
export type Bound =
  /** The mean over k of log wₖ, or its form with closed-form divergences (`ObjectiveSpec.kl`). */
  | { readonly kind: "elbo" }
  /** log of the mean over k of wₖ, whole-sequence weights (Burda et al. 2016). */
  | { readonly kind: "iwae" };

/** What replaces a particle's own weight in the leave-one-out baseline of VIMCO. */
export type Baseline = "arithmetic" | "geometric";

/** How the gradient of a bound is estimated. */
export type Estimator =
  /** Every latent site must be reparameterised. */
  | { readonly kind: "pathwise" }
  /** Discrete sites by VIMCO (Mnih & Rezende 2016), the others pathwise. An iwae bound, K ≥ 2. */
  | { readonly kind: "vimco"; readonly baseline: Baseline }
  /** Site by site whatever is unbiased: pathwise where a site is reparameterised, else vimco (arithmetic). */
  | { readonly kind: "auto" };

export interface ObjectiveSpec {
  readonly bound: Bound;
  readonly estimator: Estimator;
  /** Divergences of the elbo in closed form where there is one, or log q - log p at the sample. */
  readonly kl: "analytic" | "monte-carlo";
  /** The surrogate's KL is multiplied by the scalar input `added.klWeight`. What is reported never is. */
  readonly klWeight: boolean;
  /** Nats of KL per site and step that the surrogate does not press down (Kingma et al. 2016); 0 for none. */
  readonly freeBits: number;
}

/** Sizes for which a graph is made; another size is another specialisation. */
export interface Sizes {
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
  /** Whether it is drawn anew at every step, or once. */
  readonly per: "step" | "sequence";
}

/** What a graph takes. */
export interface Inputs {
  /** All of the model's, in its order, whether or not this graph needs them. */
  readonly parameters: readonly NodeOf<"input">[];
  /** Fields of the data set, in its layout [B, T, …] or [B, …] or […]; also `added.mask` if ragged. Only those in use. */
  readonly data: readonly NodeOf<"input">[];
  /** `added.noise` of a site and what draws it: [T, K, B, …] or [K, B, …]. */
  readonly noise: readonly NoiseInput[];
  /** Inputs of shape [] that schedules set: `added.klWeight`. */
  readonly scalars: readonly string[];
}

/** One objective at one set of sizes. Ascend `surrogate`, report everything else. */
export interface Objective extends Inputs {
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
 * What one chunk of particles says of each sequence, so that the code that averages decides over which sequences. The bound of
 * many particles is the mean over sequences of logsumexp(all log weights) - log(their number), taken over all chunks at
 * once: never average chunk bounds.
 */
export interface ImportanceTerms extends Inputs {
  /** [K, B] in nats. */
  readonly logWeights: Node;
  /** "loglik.x" and "kl.z": [T, B], or [1, B] for a site drawn once; nats, mean over particles, 0 at padding. */
  readonly terms: ReadonlyMap<string, Node>;
}

/** What to draw. */
export type DrawTarget =
  /** Everything from the generative model. */
  | { readonly kind: "prior" }
  /** Latents of the first `prefix` steps from the guide, given data; then everything from the model. */
  | { readonly kind: "predict"; readonly prefix: number }
  /** Latents from the guide; observations are the data. */
  | { readonly kind: "posterior" }
  /** As posterior, and the observations' means under those latents. */
  | { readonly kind: "reconstruct" };

/** A graph for drawing. */
export interface Sampling extends Inputs {
  /**
   * "z" draws, "x" draws (data where the target takes data), "x.mean" means of the distribution drawn from,
   * watches by name: [K, B, T, …], or [K, B, …] for what is not of a step.
   */
  readonly graph: Graph;
}
