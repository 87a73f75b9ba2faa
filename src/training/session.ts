/** A run in progress: what it owns, and what one iteration of it does and tells. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { referenceBackend } from "../runtime/reference.ts";
import { diagnose } from "./diagnose.ts";
import { badSchedule, nothingToStopBy } from "./errors.ts";
import type { Evaluation, StopReason, TrainEvent, TrainResult } from "./event.ts";
import { feedStep, presentSteps, scalar, trainingSizes, type FedBatch } from "./feed.ts";
import type { TrainingOptions } from "./options.ts";
import type { BatchSizes, ObjectiveGraph } from "../inference/graphs.ts";
import { withPlace } from "./place.ts";
import { judge, stopReason } from "./progress.ts";
import type { TrainRequest } from "./request.ts";
import { createStepper, type StepMetrics, type Stepper } from "./run-step.ts";
import type { Progress, TrainingState } from "./state.ts";
import type { BoundEstimator } from "./estimate.ts";
import { createEvaluator } from "./test-bound.ts";
import { differences } from "./verify/errors.ts";
import { boundClaim } from "./verify/bound.ts";
import { stepClaim } from "./verify/step.ts";
import { verifyPrograms } from "./verify/verify.ts";

/** Compiles the step; the session owns it. */
export const openSession = (
  request: TrainRequest,
  state: TrainingState,
): Result<TrainingSession> => {
  const options = { ...request.options, seed: state.seed };
  if (options.earlyStopping !== null && request.dataset.validation !== true) {
    return failure(nothingToStopBy());
  }
  const sizes = trainingSizes(request.dataset, options, request.dims ?? {});
  const objective = request.problem.objective(sizes);
  const stepper = createStepper(request.backend, objective, options, state);
  return stepper.ok
    ? success(new TrainingSession({ ...request, options }, state, sizes, objective, stepper.value))
    : stepper;
};

/** Seconds since a time of `performance.now()`. */
const since = (begun: number): number => (performance.now() - begun) / 1000;

export class TrainingSession {
  readonly #request: TrainRequest;
  readonly #sizes: BatchSizes;
  readonly #objective: ObjectiveGraph;
  readonly #stepper: Stepper;
  readonly #begun = performance.now();
  /** By split; made when they are first needed. */
  readonly #evaluators = new Map<Evaluation["split"], BoundEstimator>();
  #iteration: number;
  #progress: Progress | null;
  /** The state of the last checkpoint. */
  #saved: TrainingState;
  #diagnostics: readonly Diagnostic[] = [];
  /** Iterations since the last metrics and the seconds that they took. */
  #timed = { iterations: 0, seconds: 0 };

  constructor(
    request: TrainRequest,
    state: TrainingState,
    sizes: BatchSizes,
    objective: ObjectiveGraph,
    stepper: Stepper,
  ) {
    this.#request = request;
    this.#sizes = sizes;
    this.#objective = objective;
    this.#stepper = stepper;
    this.#saved = state;
    this.#iteration = state.iteration;
    this.#progress = state.progress;
  }

