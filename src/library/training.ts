/** Data, training, evaluation and draws. */
import { openDataset as open } from "../data/open.ts";
import { arraysDataset as openArrays } from "../data/sequences.ts";
import { perhaps, text, wholeFrom } from "../diagnostics/argument.ts";
import { drawSamples as draw } from "../program/draw.ts";
import { fitData as fit } from "../program/bind-data.ts";
import { openBackend as openNamed } from "../runtime/select.ts";
import { evaluateBound as evaluate } from "../training/evaluate.ts";
import { measureTestBound as measure } from "../training/measure.ts";
import * as request from "../training/request.ts";
import { refuse, train as follow } from "../training/train.ts";
import { verifySampling as verify } from "../program/verify-draws.ts";
import { answering, insisting, promising, wrongCall, type ArgumentRules } from "./door.ts";
import * as rules from "./rules.ts";

/** Opens what a `train` block names, or says what is unknown, missing or unreadable (E06xx). */
export const openDataset: typeof open = answering(
  "openDataset",
  {
    call: rules.anObject,
    "call.name": text,
    "call.arguments": rules.dataArguments,
    "call.place": perhaps(rules.anObject),
    "call.argumentPlaces": perhaps(rules.aMap),
    context: rules.anObject,
    "context.baseDirectory": text,
    "context.dataDirectory": perhaps(text),
    "context.fields": perhaps(rules.texts),
  },
  open,
);

/** Sequences that are in memory already. */
export const arraysDataset: typeof openArrays = answering(
  "arraysDataset",
  { fields: rules.objects, options: perhaps(rules.anObject) },
  openArrays,
);

/** Sizes of the dimensions that the data binds, or which fields are missing or do not fit (E06xx). */
export const fitData: typeof fit = answering(
  "fitData",
  { program: rules.aModelWithConfig, dataset: rules.aDataset },
  fit,
);

/** Draws sites and watches, as `DrawRequest` says: by name [S, B, T, …], or [S, B, …] where there is no time. */
export const drawSamples: typeof draw = answering(
  "drawSamples",
  {
    program: rules.aProgram,
    backend: rules.aBackend,
    request: rules.anObject,
    "request.parameters": rules.arrays,
    "request.dims": rules.anObject,
    "request.batch": rules.anObject,
    "request.batch.fields": rules.aMap,
  },
  draw,
);

/** Opens a backend by name; "auto" takes the fastest that passes its self-test on this machine. */
export const openBackend: typeof openNamed = promising(
  "openBackend",
  { name: text, options: perhaps(rules.anObject) },
  openNamed,
);

const measured: ArgumentRules = {
  request: rules.anObject,
  "request.problem": rules.aProblem,
  "request.dataset": rules.aDataset,
  "request.backend": rules.aBackend,
  "request.dims": perhaps(rules.dimensions),
};

/** The bound of many particles, as `BoundRequest` says. */
export const evaluateBound: typeof evaluate = answering(
  "evaluateBound",
  { ...measured, "request.parameters": rules.arrays },
  evaluate,
);

const trained: ArgumentRules = {
  "request.options": rules.anObject,
  "request.options.seed": wholeFrom(0),
  "request.options.batch": wholeFrom(1),
  "request.options.particles": wholeFrom(1),
  "request.options.steps": wholeFrom(1),
  "request.options.evaluateBatches": wholeFrom(1),
  "request.options.optimizer": rules.anOptimizer,
  "request.options.klWeight": rules.aSchedule,
  "request.resumeFrom": perhaps(rules.aState),
  "request.verify": perhaps(rules.verifying),
};

/** The test bound of a state outside the loop, on the batches and with the noise of training. */
export const measureTestBound: typeof measure = answering(
  "measureTestBound",
  { ...measured, ...trained, parameters: rules.arrays },
  measure,
);

/** Whether draws are computed as their graphs say. */
export const verifySampling: typeof verify = answering(
  "verifySampling",
  {
    request: rules.anObject,
    "request.program": rules.aProgram,
    "request.dataset": rules.aDataset,
    "request.backend": rules.aBackend,
    "request.parameters": rules.arrays,
    "request.targets": rules.targets,
    "request.options": rules.verifying,
  },
  verify,
);

/** Before the first update: first values, slots of zeros. */
export const initialState: typeof request.initialState = insisting(
  "initialState",
  {
    problem: rules.aProblem,
    options: rules.anObject,
    "options.seed": wholeFrom(0),
    "options.optimizer": rules.anOptimizer,
  },
  request.initialState,
);

/** Trains, and tells what happens as it happens, as `TrainRequest` says. */
export async function* train(...given: Parameters<typeof follow>): ReturnType<typeof follow> {
  const wrong = wrongCall("train", { ...measured, ...trained }, given);
  return wrong.length > 0 ? yield* refuse(wrong) : yield* follow(...given);
}
