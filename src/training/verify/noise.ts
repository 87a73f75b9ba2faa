/** Noise for comparisons: of no particular distribution, but far from where a choice tips over. */
import type { HostArray } from "../../runtime/backend.ts";
import { below, normal, uniform } from "../../runtime/random.ts";
import type { NoiseInput } from "../../inference/graphs.ts";

/** What a category is ahead of the others by: more than logits differ. */
const AHEAD = 50;

/**
 * Two computations that round differently draw different categories where two of them lie within rounding of each other. So
 * noise that chooses is drawn anew until no choice is close: a uniform number lies near 0 or near 1, and of Gumbel numbers
 * one is far ahead.
 */
export const decisiveNoise = (
  noise: readonly NoiseInput[],
  seed: number,
  step: number,
): ReadonlyMap<string, HostArray> =>
  new Map(
    noise.map(({ name, shape, kind }) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const key = { seed, stream: `verify/${name}`, step };
      return [name, { shape, data: drawers[kind](key, count, shape.at(-1) ?? 1) }];
    }),
  );

type Key = Parameters<typeof uniform>[0];

const drawers: Readonly<
  Record<NoiseInput["kind"], (key: Key, count: number, outcomes: number) => Float32Array>
> = {
  normal: (key, count) => normal(key, count),
  uniform: (key, count) =>
    uniform(key, count).map((u) => (u < 0.5 ? 0.01 + 0.04 * u : 0.99 - 0.04 * (1 - u))),
  gumbel: (key, count, outcomes) => {
    const data = uniform(key, count);
    const choose = below({ ...key, stream: `${key.stream}/choice` }, count / outcomes);
    for (let row = 0; row < count; row += outcomes) {
      const chosen = row + choose(outcomes);
      data[chosen] = (data[chosen] ?? 0) + AHEAD;
    }
    return data;
  },
};
