/** A number that may change with the iteration, compiled from its text. */
export interface Schedule {
  readonly text: string;
  at(iteration: number): number;
}

export type OptimizerKind = "adam" | "adamw" | "sgd" | "rmsprop";

export interface OptimizerOptions {
  readonly kind: OptimizerKind;
  readonly learningRate: Schedule;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly momentum: number;
  /** Of RMSProp's running mean of squares. */
  readonly decay: number;
  /** Decoupled (Loshchilov & Hutter 2019); AdamW only. */
  readonly weightDecay: number;
}

export interface EarlyStopping {
  /** Evaluations without improvement of the bound on validation data. */
  readonly patience: number;
  /** Nats that count as an improvement. */
  readonly minDelta: number;
}

export interface TrainingOptions {
  readonly optimizer: OptimizerOptions;
  /** Largest global norm of the gradient; `null` for none. */
  readonly clip: number | null;
  readonly batch: number;
  readonly particles: number;
  readonly steps: number;
  readonly seed: number;
  readonly klWeight: Schedule;
  /** Iterations between lines of metrics, checkpoints and evaluations. */
  readonly logEvery: number;
  readonly checkpointEvery: number;
  readonly evaluateEvery: number;
  /** Batches of a split that an evaluation takes. */
  readonly evaluateBatches: number;
  readonly earlyStopping: EarlyStopping | null;
}
