/** What a run is asked to do, and the state that it starts from. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Backend } from "../runtime/backend.ts";
import { checkpointDiffers } from "./errors.ts";
import type { Feed } from "./feed.ts";
import { initialise } from "./initialise.ts";
import type { TrainingOptions } from "./options.ts";
import type { BatchSizes, Problem } from "./problem.ts";
import type { TrainingState } from "./state.ts";
import { slotsOf } from "./step.ts";
import type { VerifyOptions } from "./verify/verify.ts";

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
  /** Compares the compiled programs with the reference before the first update; a difference ends the run (E0740). */
  readonly verify?: VerifyOptions;
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

/** The fresh state, or the one to resume from if it fits the problem and the optimizer. */
export const startingState = ({
  problem,
  options,
  resumeFrom,
}: Pick<TrainRequest, "problem" | "options" | "resumeFrom">): Result<TrainingState> => {
  const fresh = initialState(problem, options);
  if (resumeFrom === undefined) return success(fresh);
  const wrong = [
    ...differences("the parameter", fresh.parameters, resumeFrom.parameters),
    ...differences("the optimizer's slot", fresh.slots, resumeFrom.slots),
  ];
  return wrong.length > 0 ? failure(checkpointDiffers(wrong)) : success(resumeFrom);
};
