/** What a run is asked to do, and the state that it starts from. */
import { checkArguments, wholeFrom, wrongArgument } from "../diagnostics/argument.ts";
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Backend } from "../runtime/backend.ts";
import { checkpointDiffers } from "./errors.ts";
import type { Feed } from "./feed.ts";
import { initialise } from "./initialise.ts";
import type { TrainingOptions } from "./options.ts";
import type { BatchSizes } from "../inference/graphs.ts";
import type { Problem } from "./problem.ts";
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
  const unusable = wrongOptions({ options });
  if (unusable.length > 0) return failure(...unusable);
  const fresh = initialState(problem, options);
  if (resumeFrom === undefined) return success(fresh);
  const wrong = [
    ...differences("the parameter", fresh.parameters, resumeFrom.parameters),
    ...differences("the optimizer's slot", fresh.slots, resumeFrom.slots),
  ];
  return wrong.length > 0 ? failure(checkpointDiffers(wrong)) : success(resumeFrom);
};

/** What is wrong with parameters that a caller of the library gives. */
export const wrongParameters = (
  of: string,
  problem: Pick<Problem, "parameters">,
  given: Feed,
): readonly Diagnostic[] =>
  problem.parameters.flatMap(({ name, shape }) => {
    const found = given.get(name);
    const expected = `an array [${shape.join(", ")}]`;
    const size = shape.reduce((a, b) => a * b, 1);
    if (found === undefined) return [wrongArgument(of, `parameters.${name}`, expected, found)];
    const fits = found.shape.join() === shape.join() && found.data.length === size;
    const shown = `[${found.shape.join(", ")}] of ${found.data.length} numbers`;
    return fits ? [] : [wrongArgument(of, `parameters.${name}`, expected, shown)];
  });

/** What is wrong with the options of training, which a caller may have made up. */
const wrongOptions = ({ options }: Pick<TrainRequest, "options">): readonly Diagnostic[] => {
  const count = wholeFrom(1);
  const { clip } = options;
  return checkArguments("train", {
    batch: [options.batch, count],
    particles: [options.particles, count],
    steps: [options.steps, count],
    seed: [options.seed, wholeFrom(0)],
    logEvery: [options.logEvery, count],
    checkpointEvery: [options.checkpointEvery, count],
    evaluateEvery: [options.evaluateEvery, count],
    evaluateBatches: [options.evaluateBatches, count],
    clip: [clip, { expected: "a number > 0 or null", holds: (x) => x === null || Number(x) > 0 }],
  });
};
