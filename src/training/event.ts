/** What a training run tells while it goes on. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { TrainingState } from "./state.ts";
import type { Verdict } from "./verify/verify.ts";

/**
 * By term ("kl.z", "loglik.x"): nats, one number per step, or a single one for a term without time. Each is a mean over all
 * sequences, to which one that has ended adds 0: the sum over steps is the term of a sequence.
 */
export type Terms = ReadonlyMap<string, readonly number[]>;

/** What is measured on some sequences, each counted once. */
export interface Measured {
  /** Nats per sequence. */
  readonly bound: number;
  /** Nats per frame: those of all sequences over all their frames. */
  readonly boundPerStep: number;
  readonly terms: Terms;
  /**
   * The share of the sequences that have each step; absent without time. A term over it is the mean over the sequences that
   * have the step; its sum is the mean number of frames.
   */
  readonly present?: readonly number[];
}

export interface Metrics extends Measured {
  readonly kind: "metrics";
  /** Updates done, from 1. */
  readonly iteration: number;
  /** Before clipping. */
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly klWeight: number;
  /** Since this call of `train` began. */
  readonly seconds: number;
  /** Iterations per second since the last metrics. */
  readonly stepsPerSecond: number;
}

/** The bound on a split that does not train, with a KL weight of 1. */
export interface Evaluation extends Measured {
  readonly kind: "evaluation";
  readonly iteration: number;
  /** `validation`, where there is one, chooses the best state and says when to stop. */
  readonly split: "validation" | "test";
  /** Whether the state is the best so far, by the split that chooses. */
  readonly best: boolean;
  /** Terms that are infinite. */
  readonly warnings: readonly Diagnostic[];
}

/** A state to persist. Its arrays are copies that training does not use again. */
export interface Checkpoint {
  readonly kind: "checkpoint";
  readonly state: TrainingState;
}

export type StopReason = "done" | "early" | "interrupted" | "failed";

/** Always the last event, also after a failure. */
export interface Stopped {
  readonly kind: "stopped";
  readonly reason: StopReason;
  readonly iteration: number;
}

/** A checkpoint of the last good state, if there is one, comes before it. */
export interface Failure {
  readonly kind: "failure";
  readonly iteration: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** What came of comparing the run's programs with the reference, before the first update. */
export interface Verification {
  readonly kind: "verification";
  readonly iteration: number;
  readonly verdicts: readonly Verdict[];
}

export type TrainEvent = Verification | Metrics | Evaluation | Checkpoint | Failure | Stopped;

export interface TrainResult {
  readonly reason: StopReason;
  /** After the last good iteration. */
  readonly state: TrainingState;
  readonly diagnostics: readonly Diagnostic[];
}
