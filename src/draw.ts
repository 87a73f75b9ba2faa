import { invariant } from "./diagnostics/invariant.ts";
import {
  checkArguments,
  oneOf,
  perhaps,
  wholeFrom,
  wrongArgument,
} from "./diagnostics/argument.ts";
import { failure, success, type Diagnostic, type Result } from "./diagnostics/diagnostic.ts";
import type { Batch } from "./data/dataset.ts";
import { added } from "./graph/added.ts";
import type { NodeOf, Shape } from "./graph/op.ts";
import type { Model } from "./ir/model.ts";
import type { Program, SampleTarget } from "./program.ts";
import type { Backend, HostArray } from "./runtime/backend.ts";
import { nonFiniteDraw, type BadDraw } from "./training/errors.ts";
import { disposeAll, feedBatch, stepFields, upload, type Feed } from "./training/feed.ts";
import { wrongParameters } from "./training/request.ts";
import { drawNoise } from "./training/noise.ts";
import type { BatchSizes } from "./training/problem.ts";

/** What to draw, from which parameters, given which data. */
export interface DrawRequest {
  readonly target: SampleTarget;
  readonly parameters: ReadonlyMap<string, HostArray>;
  /** Gives the sizes, and for all targets but `prior` the observations and where each sequence ends. */
  readonly batch: Batch;
  readonly batchSize: number;
  readonly steps?: number;
  readonly dims: Readonly<Record<string, number>>;
  /** Draws for each sequence. */
  readonly samples: number;
  /** Steps that `predict` takes from the data. */
  readonly prefix?: number;
  readonly seed: number;
}

/**
 * Draws sites and watches: by name [S, B, T, …], or [S, B, …] where there is no time. `x.mean` is the mean of the
 * distribution that `x` is drawn from. `predict` goes on where a sequence ends, be it before the prefix does; `posterior`
 * and `reconstruct` end with the sequence, and give NaN beyond.
 */
export const drawSamples = (
  program: Program,
  backend: Backend,
  request: DrawRequest,
): Result<ReadonlyMap<string, HostArray>> => {
  const wrong = wrongRequest(program, request);
  if (wrong.length > 0) return failure(...wrong);
  const { target, batch, batchSize, steps, prefix, dims, samples, seed } = request;
  const lengths = target === "prior" ? undefined : batch.lengths;
  const drawing = program.sampling(target, {
    batch: batchSize,
    samples,
    ragged: lengths !== undefined,
    ...(steps === undefined ? {} : { steps }),
    ...(prefix === undefined ? {} : { prefix }),
    dims,
  });
  if (!drawing.ok) return drawing;
  const { graph, noise: kinds } = drawing.value;
  const compiled = backend.compile(graph);
  if (!compiled.ok) return compiled;
  const noise = drawNoise(kinds, seed, "draw", 0);
  const given = new Map([...request.parameters, ...noise]);
  const asked = graph.inputs.filter(({ attrs }) => !given.has(attrs.name));
  const misfits = asked.flatMap((input) => wrongField(input, batch));
  if (misfits.length > 0) {
    compiled.value.dispose();
    return failure(...misfits);
  }
  const feed = feedDraw(program.model, graph.inputs, given, batch, {
    batch: batchSize,
    ...(steps === undefined ? {} : { steps }),
  });
  const inputs = upload(backend, graph.inputs, feed);
  const outputs = compiled.value.run(inputs);
  const drawn = new Map([...outputs].map(([name, buffer]) => [name, buffer.read()]));
  disposeAll([...inputs.values(), ...outputs.values()]);
  compiled.value.dispose();
  const stepwise = stepOutputs(program);
  const endsOf = (name: string): Int32Array | undefined =>
    target !== "predict" && stepwise.has(name) ? lengths : undefined;
  for (const [name, array] of drawn) {
    const bad = findBad(array, stepwise.has(name), endsOf(name));
    if (bad !== undefined) return failure(nonFiniteDraw(name, target, bad));
  }
  return success(
    new Map(
      [...drawn].map(([name, array]) => {
        const ends = endsOf(name);
        return [name, ends === undefined ? array : endWith(array, ends)];
      }),
    ),
  );
};

/** Names of what is drawn at every step. */
const stepOutputs = ({ model }: Pick<Program, "model">): ReadonlySet<string> =>
  new Set([
    ...model.sites.flatMap(({ name, when }) => (when === "step" ? [name, `${name}.mean`] : [])),
    ...model.watches.flatMap(({ name, value }) =>
      model.values[value]?.when === "step" ? [name] : [],
    ),
  ]);

