/** Training in a run folder: what training tells is written down as it happens. */
import { join } from "node:path";
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { appendMetrics, runFiles, writeJson } from "../run/index.ts";
import { writeCheckpoint } from "../training/checkpoint.ts";
import type { TrainEvent, TrainResult } from "../training/event.ts";
import { measureTestBound } from "../training/measure.ts";
import type { TrainRequest } from "../training/request.ts";
import { train } from "../training/train.ts";
import type { Verdict } from "../training/verify/verify.ts";
import { concludeExperiment, type Conclusion } from "./conclude.ts";
import type { OpenExperiment } from "./experiment.ts";
import { evaluationLine, metricsLine } from "./metrics.ts";
import { verifyDraws, verifying } from "./verification.ts";

/** How an experiment trains. */
export interface TrainOptions {
  /** Told of everything that happens, after it was written down. */
  readonly on?: (event: TrainEvent) => void;
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /**
   * Whether to compare the compiled programs with the reference before the first step; a difference is a failure (E0740). By
   * default as many as half a second suffices for.
   */
  readonly verify?: boolean;
}

/** How training ended, and what was said of the last evaluation. */
export interface Trained extends TrainResult {
  readonly warnings: readonly Diagnostic[];
}

const requestOf = (
  { program, dataset, backend, dims, state }: OpenExperiment,
  { verify, signal }: TrainOptions,
): TrainRequest => {
  const compared = verifying(verify);
  return {
    problem: program.problem,
    dataset,
    backend,
    dims,
    options: program.config.training,
    resumeFrom: state,
    ...(compared === undefined ? {} : { verify: compared.training }),
    ...(signal === undefined ? {} : { signal }),
  };
};

/** Writes down what is told, and tells it on. */
const recorder =
  ({ folder, dataset }: OpenExperiment, on: TrainOptions["on"]) =>
  (event: TrainEvent): void => {
    if (event.kind === "metrics") appendMetrics(folder, metricsLine(event, dataset.regions));
    if (event.kind === "evaluation") appendMetrics(folder, evaluationLine(event, dataset.regions));
    if (event.kind === "checkpoint")
      writeCheckpoint(join(folder, runFiles.checkpoints), event.state);
    on?.(event);
  };

/**
 * What comes before training: the draws are compared with the reference, where that was asked for, and the test bound of first
 * values is measured.
 */
export const prepareTraining = (
  experiment: OpenExperiment,
  options: TrainOptions = {},
): Result<readonly Verdict[]> => {
  const { state } = experiment;
  const compared = verifying(options.verify);
  const verdicts =
    compared === undefined ? success([]) : verifyDraws(experiment, state.parameters, compared);
  if (!verdicts.ok || state.iteration > 0) return verdicts;
  const bound = measureTestBound(requestOf(experiment, options), state.parameters);
  if (!bound.ok) return bound;
  recorder(
    experiment,
    options.on,
  )({
    kind: "evaluation",
    iteration: 0,
    split: "test",
    ...bound.value,
    best: false,
    warnings: bound.warnings,
  });
  return verdicts;
};

/** Trains to the end, until the signal, or to a failure; there is a checkpoint of the last good state then. */
export const trainExperiment = async (
  experiment: OpenExperiment,
  options: TrainOptions = {},
): Promise<Trained> => {
  const record = recorder(experiment, options.on);
  const warnings = new Map<string, readonly Diagnostic[]>();
  const training = train(requestOf(experiment, options));
  for (;;) {
    const next = await training.next();
    if (next.done === true) return { ...next.value, warnings: [...warnings.values()].flat() };
    if (next.value.kind === "evaluation") warnings.set(next.value.split, next.value.warnings);
    record(next.value);
  }
};

/**
 * The experiment on the next backend, where `auto` chose one that then did not compile or start what the model needs, and what that
 * one said. `undefined` where it began, or there is no next one.
 */
export const onNextBackend = async (
  experiment: OpenExperiment,
  { diagnostics, state }: Pick<TrainResult, "diagnostics" | "state">,
): Promise<{ readonly experiment: OpenExperiment; readonly reason: string } | undefined> => {
  const refusal = diagnostics.find(({ code }) => code === "E0704" || code === "E0705");
  const begun = state.iteration > experiment.state.iteration;
  if (refusal === undefined || begun || experiment.next === undefined) return undefined;
  const next = await experiment.next();
  if (!next.ok) return undefined;
  const environment = { ...experiment.environment, backend: next.value.backend.name };
  writeJson(join(experiment.folder, runFiles.environment), environment);
  return { experiment: { ...experiment, ...next.value, environment }, reason: refusal.message };
};

/** How a whole run ended. */
export type RunEnd =
  | ({ readonly reason: "done" | "early" } & Conclusion)
  /** By the signal, after so many steps; `resumeExperiment` goes on from there. */
  | { readonly reason: "interrupted"; readonly step: number };

/**
 * Trains, draws the pictures of the report, and writes it; the folder is released at the end, however it ends. A failure leaves a
 * checkpoint of the last good state.
 */
export const runExperiment = async (
  experiment: OpenExperiment,
  options: TrainOptions = {},
): Promise<Result<RunEnd>> => {
  try {
    for (let current: OpenExperiment | undefined = experiment; ;) {
      const prepared = prepareTraining(current, options);
      const trained: Trained = prepared.ok
        ? await trainExperiment(current, options)
        : { reason: "failed", state: current.state, warnings: [], ...prepared };
      const { reason, state, diagnostics, warnings } = trained;
      if (reason === "interrupted") return success({ reason, step: state.iteration }, warnings);
      if (reason !== "failed") {
        const concluded = concludeExperiment(current, state);
        const said = [...warnings, ...concluded.warnings];
        return success({ reason, ...concluded.conclusion }, said);
      }
      current = (await onNextBackend(current, trained))?.experiment;
      if (current === undefined) return failure(...diagnostics);
    }
  } finally {
    experiment.release();
  }
};
