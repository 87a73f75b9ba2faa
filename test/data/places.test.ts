/**
 * Places and sizes that depend on data: whatever size the data give an axis, a model runs through everything, or is refused
 * with the place in its text.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  arraysDataset,
  compile,
  drawSamples,
  evaluateBound,
  fitData,
  initialState,
  referenceBackend,
  type ArrayField,
  type Program,
} from "../../src/index.ts";
import { need } from "../support/need.ts";

/** Ways to name a place of an axis of size S; `K` is the place. */
const places: Readonly<Record<string, string>> = {
  "a vector's element": "x[t] ~ Normal(loc = T[K] + m, scale = 1)",
  "a computed vector's element": "x[t] ~ Normal(loc = (T + 1)[K] + m, scale = 1)",
  "an element at every step": "x[t] ~ Normal(loc = V[t][K] + m, scale = 1)",
  "a matrix's row": "x[t] ~ Normal(loc = sum(M[K]) + m, scale = 1)",
  "a matrix's column": "x[t] ~ Normal(loc = sum(col(M, K)) + m, scale = 1)",
  "a column at every step": "x[t] ~ Normal(loc = col(V[t], K) + m, scale = 1)",
  "one-hot": "x[t] ~ Normal(loc = sum(onehot(K, S) * T) + m, scale = 1)",
  "in a function": "x[t] ~ Normal(loc = at(T) + m, scale = 1)",
  "in a guide":
    "z[t] ~ Normal(loc = 0, scale = 1)\n    guide Normal(loc = T[K], scale = 1)\n  x[t] ~ Normal(loc = z[t] + m, scale = 1)",
  "an index's first value":
    "z[0]: index[S] = K\n  z[t] ~ Categorical(logits = T * T[z[t-1]])\n    guide Categorical(logits = T)\n  x[t] ~ Normal(loc = T[z[t]] + m, scale = 1)",
  "a state's first value":
    "a[0]: index[S] = K\n  a[t] = argmax(T + T[a[t-1]])\n  x[t] ~ Normal(loc = T[a[t]] + m, scale = 1)",
  "an index": "a[t]: index[S] = K\n  x[t] ~ Normal(loc = T[a[t]] + m, scale = 1)",
  "an index with axes":
    "a[t]: index[H, S] = K\n  x[t] ~ Normal(loc = sum(sum(onehot(a[t], S))) + m, scale = 1)",
};

/** Ways to make an axis smaller than the data's by `K`. */
const sizes: Readonly<Record<string, string>> = {
  zeros: "x[t] ~ Normal(loc = sum(zeros(S - K)) + m, scale = 1)",
  state:
    "h[0]: real[S - K] = 0\n  h[t] = h[t-1] + x[t]\n  x[t] ~ Normal(loc = sum(h[t-1]) + m, scale = 1)",
  "two axes": "x[t] ~ Normal(loc = sum(sum(outer(T, ones(S * S - K)))) + m, scale = 1)",
};

const programs = new Map<string, Program>();

const programOf = (site: string, k: number): Program => {
  const text = `dim S
dim H = 2
fn at(v: real[S]) -> real = v[${k}]
model P {
  data x[t]: real
  data T: real[S] shared
  data M: real[S, S] shared
  data V[t]: real[S]
  param m: real = 0
  ${site.replaceAll(/\bK\b/gu, `${k}`)}
}
train { batch = 2  steps = 1  objective = iwae(K = 2) }
`;
  const known = programs.get(text) ?? need(compile({ path: "m.gtm", text }));
  programs.set(text, known);
  return known;
};

const field = (per: ArrayField["per"], ...shape: readonly number[]): ArrayField => ({
  per,
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
});

const dataOf = (size: number): ReturnType<typeof arraysDataset> =>
  arraysDataset({
    x: field("step", 4, 3),
    T: field("shared", size),
    M: field("shared", size, size),
    V: field("step", 4, 3, size),
  });

/** What all of a run says: nothing where it fits; else the text that is pointed at. */
const judge = (program: Program, size: number): readonly (readonly [string, string])[] => {
  const dataset = need(dataOf(size));
  const fitted = fitData(program, dataset);
  if (!fitted.ok) {
    return fitted.diagnostics.map(({ code, primary }) => {
      const { start = 0, end = 0 } = primary?.span ?? {};
      return [code, program.source.text.slice(start, end)];
    });
  }
  const { problem, config } = program;
  const { parameters } = initialState(problem, config.training);
  const common = { parameters, dims: fitted.value, seed: 1 };
  need(
    evaluateBound({
      ...{ ...common, problem, dataset, backend: referenceBackend },
      ...{ batch: 2, particles: 2, chunk: 1, sequences: 2 },
    }),
  );
  const batch = dataset.batch("test", 0, 2, () => 0);
  const request = { ...common, batch, batchSize: 2, steps: 3, samples: 1 };
  need(drawSamples(program, referenceBackend, { ...request, target: "reconstruct" }));
  return [];
};

const cases = fc.record({
  size: fc.integer({ min: 1, max: 5 }),
  k: fc.integer({ min: 0, max: 5 }),
});

describe("a place that the model names", () => {
  test.each(Object.entries(places))("%s", (_, site) => {
    fc.assert(
      fc.property(cases, ({ size, k }) => {
        const said = judge(programOf(site, k), size);
        const shown = said.map(([code, at]) => [code, at.replace(/^col\(.*, (\d+)\)$/u, "$1")]);
        expect(shown).toEqual(k < size ? [] : [["E0630", `${k}`]]);
      }),
      { numRuns: 4, examples: [[{ size: 2, k: 2 }], [{ size: 2, k: 1 }]] },
    );
  });
});

describe("an axis made of the data's", () => {
  test.each(Object.entries(sizes))("%s", (name, site) => {
    fc.assert(
      fc.property(cases, ({ size, k }) => {
        const made = (name === "two axes" ? size * size : size) - k;
        const said = judge(programOf(site, k), size).map(([code]) => code);
        expect(said).toEqual(made >= 1 ? [] : ["E0619"]);
      }),
      { numRuns: 4, examples: [[{ size: 2, k: 2 }], [{ size: 2, k: 3 }]] },
    );
  });
});

test("a model with time is refused data without, by name", () => {
  const program = compile({
    path: "m.gtm",
    text: `model M {
  data v: real
  z[t] ~ Normal(loc = v, scale = 1)
    guide prior
}
`,
  });
  const dataset = arraysDataset({
    v: { shape: [4], data: new Float32Array(4), per: "sequence" },
  });
  if (!program.ok || !dataset.ok) throw new Error("each is right by itself");
  const fitted = fitData(program.value, dataset.value);
  expect(fitted.ok ? [] : fitted.diagnostics.map(({ code }) => code)).toEqual(["E0621"]);
});
