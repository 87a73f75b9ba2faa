import { checkArguments, oneOf, perhaps, wholeFrom } from "../diagnostics/argument.ts";
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { Batch } from "../data/dataset.ts";
import { feedDraw, wrongField } from "./draw-feed.ts";
import { chooseNoise, DEFAULT_PARTICLES } from "./prefix.ts";
import { hasTime } from "../ir/model.ts";
import type { Program, SampleTarget } from "./program.ts";
import type { Backend, HostArray } from "../runtime/backend.ts";
import { nonFiniteDraw, type BadDraw } from "../training/errors.ts";
import { runOnce } from "../training/forward.ts";
import type { Feed } from "../training/feed.ts";
import { wrongParameters } from "../training/request.ts";
import { drawNoise } from "../training/noise.ts";

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
  /**
   * How `predict` comes to the latents of the prefix. By "importance", the default, each draw takes one of `particles`
   * samples of the guide with a probability in proportion to p(x, z) / q(z | x) on the prefix; by "none" it is a sample of
   * the guide, which is right only as far as the guide is the posterior.
   */
  readonly prefixWeights?: "importance" | "none";
  /** Of "importance", for each draw; 32 unless given. */
  readonly particles?: number;
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
  const { graph, noise } = drawing.value;
  const independent = new Map([...request.parameters, ...drawNoise(noise, seed, "draw", 0)]);
  const asked = graph.inputs.filter(({ attrs }) => !independent.has(attrs.name));
  const misfits = asked.flatMap((input) => wrongField(input, batch));
  if (misfits.length > 0) return failure(...misfits);
  const chosen = weighPrefix(program, backend, request);
  if (!chosen.ok) return chosen;
  const compiled = backend.compile(graph);
  if (!compiled.ok) return compiled;
  const given = new Map([...independent, ...chosen.value]);
  const feed = feedDraw(program.model, graph.inputs, given, batch, {
    batch: batchSize,
    ...(steps === undefined ? {} : { steps }),
  });
  const drawn = runOnce(backend, compiled.value, graph, feed);
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

/** The noise of the prefix that leads to the chosen particles; none where nothing is weighed. */
const weighPrefix = (program: Program, backend: Backend, request: DrawRequest): Result<Feed> => {
  const { target, batchSize, batch, steps, prefix = 0, dims } = request;
  const { prefixWeights = "importance", particles = DEFAULT_PARTICLES } = request;
  const weighs = target === "predict" && prefixWeights === "importance";
  if (!weighs || particles === 1 || prefix === 0 || steps === undefined) return success(new Map());
  return chooseNoise(program, backend, {
    ...request,
    particles,
    steps,
    sizes: { batch: batchSize, steps: prefix, ragged: batch.lengths !== undefined, dims },
  });
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

/** What the sizes of draws must be for a model, by their names. */
export const rulesOfSizes = (
  { model }: Pick<Program, "model">,
  { samples, steps, prefix, dims }: Pick<DrawRequest, "samples" | "steps" | "prefix" | "dims">,
): Parameters<typeof checkArguments>[1] => {
  const count = wholeFrom(1);
  const open = Object.entries(model.dims).flatMap(([name, size]) =>
    size === null ? [[`dims.${name}`, [dims[name], count]] as const] : [],
  );
  return {
    samples: [samples, count],
    steps: [steps, hasTime(model) ? count : perhaps(count)],
    prefix: [prefix, perhaps(wholeFrom(0))],
    ...Object.fromEntries(open),
  };
};

const wrongRequest = (program: Program, request: DrawRequest): readonly Diagnostic[] => {
  const { target, batchSize, seed } = request;
  const count = wholeFrom(1);
  return [
    ...checkArguments("drawSamples", {
      target: [target, oneOf("prior", "predict", "posterior", "reconstruct")],
      batchSize: [batchSize, count],
      ...rulesOfSizes(program, request),
      prefixWeights: [request.prefixWeights, perhaps(oneOf("importance", "none"))],
      particles: [request.particles, perhaps(count)],
      seed: [seed, wholeFrom(0)],
    }),
    ...wrongParameters("drawSamples", program.problem, request.parameters),
  ];
};
