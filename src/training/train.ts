/** The training loop: an iterator of events that leaves persisting and printing to its consumer. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Backend } from "../runtime/backend.ts";
import { diagnose } from "./diagnose.ts";
import { badSchedule, checkpointDiffers } from "./errors.ts";
import type { Evaluation, StopReason, TrainEvent, TrainResult } from "./event.ts";
import { feedStep, framesOf, scalar, trainingSizes, type Feed } from "./feed.ts";
import { initialise } from "./initialise.ts";
import type { EarlyStopping, TrainingOptions } from "./options.ts";
import type { BatchSizes, Problem } from "./problem.ts";
import { createStepper } from "./run-step.ts";
import type { Progress, TrainingState } from "./state.ts";
import { slotsOf } from "./step.ts";
import { createEvaluator, type Evaluator } from "./test-bound.ts";

/** What to train, on what, where and how. */
export interface TrainRequest {
  readonly problem: Problem;
  readonly dataset: Dataset;
  readonly backend: Backend;
  readonly options: TrainingOptions;
  /** Sizes of dimensions that data binds, as `fitFields` found them. */
  readonly dims?: BatchSizes["dims"];
  /** Goes on after this state, with its seed. */
  readonly resumeFrom?: TrainingState;
  /** Stops after the current iteration, with a checkpoint. */
  readonly signal?: AbortSignal;
}

/** Before the first update: first values, slots of zeros. */
export const initialState = (
  problem: Problem,
  options: Pick<TrainingOptions, "seed" | "optimizer">,
): TrainingState => ({
  iteration: 0,
  seed: options.seed,
  parameters: initialise(problem.parameters, options.seed),
  slots: new Map(
    slotsOf(problem.parameters, options).map(({ name, shape }) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return [name, { shape, data }];
    }),
  ),
  progress: null,
});

const differences = (what: string, expected: Feed, found: Feed): readonly string[] => [
  ...[...expected].flatMap(([name, { shape }]) => {
    const other = found.get(name);
    if (other === undefined) return [`${what} \`${name}\` is missing`];
    const [wanted, given] = [shape.join(", "), other.shape.join(", ")];
    return wanted === given ? [] : [`${what} \`${name}\` is [${given}], not [${wanted}]`];
  }),
  ...[...found.keys()]
    .filter((name) => !expected.has(name))
    .map((name) => `${what} \`${name}\` is not the model's`),
];

const startingState = ({ problem, options, resumeFrom }: TrainRequest): Result<TrainingState> => {
  const fresh = initialState(problem, options);
  if (resumeFrom === undefined) return success(fresh);
  const wrong = [
    ...differences("the parameter", fresh.parameters, resumeFrom.parameters),
    ...differences("the optimizer's slot", fresh.slots, resumeFrom.slots),
  ];
  return wrong.length > 0 ? failure(checkpointDiffers(wrong)) : success(resumeFrom);
};

/** The progress after an evaluation; one that gave no number is no improvement. */
export const judge = (
  progress: Progress | null,
  bound: number,
  iteration: number,
  stopping: EarlyStopping | null,
): Progress | null => {
  const needed = progress === null ? -Infinity : progress.bestBound + (stopping?.minDelta ?? 0);
  if (bound > needed) return { bestBound: bound, bestIteration: iteration, badEvaluations: 0 };
  return progress === null ? null : { ...progress, badEvaluations: progress.badEvaluations + 1 };
};

const isFiniteState = ({
  parameters,
  slots,
}: Pick<TrainingState, "parameters" | "slots">): boolean =>
  [...parameters.values(), ...slots.values()].every(({ data }) =>
    data.every((value) => Number.isFinite(value)),
  );

/** Lets timers and signals through; called when enough time has passed to be noticed. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const noticeable = 50;

/**
 * Trains until `options.steps`, an early stop, an abort or a failure. Iteration i depends on nothing but the
 * parameters before it, the seed and i, so a resumed run equals an uninterrupted one. The last event is `stopped`; before it
 * comes a checkpoint of the last good state, unless one was made at that iteration.
 */
