/** Everything a run needs to go on as if it had never stopped. */
import type { HostArray } from "../runtime/backend.ts";

/** The best evaluation so far and how long ago it was. */
export interface Progress {
  readonly bestBound: number;
  readonly bestIteration: number;
  /** Evaluations since without an improvement by `minDelta`. */
  readonly badEvaluations: number;
}

/**
 * A run after `iteration` updates. Noise and batches are functions of (seed, name, iteration), so the generator and
 * the place in the data need no state of their own.
 */
export interface TrainingState {
  readonly iteration: number;
  readonly seed: number;
  readonly parameters: ReadonlyMap<string, HostArray>;
  /** Optimizer slots by input name: "adam.m/prior.0.weight". */
  readonly slots: ReadonlyMap<string, HostArray>;
  readonly progress: Progress | null;
}
