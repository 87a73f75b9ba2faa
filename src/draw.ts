import { invariant } from "./diagnostics/invariant.ts";
import { success, type Result } from "./diagnostics/diagnostic.ts";
import type { Batch } from "./data/dataset.ts";
import type { Shape } from "./graph/op.ts";
import type { Program, SampleTarget } from "./program.ts";
import type { Backend, HostArray } from "./runtime/backend.ts";
import { disposeAll, upload } from "./training/feed.ts";
import { drawNoise } from "./training/noise.ts";

/** What to draw, from which parameters, given which data. */
export interface DrawRequest {
  readonly target: SampleTarget;
  readonly parameters: ReadonlyMap<string, HostArray>;
  /** Gives the sizes, and for all targets but `prior` the observations. */
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
 * distribution that `x` is drawn from.
 */
export const drawSamples = (
  program: Program,
  backend: Backend,
  request: DrawRequest,
): Result<ReadonlyMap<string, HostArray>> => {
  const { target, batch, batchSize, steps, prefix, dims, samples, seed } = request;
  const drawing = program.sampling(target, {
    batch: batchSize,
    samples,
    ...(steps === undefined ? {} : { steps }),
    ...(prefix === undefined ? {} : { prefix }),
    dims,
  });
  if (!drawing.ok) return drawing;
  const { graph, noise: kinds } = drawing.value;
  const compiled = backend.compile(graph);
  if (!compiled.ok) return compiled;
  const noise = drawNoise(kinds, seed, "draw", 0);
  const feed = new Map<string, HostArray>();
  for (const { attrs, shape } of graph.inputs) {
    const array =
      request.parameters.get(attrs.name) ?? noise.get(attrs.name) ?? batch.fields.get(attrs.name);
    invariant(array !== undefined, `nothing to feed for ${attrs.name}`);
    feed.set(attrs.name, firstSteps(array, shape));
  }
  const inputs = upload(backend, graph.inputs, feed);
  const outputs = compiled.value.run(inputs);
  const drawn = new Map([...outputs].map(([name, buffer]) => [name, buffer.read()]));
  disposeAll([...inputs.values(), ...outputs.values()]);
  compiled.value.dispose();
  return success(drawn);
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