export async function* train(request: TrainRequest): AsyncGenerator<TrainEvent, TrainResult> {
  const { problem, dataset, backend, dims = {}, signal } = request;
  const starting = startingState(request);
  if (!starting.ok) {
    return yield* fail(initialState(problem, request.options), starting.diagnostics);
  }
  let saved = starting.value;
  const options = { ...request.options, seed: saved.seed };
  const sizes = trainingSizes(dataset, options, dims);
  const objective = problem.objective(sizes);
  const created = createStepper(backend, objective, options, saved);
  if (!created.ok) return yield* fail(saved, created.diagnostics);
  const stepper = created.value;
  let evaluator: Evaluator | undefined;

  let { iteration, progress } = saved;
  const started = performance.now();
  let breathed = started;
  let busy = 0;
  let timed = 0;
  /** A checkpoint at this iteration, unless there is one or the state is spoilt. */
  const checkpoint = (): TrainEvent[] => {
    if (saved.iteration === iteration && saved.progress === progress) return [];
    const state = { iteration, seed: options.seed, progress, ...stepper.read() };
    if (!isFiniteState(state)) return [];
    saved = state;
    return [{ kind: "checkpoint", state }];
  };
  const stop = (
    reason: StopReason,
    diagnostics: readonly Diagnostic[] = [],
  ): readonly [TrainEvent[], TrainResult] => [
    [
      ...checkpoint(),
      ...(diagnostics.length > 0
        ? [{ kind: "failure", iteration: iteration + 1, diagnostics } as const]
        : []),
      { kind: "stopped", reason, iteration },
    ],
    { reason, state: saved, diagnostics },
  ];

  try {
    for (;;) {
      const stopping = stopReason(iteration, progress, options, signal);
      if (stopping !== undefined) {
        const [events, result] = stop(stopping);
        yield* events;
        return result;
      }
      const next = iteration + 1;
      const learningRate = options.optimizer.learningRate.at(next);
      const klWeight = options.klWeight.at(next);
      const spoilt = checkSchedules(options, next);
      if (spoilt.length > 0) {
        const [events, result] = stop("failed", spoilt);
        yield* events;
        return result;
      }
      const begun = performance.now();
      const at = { seed: options.seed, split: "train", index: next } as const;
      const { batch, feed } = feedStep(objective, dataset, sizes, at);
      const scalars = objective.scalars.map((name) => [name, scalar(klWeight)] as const);
      const fed = new Map([...feed, ...scalars]);
      const measured = stepper.step(next, fed);
      busy += (performance.now() - begun) / 1000;
      timed += 1;
      if (!Number.isFinite(measured.bound) || !Number.isFinite(measured.gradNorm)) {
        const inputs = new Map([...fed, ...stepper.read().parameters]);
        const [events, result] = stop("failed", [diagnose(objective, inputs, next)]);
        yield* events;
        return result;
      }
      iteration = next;
      const isLast = iteration === options.steps;
      if (iteration % options.logEvery === 0 || isLast) {
        yield {
          kind: "metrics",
          iteration,
          bound: measured.bound,
          boundPerStep: measured.bound / framesOf(batch, sizes),
          terms: measured.terms(),
          gradNorm: measured.gradNorm,
          learningRate,
          klWeight,
          seconds: (performance.now() - started) / 1000,
          stepsPerSecond: timed / Math.max(busy, 1e-9),
        };
        busy = 0;
        timed = 0;
      }
      let improved = false;
      if (iteration % options.evaluateEvery === 0 || isLast) {
        if (evaluator === undefined) {
          const made = createEvaluator(problem, dataset, backend, options, dims);
          if (!made.ok) {
            const [events, result] = stop("failed", made.diagnostics);
            yield* events;
            return result;
          }
          evaluator = made.value;
        }
        const tested = evaluator.evaluate(stepper.parameters());
        progress = judge(progress, tested.bound, iteration, options.earlyStopping);
        improved = progress?.bestIteration === iteration;
        const evaluation: Evaluation = { kind: "evaluation", iteration, ...tested, best: improved };
        yield evaluation;
      }
      if (iteration % options.checkpointEvery === 0 || improved) yield* checkpoint();
      if (performance.now() - breathed > noticeable) {
        await breathe();
        breathed = performance.now();
      }
    }
  } finally {
    stepper.dispose();
    evaluator?.dispose();
  }
}

function* fail(
  state: TrainingState,
  diagnostics: readonly Diagnostic[],
): Generator<TrainEvent, TrainResult> {
  const { iteration } = state;
  yield { kind: "failure", iteration, diagnostics };
  yield { kind: "stopped", reason: "failed", iteration };
  return { reason: "failed", state, diagnostics };
}

const stopReason = (
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

const checkSchedules = (options: TrainingOptions, iteration: number): readonly Diagnostic[] =>
  [
    { name: "the learning rate", schedule: options.optimizer.learningRate },
    { name: "the KL weight", schedule: options.klWeight },
  ].flatMap(({ name, schedule }) => {
    const value = schedule.at(iteration);
    return Number.isFinite(value) ? [] : [badSchedule(name, schedule.text, iteration, value)];
  });
