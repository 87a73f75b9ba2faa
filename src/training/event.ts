/** What a training run tells while it goes on. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { TrainingState } from "./state.ts";

/** By term ("kl.z", "loglik.x"): nats, one number a step, or a single one for a term without time. */
export type Terms = ReadonlyMap<string, readonly number[]>;

export interface Metrics {
  readonly kind: "metrics";
  /** Updates done, from 1. */
  readonly iteration: number;
  /** Nats a sequence, mean over the batch. */
  readonly bound: number;
  /** Nats a frame. */
  readonly boundPerStep: number;
  readonly terms: Terms;
  /** Before clipping. */
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly klWeight: number;
  /** Since this call of `train` began. */
  readonly seconds: number;
  /** Iterations a second since the last metrics. */
  readonly stepsPerSecond: number;
}

/** The bound on the test split, with a KL weight of 1. */
export interface Evaluation {
  readonly kind: "evaluation";
  readonly iteration: number;
  readonly bound: number;
  readonly boundPerStep: number;
  readonly terms: Terms;
  /** Whether it is the best so far. */
  readonly best: boolean;
}

/** A state to persist. Its arrays are copies that training does not touch again. */
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

export type TrainEvent = Metrics | Evaluation | Checkpoint | Failure | Stopped;

export interface TrainResult {
  readonly reason: StopReason;
  /** After the last good iteration. */
  readonly state: TrainingState;
  readonly diagnostics: readonly Diagnostic[];
}
