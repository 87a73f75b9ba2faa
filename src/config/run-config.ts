/** What a program says beside its model: settings with their origins, data, training. */
import type { DataSpec } from "../data/context.ts";
import type { TrainingOptions } from "../training/options.ts";

/** Where the value of a setting comes from; the last that speaks wins. */
export type Origin =
  | { readonly kind: "default" }
  /** A dimension whose size is that of an axis of the data. */
  | { readonly kind: "data" }
  /** A dimension that is computed from others. */
  | {
      readonly kind: "derived";
      readonly formula: string;
      readonly file: string;
      readonly line: number;
    }
  | { readonly kind: "file"; readonly file: string; readonly line: number }
  | { readonly kind: "config"; readonly file: string; readonly line: number }
  | { readonly kind: "set"; readonly text: string };

/** One line of `--print-config`: a path such as "Z" or "train.optimizer.lr", its value as text, and its origin. */
export interface ResolvedSetting {
  readonly path: string;
  readonly value: string;
  readonly origin: Origin;
}

/** Everything a run needs beside model and data. */
export interface RunConfig {
  readonly data: DataSpec | null;
  readonly training: TrainingOptions;
  /** As text, for people: "iwae(K = 4)". */
  readonly objective: string;
  readonly estimator: string;
  readonly settings: readonly ResolvedSetting[];
}
