/** `predict` goes on from the posterior of its prefix, whatever the guide is. */
import { describe, expect, test } from "vitest";
import {
  compile,
  drawSamples,
  initialState,
  referenceBackend,
  renderText,
  type DrawRequest,
} from "../../src/index.ts";
import { need } from "../support/need.ts";

type Wanted = Partial<DrawRequest> & Pick<DrawRequest, "samples">;

/** Draws given sequences, each padded with NaN to `steps`. */
const predict = (
  body: string,
  sequences: readonly (readonly number[])[],
  wanted: Wanted & { readonly steps: number; readonly prefix: number },
): ReturnType<typeof drawSamples> => {
  const { steps } = wanted;
  const text = `model M {\n  data x[t]: real\n${body}\n}\ntrain { batch = 1  steps = 1  objective = iwae(K = 2)  estimator = auto }\n`;
  const program = need(compile({ path: "m.gtm", text }));
  const padded = sequences.flatMap((row) => Array.from({ length: steps }, (_, t) => row[t] ?? NaN));
  const x = { shape: [sequences.length, steps], data: Float32Array.from(padded), per: "step" };
  const ragged = sequences.some(({ length }) => length < steps);
  return drawSamples(program, referenceBackend, {
    target: "predict",
    parameters: initialState(program.problem, program.config.training).parameters,
    batch: {
      fields: new Map([["x", x]]),
      ...(ragged ? { lengths: Int32Array.from(sequences, ({ length }) => length) } : {}),
    },
    batchSize: sequences.length,
    dims: {},
    seed: 1,
    ...wanted,
  });
};

const drawn = (...given: Parameters<typeof predict>): ReadonlyMap<string, Float64Array> =>
  new Map([...need(predict(...given))].map(([name, { data }]) => [name, Float64Array.from(data)]));

/** How many standard errors the mean and the variance of draws are away from what they should be. */
const distances = (
  draws: readonly number[],
  { mean, variance }: Moments,
): readonly [mean: number, variance: number] => {
  const n = draws.length;
  const found = draws.reduce((a, b) => a + b, 0) / n;
  const spread = draws.reduce((sum, x) => sum + (x - found) ** 2, 0) / (n - 1);
  return [
    Math.abs(found - mean) / Math.sqrt(variance / n),
    Math.abs(spread - variance) / (variance * Math.sqrt(2 / (n - 1))),
  ];
};

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

const [A, C, Q, R] = [0.9, 1.2, 0.6, 0.8];

/** z is 0 before the first step; the guide knows nothing of the data, and goes the wrong way. */
const linear = `  z[0]: real = 0
  z[t] ~ Normal(loc = ${A} * z[t-1], scale = ${Q})
    guide Normal(loc = 0.8 * z[t-1] - 0.2, scale = 0.8)
  x[t] ~ Normal(loc = ${C} * z[t], scale = ${R})`;

/** The next observation given these, by the Kalman filter. */
const kalman = (observed: readonly number[]): Moments => {
  let [mean, variance] = [0, 0];
  for (const x of observed) {
    const [ahead, spread] = [A * mean, A * A * variance + Q * Q];
    const gain = (C * spread) / (C * C * spread + R * R);
    mean = ahead + gain * (x - C * ahead);
    variance = spread * (1 - gain * C);
  }
  return { mean: C * A * mean, variance: C * C * (A * A * variance + Q * Q) + R * R };
};

/** Every draw of one step of one sequence, of [S, B, T]. */
const at = (
  draws: Float64Array | undefined,
  [batch, steps]: readonly [number, number],
  [sequence, step]: readonly [number, number],
): readonly number[] =>
  [...(draws ?? [])].filter((_, i) => i % (batch * steps) === sequence * steps + step);

