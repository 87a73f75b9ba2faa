import type { BatchField } from "../data/dataset.ts";
import type {
  AddressUse,
  Continuations,
  Frames,
  ReadWeights,
  Reconstructions,
  Region,
} from "../report/data.ts";
import type { HostArray } from "../runtime/backend.ts";

/** Draws by name: [S, B, T, …], or [S, B, …] in a model without time. */
export type Drawn = ReadonlyMap<string, HostArray>;

/** What the arrays of one batch have in common. */
export interface BatchLayout {
  readonly batch: number;
  /** Absent in a model without time. */
  readonly steps?: number;
  readonly regions: readonly Region[];
  /** Height and width of a frame. */
  readonly size: readonly [number, number];
  /** Frames of each sequence of data, where they differ; what lies beyond is not shown. */
  readonly lengths?: Int32Array;
}

/** Images of one sequence: elements [at, at + frames * area) of an array, one after the other. */
const sequence = (
  data: ArrayLike<number>,
  at: number,
  frames: number,
  area: number,
): Float32Array[] =>
  Array.from({ length: frames }, (_, frame) =>
    Float32Array.from({ length: area }, (_, pixel) => data[at + frame * area + pixel] ?? 0),
  );

const extent = ({ steps, size }: BatchLayout): { frames: number; area: number } => ({
  frames: steps ?? 1,
  area: size[0] * size[1],
});

/** The first draw of each sequence, as long as its data; array [S, B, T, X] or [B, T, X]. */
const firstDraws = (
  data: ArrayLike<number>,
  layout: BatchLayout,
  shown: number,
): Float32Array[][] => {
  const { frames, area } = extent(layout);
  return Array.from({ length: Math.min(shown, layout.batch) }, (_, b) =>
    sequence(data, b * frames * area, layout.lengths?.[b] ?? frames, area),
  );
};

/** All draws of all sequences, those of one sequence below each other. */
export const framesOf = ({ shape, data }: HostArray, layout: BatchLayout): Frames => {
  const { frames, area } = extent(layout);
  const draws = shape[0] ?? 1;
  const one = (s: number, b: number): Float32Array[] =>
    sequence(data, (s * layout.batch + b) * frames * area, frames, area);
  return {
    size: layout.size,
    sequences: Array.from({ length: layout.batch * draws }, (_, i) =>
      one(i % draws, Math.floor(i / draws)),
    ),
  };
};

/** Test data above means of the model under the guide's latents. */
export const reconstructionsOf = (
  original: BatchField,
  means: HostArray,
  layout: BatchLayout,
): Reconstructions => {
  const shown = layout.steps === undefined ? 32 : 4;
  const { size, regions } = layout;
  return {
    regions,
    original: { size, sequences: firstDraws(original.data, layout, shown) },
    reconstruction: { size, sequences: firstDraws(means.data, layout, shown) },
  };
};

/** Data above draws that share its first `prefix` frames; means are shown, which say more than their draws. */
export const continuationsOf = (
  original: BatchField,
  means: HostArray,
  { prefix, layout }: { readonly prefix: number; readonly layout: BatchLayout },
): Continuations => {
  const { frames, area } = extent(layout);
  const draws = means.shape[0] ?? 1;
  const originals = firstDraws(original.data, layout, 3);
  return {
    regions: layout.regions,
    prefix,
    size: layout.size,
    sequences: originals.map((data, b) => ({
      original: data,
      draws: Array.from({ length: Math.min(2, draws) }, (_, s) => {
        const drawn = sequence(means.data, (s * layout.batch + b) * frames * area, frames, area);
        const given = data.slice(0, prefix);
        return [...given, ...drawn.slice(given.length)];
      }),
    })),
  };
};

/** Weights [S, B, T, R, N] or [S, B, T, N] over slots, mean over draws and the sequences that have the step. */
export const readWeightsOf = (
  name: string,
  { shape, data }: HostArray,
  regions: readonly Region[],
): ReadWeights => {
  const [draws = 1, batch = 1, steps = 1] = shape;
  const slots = shape.at(-1) ?? 1;
  const heads = shape.length > 4 ? (shape[3] ?? 1) : 1;
  const sequences = draws * batch;
  const mean = (step: number, head: number, slot: number): number => {
    let sum = 0;
    let count = 0;
    for (let s = 0; s < sequences; s++) {
      const weight = data[((s * steps + step) * heads + head) * slots + slot] ?? NaN;
      if (Number.isNaN(weight)) continue;
      sum += weight;
      count += 1;
    }
    return sum / Math.max(1, count);
  };
  return {
    name,
    regions,
    heads: Array.from({ length: heads }, (_, head) =>
      Array.from({ length: steps }, (_, step) =>
        Array.from({ length: slots }, (_, slot) => mean(step, head, slot)),
      ),
    ),
  };
};

/** How often each slot was drawn at each step: indices [S, B, T] as weights. */
export const indexWeightsOf = (
  name: string,
  { shape, data }: HostArray,
  { slots, regions }: { readonly slots: number; readonly regions: readonly Region[] },
): ReadWeights => {
  const steps = shape[2] ?? 1;
  const counts = Array.from({ length: steps }, () => new Array<number>(slots).fill(0));
  for (let i = 0; i < data.length; i++) {
    const [row, slot] = [counts[i % steps], data[i] ?? NaN];
    if (row !== undefined && !Number.isNaN(slot)) row[slot] = (row[slot] ?? 0) + 1;
  }
  const weights = counts.map((row) => {
    const drawn = row.reduce((sum, n) => sum + n, 0);
    return row.map((n) => n / Math.max(1, drawn));
  });
  return { name, regions, heads: [weights] };
};

/** Share of draws for each value of a discrete site that is drawn once per sequence. */
export const addressUseOf = (site: string, { data }: HostArray, slots: number): AddressUse => {
  const shares = new Array<number>(slots).fill(0);
  for (const slot of data) shares[slot] = (shares[slot] ?? 0) + 1 / data.length;
  return { site, shares };
};