/** The first element that is NaN, at a step that exists; [S, B, T, …] if `stepwise`, else [S, B, …]. */
const findBad = (
  { shape, data }: HostArray,
  stepwise: boolean,
  lengths: Int32Array | undefined,
): BadDraw | undefined => {
  const [samples = 1, batch = 1, steps = 1] = shape;
  const length = stepwise ? steps : 1;
  const size = data.length / (samples * batch * length);
  for (let i = 0; i < data.length; i += 1) {
    if (!Number.isNaN(data[i])) continue;
    const at = Math.floor(i / size);
    const [step, row] = [at % length, Math.floor(at / length)];
    if (step >= (lengths?.[row % batch] ?? length)) continue;
    const place = { draw: Math.floor(row / batch) + 1, sequence: (row % batch) + 1 };
    return stepwise ? { ...place, step: step + 1 } : place;
  }
  return undefined;
};

/** [S, B, T, …] with NaN at steps that a sequence does not have. */
const endWith = ({ shape, data }: HostArray, lengths: Int32Array): HostArray => {
  const [samples = 1, batch = 1, steps = 1, ...rest] = shape;
  const size = rest.reduce((product, n) => product * n, 1);
  const ended = Float32Array.from(data);
  for (let row = 0; row < samples * batch; row += 1) {
    const from = row * steps + Math.min(lengths[row % batch] ?? steps, steps);
    ended.fill(NaN, from * size, (row + 1) * steps * size);
  }
  return { shape, data: ended };
};

/** What a graph that draws takes: what is given, else what it reads of a batch. */
export const feedDraw = (
  { data }: Model,
  inputs: readonly NodeOf<"input">[],
  given: Feed,
  batch: Batch,
  sizes: Pick<BatchSizes, "batch" | "steps">,
): Feed => {
  const read = inputs.filter(({ attrs }) => !given.has(attrs.name));
  const fields = feedBatch(read, batch, sizes, stepFields(data));
  return new Map(
    inputs.map(({ attrs: { name }, shape }) => {
      const array = given.get(name) ?? fields.get(name);
      invariant(array !== undefined, `nothing to feed for ${name}`);
      return [name, firstSteps(array, shape)];
    }),
  );
};

/** [B, T, …] cut down to the first steps, where the graph takes only those: `predict` does not see what it predicts. */
const firstSteps = (array: HostArray, shape: Shape): HostArray => {
  const [batch = 1, steps = 1, ...rest] = shape;
  const [, given = 1] = array.shape;
  if (shape.length < 2 || given <= steps) return array;
  const step = rest.reduce((product, size) => product * size, 1);
  const data = new Float32Array(batch * steps * step);
  for (let b = 0; b < batch; b += 1) {
    const from = b * given * step;
    data.set(array.data.subarray(from, from + steps * step), b * steps * step);
  }
  return { shape, data };
};

const wrongField = (
  { attrs: { name }, shape }: NodeOf<"input">,
  batch: Batch,
): readonly Diagnostic[] => {
  if (name === added.mask) return [];
  const field = batch.fields.get(name);
  const whole = field === undefined || field.data.length === volume(field.shape);
  const cut = field === undefined || !whole ? field : firstSteps(field, shape);
  if (cut !== undefined && whole && cut.shape.join() === shape.join()) return [];
  const found = cut && `[${cut.shape.join(", ")}] of ${cut.data.length} numbers`;
  const expected = `an array [${shape.join(", ")}]`;
  return [wrongArgument("drawSamples", `batch.${name}`, expected, found)];
};

const volume = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

const wrongRequest = (program: Program, request: DrawRequest): readonly Diagnostic[] => {
  const { target, batchSize, samples, steps, prefix, seed, dims } = request;
  const count = wholeFrom(1);
  const temporal = program.model.sites.some(({ when }) => when === "step");
  const open = Object.entries(program.model.dims).flatMap(([name, size]) =>
    size === null ? [[`dims.${name}`, [dims[name], count]] as const] : [],
  );
  return [
    ...checkArguments("drawSamples", {
      target: [target, oneOf("prior", "predict", "posterior", "reconstruct")],
      batchSize: [batchSize, count],
      samples: [samples, count],
      steps: [steps, temporal ? count : perhaps(count)],
      prefix: [prefix, perhaps(wholeFrom(0))],
      seed: [seed, wholeFrom(0)],
      ...Object.fromEntries(open),
    }),
    ...wrongParameters("drawSamples", program.problem, request.parameters),
  ];
};
