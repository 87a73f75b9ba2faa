/** Experiments: run folders that a library user or the command line trains in, goes on with and looks at. */
import { oneOf, perhaps, text, wholeFrom } from "../diagnostics/argument.ts";
import type { Result } from "../diagnostics/diagnostic.ts";
import type * as conclude from "../experiment/conclude.ts";
import type * as evaluate from "../experiment/evaluate.ts";
import type * as open from "../experiment/open.ts";
import type * as reopen from "../experiment/reopen.ts";
import type * as sample from "../experiment/sample.ts";
import type * as opening from "../experiment/stage.ts";
import type * as training from "../experiment/train.ts";
import { insisting, promising, type ArgumentRules } from "./door.ts";
import * as rules from "./rules.ts";

/** The same function, which is loaded when it is first called. */
type Later<F extends (...given: never) => unknown> = (
  ...given: Parameters<F>
) => Promise<Awaited<ReturnType<F>>>;

/** The same where it has a result. */
type Answering<F extends (...given: never) => unknown> =
  Awaited<ReturnType<F>> extends Result<infer T>
    ? (...given: Parameters<F>) => Promise<Result<T>>
    : never;

const stage: ArgumentRules = {
  options: perhaps(rules.anObject),
  "options.backend": perhaps(text),
  "options.dataDirectory": perhaps(text),
};

/** Opens the data that a program's file names, which must fit the model. */
export const openData: Answering<typeof opening.openData> = promising(
  "openData",
  { program: rules.aProgram, dataDirectory: perhaps(text) },
  async (...given: Parameters<typeof opening.openData>) =>
    (await import("../experiment/stage.ts")).openData(...given),
);

/** Opens data and backend, and makes a run folder to train in; `runExperiment` is next. */
export const startExperiment: Answering<typeof open.startExperiment> = promising(
  "startExperiment",
  {
    program: rules.aProgram,
    ...stage,
    "options.folder": perhaps(text),
    "options.cwd": perhaps(text),
  },
  async (...given: Parameters<typeof open.startExperiment>) =>
    (await import("../experiment/open.ts")).startExperiment(...given),
);

/** Takes a run folder to go on from its last whole checkpoint; `runExperiment` is next. */
export const resumeExperiment: Answering<typeof reopen.resumeExperiment> = promising(
  "resumeExperiment",
  { folder: text, ...stage, "options.set": perhaps(rules.texts) },
  async (...given: Parameters<typeof reopen.resumeExperiment>) =>
    (await import("../experiment/reopen.ts")).resumeExperiment(...given),
);

/** Opens a run folder to look at it, with the parameters of a checkpoint. */
export const openExperiment: Answering<typeof reopen.openExperiment> = promising(
  "openExperiment",
  { folder: text, ...stage, "options.checkpoint": perhaps(oneOf("latest", "best")) },
  async (...given: Parameters<typeof reopen.openExperiment>) =>
    (await import("../experiment/reopen.ts")).openExperiment(...given),
);

const experiment: ArgumentRules = {
  experiment: rules.anObject,
  "experiment.program": rules.aProgram,
  "experiment.dataset": rules.aDataset,
  "experiment.backend": rules.aBackend,
  "experiment.state": rules.aState,
  "experiment.folder": text,
};

/** The bound of the test data with many particles, nats. */
export const evaluateExperiment: Answering<typeof evaluate.evaluateExperiment> = promising(
  "evaluateExperiment",
  {
    ...experiment,
    options: perhaps(rules.anObject),
    "options.particles": perhaps(wholeFrom(1)),
    "options.chunk": perhaps(wholeFrom(1)),
    "options.batches": perhaps(wholeFrom(1)),
  },
  async (...given: Parameters<typeof evaluate.evaluateExperiment>) =>
    (await import("../experiment/evaluate.ts")).evaluateExperiment(...given),
);

/** Draws, as arrays and pictures in the folder's `samples/`. */
export const sampleExperiment: Answering<typeof sample.sampleExperiment> = promising(
  "sampleExperiment",
  {
    ...experiment,
    options: perhaps(rules.anObject),
    "options.target": perhaps(oneOf("prior", "predict", "posterior", "reconstruct")),
    "options.sequences": perhaps(wholeFrom(1)),
    "options.samples": perhaps(wholeFrom(1)),
    "options.prefix": perhaps(wholeFrom(0)),
    "options.prefixWeights": perhaps(oneOf("importance", "none")),
    "options.particles": perhaps(wholeFrom(1)),
    "options.seed": perhaps(wholeFrom(0)),
  },
  async (...given: Parameters<typeof sample.sampleExperiment>) =>
    (await import("../experiment/sample.ts")).sampleExperiment(...given),
);

const trained: ArgumentRules = { ...experiment, options: perhaps(rules.anObject) };

/** Trains to the end, then writes `report.html`; or says what failed. The folder is released. */
export const runExperiment: Answering<typeof training.runExperiment> = promising(
  "runExperiment",
  trained,
  async (...given: Parameters<typeof training.runExperiment>) =>
    (await import("../experiment/train.ts")).runExperiment(...given),
);

/** What comes before training: comparisons with the reference, and the test bound of first values. */
export const prepareTraining: Answering<typeof training.prepareTraining> = promising(
  "prepareTraining",
  trained,
  async (...given: Parameters<typeof training.prepareTraining>) =>
    (await import("../experiment/train.ts")).prepareTraining(...given),
);

/** Trains, and writes down what training tells; the report is `concludeExperiment`'s. */
export const trainExperiment: Later<typeof training.trainExperiment> = insisting(
  "trainExperiment",
  trained,
  async (...given: Parameters<typeof training.trainExperiment>) =>
    (await import("../experiment/train.ts")).trainExperiment(...given),
);

/** The experiment on the next backend, where the one that `auto` chose did not start. */
export const onNextBackend: Later<typeof training.onNextBackend> = insisting(
  "onNextBackend",
  {
    ...experiment,
    trained: rules.anObject,
    "trained.state": rules.aState,
    "trained.diagnostics": rules.lists,
  },
  async (...given: Parameters<typeof training.onNextBackend>) =>
    (await import("../experiment/train.ts")).onNextBackend(...given),
);

/** Writes report and manifest of a run whose training ended. */
export const concludeExperiment: Later<typeof conclude.concludeExperiment> = insisting(
  "concludeExperiment",
  { ...experiment, state: rules.aState },
  async (...given: Parameters<typeof conclude.concludeExperiment>) =>
    (await import("../experiment/conclude.ts")).concludeExperiment(...given),
);