describe("a linear Gaussian model with a poor guide", () => {
  const x = [0.9, 1.4, 1.1, 0.6];
  const sizes = { samples: 60, steps: 4, prefix: 3 };
  // The same sequence, so often that not all its particles are weighed at a time.
  const often = Array.from({ length: 12 }, () => x);
  const next = (wanted: Partial<DrawRequest>): readonly number[] => {
    const draws = drawn(linear, often, { ...sizes, ...wanted }).get("x");
    return [...(draws ?? [])].filter((_, i) => i % 4 === 3);
  };

  test("is predicted as the Kalman filter says; unweighted it is not", () => {
    const right = distances(next({ particles: 300 }), kalman(x.slice(0, 3)));
    expect(Math.max(...right)).toBeLessThan(4);
    const wrong = distances(next({ prefixWeights: "none" }), kalman(x.slice(0, 3)));
    expect(Math.max(...wrong)).toBeGreaterThan(20);
  });

  test("one particle is the guide's sample, and several are the default", () => {
    expect(next({ particles: 1 })).toEqual(next({ prefixWeights: "none" }));
    expect(next({})).toEqual(next({ prefixWeights: "importance", particles: 32 }));
    expect(next({})).not.toEqual(next({ prefixWeights: "none" }));
  });

  test("each sequence goes on from what it has of the prefix", () => {
    const rows = [x.slice(0, 1), x, x.slice(0, 2)];
    const draws = drawn(linear, rows, { ...sizes, samples: 400, particles: 250 }).get("x");
    rows.forEach(({ length }, sequence) => {
      const step = Math.min(length, sizes.prefix);
      const found = at(draws, [3, 4], [sequence, step]);
      const moments = kalman(x.slice(0, step));
      expect(Math.max(...distances(found, moments)), `sequence ${sequence}`).toBeLessThan(4);
    });
  });

  test("without a prefix nothing is weighed", () => {
    const none = { ...sizes, prefix: 0, samples: 2 };
    const unweighted = drawn(linear, [x], { ...none, prefixWeights: "none" });
    expect(drawn(linear, [x], none)).toEqual(unweighted);
  });
});

test("a latent drawn once is weighed by all of the prefix", () => {
  const x = [1.2, 0.7, 0];
  const body = `  s ~ Normal(loc = 0, scale = 1)
    guide Normal(loc = -0.5, scale = 1)
  x[t] ~ Normal(loc = s, scale = 1)`;
  const precision = 1 + 2;
  const moments = { mean: (1.2 + 0.7) / precision, variance: 1 / precision };
  const s = drawn(body, [x], { samples: 500, steps: 3, prefix: 2, particles: 300 }).get("s");
  expect(Math.max(...distances([...(s ?? [])], moments))).toBeLessThan(4);
});

test("a discrete latent is weighed, whose noise has an axis more", () => {
  const body = `  levels: real[3] = [0.0, 1.0, 2.0]
  k[t] ~ Categorical(logits = [0.0, 1.0, 0.0])
    guide Categorical(logits = [0.0, 0.0, 1.0])
  x[t] ~ Normal(loc = levels[k[t]], scale = 1)`;
  const x = [0.4, 1.6, 0];
  const draws = drawn(body, [x], { samples: 600, steps: 3, prefix: 2, particles: 300 }).get("k");
  [0, 1].forEach((step) => {
    const weights = [0, 1, 2].map((k) =>
      Math.exp((k === 1 ? 1 : 0) - ((x[step] ?? 0) - k) ** 2 / 2),
    );
    const total = weights.reduce((a, b) => a + b, 0);
    const found = at(draws, [1, 3], [0, step]);
    weights.forEach((weight, k) => {
      const p = weight / total;
      const share = found.filter((one) => one === k).length / found.length;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / found.length));
    });
  });
});

test("a model without latents is drawn as ever", () => {
  const body = `  x[0]: real = 0
  x[t] ~ Normal(loc = 0.5 * x[t-1], scale = 1)`;
  const sizes = { samples: 3, steps: 4, prefix: 2 };
  const x = [[1, 2, 3, 4]];
  expect(drawn(body, x, sizes)).toEqual(drawn(body, x, { ...sizes, prefixWeights: "none" }));
});

test("what no particle explains is refused", () => {
  const body = `  z[t] ~ Normal(loc = 0, scale = 1)
    guide Normal(loc = 0, scale = 1)
  x[t] ~ Normal(loc = z[t], scale = 1e-200)`;
  const refused = predict(body, [[1, 1e30, 0]], { samples: 1, steps: 3, prefix: 2 });
  const said = refused.ok ? "" : renderText(refused.diagnostics, new Map(), { color: false });
  expect(said).toMatchInlineSnapshot(`
    "error[E0721]: the prefix of sequence 1 cannot be weighed where \`predict\` draws from it
      = note: the model gives it the probability 0 with every particle of the guide
      = help: \`gtmc eval\` says which term it is; --prefix-weights none goes on from the guide unweighted
    "
  `);
});
