/** Whether a run gets better, and when it is over. */
import type { StopReason } from "./event.ts";
import type { EarlyStopping, TrainingOptions } from "./options.ts";
import type { Progress } from "./state.ts";

/** The progress after an evaluation. */
export const judge = (
  progress: Progress | null,
  bound: number,
  iteration: number,
  stopping: EarlyStopping | null,
): Progress => {
  const needed = progress === null ? -Infinity : progress.bestBound + (stopping?.minDelta ?? 0);
  if (progress === null || bound > needed) {
    return { bestBound: bound, bestIteration: iteration, badEvaluations: 0 };
  }
  return { ...progress, badEvaluations: progress.badEvaluations + 1 };
};

/** Why a run ends before its next iteration; `undefined` while it goes on. */
export const stopReason = (
  iteration: number,
  progress: Progress | null,
  { steps, earlyStopping }: TrainingOptions,
  signal: AbortSignal | undefined,
): StopReason | undefined => {
  if (signal?.aborted === true) return "interrupted";
  if (iteration >= steps) return "done";
  const patience = earlyStopping?.patience ?? Infinity;
  return (progress?.badEvaluations ?? 0) >= patience ? "early" : undefined;
};
