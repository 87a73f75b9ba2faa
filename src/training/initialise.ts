/** First values of parameters. Each parameter has its own stream: adding one leaves the others' numbers alone. */
import type { HostArray } from "../runtime/backend.ts";
import { normal, uniform } from "../runtime/random.ts";
import type { ParameterInit, ParameterSpec } from "./problem.ts";
import { entryOf } from "../graph/table.ts";

type Fill<K extends ParameterInit["kind"]> = (
  init: Extract<ParameterInit, { kind: K }>,
  count: number,
  key: { readonly seed: number; readonly stream: string; readonly step: number },
) => Float32Array;

// `map` of a typed array makes an object of each number on its way.
const fills: { readonly [K in ParameterInit["kind"]]: Fill<K> } = {
  constant: ({ value }, count) => new Float32Array(count).fill(value),
  blocks: ({ blocks }, count) => {
    const row = blocks.flatMap(({ size, value }) => Array.from({ length: size }, () => value));
    return Float32Array.from({ length: count }, (_, i) => row[i % row.length] ?? 0);
  },
  normal: ({ scale }, count, key) => {
    const values = normal(key, count);
    for (let i = 0; i < count; i += 1) values[i] = scale * (values[i] ?? 0);
    return values;
  },
  glorot: ({ fanIn, fanOut, gain }, count, key) => {
    const limit = gain * Math.sqrt(6 / (fanIn + fanOut));
    const values = uniform(key, count);
    for (let i = 0; i < count; i += 1) values[i] = limit * (2 * (values[i] ?? 0) - 1);
    return values;
  },
};

/** Values of all parameters, by name. */
export const initialise = (
  parameters: readonly ParameterSpec[],
  seed: number,
): ReadonlyMap<string, HostArray> =>
  new Map(
    parameters.map(({ name, shape, init }) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const key = { seed, stream: `init/${name}`, step: 0 };
      return [name, { shape, data: entryOf(fills, init.kind)(init, count, key) }];
    }),
  );
