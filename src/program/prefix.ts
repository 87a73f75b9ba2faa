/** The particles that draws of `predict` go on from: sampling by importance, and resampling (Rubin 1987). */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Batch } from "../data/dataset.ts";
import { feedDraw, wrongField } from "./draw-feed.ts";
import { elements } from "../graph/shapes.ts";
import { inputsOf } from "../graph/walk.ts";
import type { Program } from "./program.ts";
import type { Backend, HostArray } from "../runtime/backend.ts";
import { gumbel } from "../runtime/random.ts";
import { unweighable } from "../training/errors.ts";
import type { Feed } from "../training/feed.ts";
import { openTrial, type Trial } from "../training/forward.ts";
import { drawNoise } from "../training/noise.ts";
import type { BatchSizes, NoiseInput } from "../inference/graphs.ts";

/** Particles of the guide among which each draw chooses, unless its caller says otherwise. */
export const DEFAULT_PARTICLES = 32;

/** Particles times sequences that are weighed at a time, which bounds memory whatever their number. */
const ROWS = 1024;

interface Weighing {
  readonly parameters: Feed;
  readonly batch: Batch;
  /** Steps that the batch has. */
  readonly steps: number;
  /** Of what is weighed: as many steps as the prefix has. */
  readonly sizes: Omit<BatchSizes, "particles">;
  readonly particles: number;
  readonly samples: number;
  readonly seed: number;
}

/**
 * For every draw and sequence the noise of one of its own `particles`, chosen in proportion to p(x, z) / q(z | x) on the
 * prefix: the noise of the guide, from which `predict` then makes the latents of the prefix. Empty without latents. Steps
 * that a sequence lacks weigh nothing.
 */
export const chooseNoise = (
  { model, problem }: Program,
  backend: Backend,
  { parameters, batch, steps, sizes, particles, samples, seed }: Weighing,
): Result<Feed> => {
  const chunk = Math.min(particles, Math.max(1, Math.floor(ROWS / sizes.batch)));
  const { logWeights, noise } = problem.evaluation({ ...sizes, particles: chunk });
  if (noise.length === 0) return success(new Map());
  const outputs = new Map([["logWeights", logWeights]]);
  const inputs = inputsOf(outputs.values());
  const names = new Set(noise.map(({ name }) => name));
  const read = inputs.filter(({ attrs: { name } }) => !names.has(name));
  const misfits = read.flatMap((input) =>
    parameters.has(input.attrs.name) ? [] : wrongField(input, batch),
  );
  if (misfits.length > 0) return failure(...misfits);
  const opened = openTrial(backend, { inputs, outputs });
  if (!opened.ok) return opened;
  const data = feedDraw(model, read, parameters, batch, { batch: sizes.batch, steps });
  const chosen = new Map(noise.map((spec) => [spec.name, room(spec, samples)]));
  const race = { trial: opened.value, data, noise, seed, particles, chunk, batch: sizes.batch };
  for (let draw = 0; draw < samples; draw += 1) {
    const lost = runRace(race, draw, (winner) => {
      for (const spec of noise) copyRow(spec, winner, { into: chosen.get(spec.name), draw });
    });
    if (lost !== undefined) {
      opened.value.dispose();
      return failure(unweighable(lost.sequence + 1, lost.weight));
    }
  }
  opened.value.dispose();
  return success(chosen);
};

interface Race {
  readonly trial: Trial;
  readonly data: Feed;
  readonly noise: readonly NoiseInput[];
  readonly seed: number;
  readonly particles: number;
  readonly chunk: number;
  readonly batch: number;
}

/** A particle of a sequence within a chunk, and the noise of the chunk. */
interface Winner {
  readonly particle: number;
  readonly sequence: number;
  readonly noise: Feed;
}

/**
 * Chooses a particle for each sequence: the largest log weight plus standard Gumbel noise wins with a probability in
 * proportion to its weight, and that of a chunk may be beaten by a later one. Gives a sequence that none can win.
 */
const runRace = (
  { trial, data, noise, seed, particles, chunk, batch }: Race,
  draw: number,
  take: (winner: Winner) => void,
): { readonly sequence: number; readonly weight: number } | undefined => {
  const best = new Float64Array(batch).fill(-Infinity);
  const chunks = Math.ceil(particles / chunk);
  for (let part = 0; part < chunks; part += 1) {
    const step = draw * chunks + part;
    const drawn = drawNoise(noise, seed, "prefix", step);
    const weights = trial.run(new Map([...data, ...drawn])).get("logWeights")?.data;
    invariant(weights !== undefined, "nothing was weighed");
    const luck = gumbel({ seed, stream: "prefix.choice", step }, chunk * batch);
    const entered = Math.min(chunk, particles - part * chunk);
    for (let sequence = 0; sequence < batch; sequence += 1) {
      let winner: number | undefined;
      for (let particle = 0; particle < entered; particle += 1) {
        const at = particle * batch + sequence;
        const weight = weights[at] ?? NaN;
        if (!(weight < Infinity)) return { sequence, weight };
        const score = weight + (luck[at] ?? 0);
        if (score <= (best[sequence] ?? 0)) continue;
        best[sequence] = score;
        winner = particle;
      }
      if (winner !== undefined) take({ particle: winner, sequence, noise: drawn });
    }
  }
  const sequence = best.indexOf(-Infinity);
  return sequence < 0 ? undefined : { sequence, weight: -Infinity };
};

/** [T, K, B, …] or [K, B, …] of noise, taken apart. */
const partsOf = ({
  shape,
  per,
}: NoiseInput): { readonly steps: readonly number[]; readonly rest: readonly number[] } => {
  const lead = per === "step" ? 1 : 0;
  return { steps: shape.slice(0, lead), rest: shape.slice(lead + 1) };
};

/** The same noise of as many draws. */
const room = (spec: NoiseInput, samples: number): HostArray => {
  const { steps, rest } = partsOf(spec);
  const shape = [...steps, samples, ...rest];
  return { shape, data: new Float32Array(elements(shape)) };
};

/** Copies a sequence's noise at all steps, from that of its particle to that of its draw. */
const copyRow = (
  spec: NoiseInput,
  { particle, sequence, noise }: Winner,
  { into, draw }: { readonly into: HostArray | undefined; readonly draw: number },
): void => {
  const { steps, rest } = partsOf(spec);
  const from = noise.get(spec.name);
  invariant(from !== undefined && into !== undefined, `no noise ${spec.name}`);
  const [batch = 1, ...event] = rest;
  const size = elements(event);
  const [particles, draws] = [from, into].map(({ shape }) => shape[steps.length] ?? 1);
  for (let step = 0; step < elements(steps); step += 1) {
    const at = (step * (particles ?? 1) + particle) * batch + sequence;
    const to = (step * (draws ?? 1) + draw) * batch + sequence;
    into.data.set(from.data.subarray(at * size, (at + 1) * size), to * size);
  }
};
