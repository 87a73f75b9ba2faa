/** Draws know where each sequence ends. */
import { expect, test } from "vitest";
import {
  compile,
  drawSamples,
  initialState,
  referenceBackend,
  type SampleTarget,
} from "../../src/index.ts";
import { need } from "../support/need.ts";

/** Levels that stay where they are: 8, 5 and 3, of one, two and four steps; padding holds what nobody may see. */
const drawn = (target: SampleTarget, padding: number): readonly (readonly number[])[] => {
  const program = need(
    compile({
      path: "m.gtm",
      text: `model M {
  data x[t]: real
  param m: real = 0
  x[0]: real = 1
  h[0]: real = 0
  h[t] = h[t-1] + x[t]
  z[t] ~ Normal(loc = 0, scale = 1)
    guide Normal(loc = 0.001 * h[t], scale = 0.001)
  x[t] ~ Normal(loc = x[t-1] + m, scale = 0.01)
}
train { batch = 3  steps = 1 }
`,
    }),
  );
  const levels = [8, 5, 3];
  const lengths = [1, 2, 4];
  const data = levels.flatMap((level, b) =>
    Array.from({ length: 4 }, (_, t) => (t < (lengths[b] ?? 0) ? level : padding)),
  );
  const x = { shape: [3, 4], data: Float32Array.from(data), per: "step" } as const;
  const batch = { fields: new Map([["x", x]]), lengths: Int32Array.from(lengths) };
  const arrays = need(
    drawSamples(program, referenceBackend, {
      target,
      parameters: initialState(program.problem, program.config.training).parameters,
      batch,
      batchSize: 3,
      steps: 4,
      dims: {},
      samples: 1,
      seed: 1,
      ...(target === "predict" ? { prefix: 3 } : {}),
    }),
  );
  const found = [...(arrays.get(target === "posterior" ? "z" : "x")?.data ?? [])];
  return levels.map((_, b) => found.slice(4 * b, 4 * b + 4));
};

test("predict goes on from what a sequence has of the prefix", () => {
  const rows = drawn("predict", 0);
  rows.forEach((row, b) => {
    // Three steps of 0.01 stay within ten times that.
    for (const x of row) expect(Math.abs(x - ([8, 5, 3][b] ?? 0))).toBeLessThan(0.3);
  });
  expect(drawn("predict", NaN)).toEqual(rows);
});

test.each(["posterior", "reconstruct"] as const)("%s ends with its sequence", (target) => {
  const rows = drawn(target, NaN);
  expect(rows.map((row) => row.filter((x) => !Number.isNaN(x)).length)).toEqual([1, 2, 4]);
  expect(drawn(target, 1e30)).toEqual(rows);
});
