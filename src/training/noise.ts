/** The noise of a graph, a function of (seed, purpose, input name, step). */
import type { Split } from "../data/dataset.ts";
import type { HostArray } from "../runtime/backend.ts";
import { below, gumbel, normal, uniform, type NoiseKey } from "../runtime/random.ts";
import type { NoiseInput } from "../inference/graphs.ts";

const samplers: Readonly<
  Record<NoiseInput["kind"], (key: NoiseKey, count: number) => Float32Array>
> = { normal, uniform, gumbel };

/** By input name. `purpose` ("train", "test", "draw") keeps apart what must not share noise. */
export const drawNoise = (
  noise: readonly NoiseInput[],
  seed: number,
  purpose: string,
  step: number,
): ReadonlyMap<string, HostArray> =>
  new Map(
    noise.map(({ name, shape, kind }) => {
      const count = shape.reduce((a, b) => a * b, 1);
      return [
        name,
        { shape, data: samplers[kind]({ seed, stream: `${purpose}${name}`, step }, count) },
      ];
    }),
  );

/** The draws that make batch number `step` of a split: whole numbers below given bounds. */
export const dataDraw = (seed: number, split: Split, step: number): ((bound: number) => number) =>
  below({ seed, stream: `data.${split}`, step }, 64);
