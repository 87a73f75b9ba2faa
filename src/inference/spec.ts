/** What one may ask of inference, and what comes out: plain values, no behaviour. */
import type { Graph } from "../graph/op.ts";
import type { GraphInputs } from "./graphs.ts";

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
export interface Sampling extends GraphInputs {
  /**
   * "z" draws, "x" draws (data where the target takes data), "x.mean" means of the distribution drawn from,
   * watches by name: [K, B, T, …], or [K, B, …] for what is not of a step.
   */
  readonly graph: Graph;
}