  /** Why the run ends here; `undefined` while it goes on. */
  ending(): StopReason | undefined {
    const { options, signal } = this.#request;
    return this.#diagnostics.length > 0
      ? "failed"
      : stopReason(this.#iteration, this.#progress, options, signal);
  }

  /** Compares the programs with the reference, where that was asked for. */
  *verify(): Generator<TrainEvent, void> {
    const { verify, problem, dataset, backend, options } = this.#request;
    if (verify === undefined || backend.name === referenceBackend.name) return;
    const sizes = this.#sizes;
    const trained = { problem, dataset, options, sizes };
    const claims = [
      boundClaim(backend, trained, this.#saved),
      stepClaim(this.#stepper.trial, trained, this.#saved),
    ];
    const verdicts = verifyPrograms(claims, verify);
    if (!verdicts.ok) {
      this.#diagnostics = verdicts.diagnostics;
      return;
    }
    this.#diagnostics = differences(backend.name, verdicts.value);
    yield { kind: "verification", iteration: this.#iteration, verdicts: verdicts.value };
  }

  /** One iteration with what is due after it; one that fails leaves parameters and iteration as they were. */
  *iterate(): Generator<TrainEvent, void> {
    const { options, dataset } = this.#request;
    const next = this.#iteration + 1;
    this.#diagnostics = checkSchedules(options, next);
    if (this.#diagnostics.length > 0) return;
    const begun = performance.now();
    const at = { seed: options.seed, split: "train", index: next } as const;
    const fed = feedStep(this.#objective, dataset, this.#sizes, at);
    const klWeight = scalar(options.klWeight.at(next));
    const scalars = this.#objective.scalars.map((name) => [name, klWeight] as const);
    const feed = new Map([...fed.feed, ...scalars]);
    const measured = this.#stepper.step(next, feed);
    this.#timed.iterations += 1;
    this.#timed.seconds += since(begun);
    if (!Number.isFinite(measured.bound) || !Number.isFinite(measured.gradNorm)) {
      const inputs = new Map([...feed, ...this.#stepper.read().parameters]);
      const { problem } = this.#request;
      const found = diagnose(this.#objective, inputs, next);
      const graph = problem.evaluation(this.#sizes);
      this.#diagnostics = [withPlace(found, graph, problem.bound, inputs)];
      return;
    }
    this.#iteration = next;
    const isLast = next === options.steps;
    if (isLast || next % options.logEvery === 0) yield this.#metrics(measured, fed);
    if (isLast || next % options.evaluateEvery === 0) yield* this.#evaluate();
    const improved = this.#progress?.bestIteration === next;
    if (improved || next % options.checkpointEvery === 0) yield* this.#checkpoint();
  }

  /** The last events of the run. */
  *finish(reason: StopReason): Generator<TrainEvent, TrainResult> {
    yield* this.#checkpoint();
    const diagnostics = this.#diagnostics;
    const iteration = this.#iteration;
    if (diagnostics.length > 0) yield { kind: "failure", iteration: iteration + 1, diagnostics };
    yield { kind: "stopped", reason, iteration };
    return { reason, state: this.#saved, diagnostics };
  }

  dispose(): void {
    this.#stepper.dispose();
    for (const evaluator of this.#evaluators.values()) evaluator.dispose();
  }

  #metrics(measured: StepMetrics, { batch }: FedBatch): TrainEvent {
    const { options } = this.#request;
    const iteration = this.#iteration;
    const { iterations, seconds } = this.#timed;
    this.#timed = { iterations: 0, seconds: 0 };
    const present = presentSteps(batch, this.#sizes, options.batch)?.map((n) => n / options.batch);
    const frames = present?.reduce((sum, share) => sum + share, 0) ?? 1;
    return {
      kind: "metrics",
      iteration,
      bound: measured.bound,
      boundPerStep: measured.bound / frames,
      terms: measured.terms(),
      ...(present === undefined ? {} : { present }),
      gradNorm: measured.gradNorm,
      learningRate: options.optimizer.learningRate.at(iteration),
      klWeight: options.klWeight.at(iteration),
      seconds: since(this.#begun),
      stepsPerSecond: iterations / Math.max(seconds, 1e-9),
    };
  }

  *#evaluate(): Generator<TrainEvent, void> {
    const iteration = this.#iteration;
    const chooser = this.#request.dataset.validation === true ? "validation" : "test";
    for (const split of new Set([chooser, "test"] as const)) {
      const evaluator = this.#evaluatorOf(split);
      const found = evaluator.ok ? evaluator.value.estimate(this.#stepper.parameters()) : evaluator;
      if (!found.ok) {
        this.#diagnostics = found.diagnostics;
        return;
      }
      const { bound, boundPerStep, terms, present } = found.value;
      if (split === chooser) {
        const { earlyStopping } = this.#request.options;
        this.#progress = judge(this.#progress, bound, iteration, earlyStopping);
      }
      yield {
        kind: "evaluation",
        iteration,
        split,
        bound,
        boundPerStep,
        terms,
        ...(present === undefined ? {} : { present }),
        best: split === chooser && this.#progress?.bestIteration === iteration,
        warnings: found.warnings,
      };
    }
  }

  #evaluatorOf(split: Evaluation["split"]): Result<BoundEstimator> {
    const known = this.#evaluators.get(split);
    if (known !== undefined) return success(known);
    const { problem, dataset, backend, options } = this.#request;
    const made = createEvaluator(problem, dataset, backend, options, this.#sizes.dims, split);
    if (made.ok) this.#evaluators.set(split, made.value);
    return made;
  }

  /** A checkpoint of this iteration, unless there is one or the state is spoilt: a bad one replaces no good one. */
  *#checkpoint(): Generator<TrainEvent, void> {
    const [iteration, progress] = [this.#iteration, this.#progress];
    if (this.#saved.iteration === iteration && this.#saved.progress === progress) return;
    const { seed } = this.#request.options;
    const state = { iteration, seed, progress, ...this.#stepper.read() };
    if (!isFiniteState(state)) return;
    this.#saved = state;
    yield { kind: "checkpoint", state };
  }
}

const isFiniteState = ({
  parameters,
  slots,
}: Pick<TrainingState, "parameters" | "slots">): boolean =>
  [...parameters.values(), ...slots.values()].every(({ data }) =>
    data.every((value) => Number.isFinite(value)),
  );

const checkSchedules = (options: TrainingOptions, iteration: number): readonly Diagnostic[] =>
  [
    { name: "the learning rate", schedule: options.optimizer.learningRate },
    { name: "the KL weight", schedule: options.klWeight },
  ].flatMap(({ name, schedule }) => {
    const value = schedule.at(iteration);
    return Number.isFinite(value) ? [] : [badSchedule(name, schedule.text, iteration, value)];
  });
