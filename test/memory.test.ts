import { expect, test } from "vitest";
import {
  arraysDataset,
  compile,
  missingMemory,
  missingMemoryFor,
  type MemoryNeed,
} from "../src/index.ts";

const text = `dim X = 2
dim H
net up(x: real[X]) -> real[X] = mlp(8)
model M {
  data x[t]: real[X]
  data h: real[H]
  z[t] ~ Normal(loc = up(zeros(X)), scale = 1)
    guide prior
  x[t] ~ Normal(loc = z[t] + sum(h), scale = 1)
}
train { batch = 4 }
`;

test("what a model needs is known without computing anything, from more and more of it", async () => {
  const program = compile({ path: "m.gtm", text });
  const dataset = arraysDataset({
    x: { shape: [4, 3, 2], data: new Float32Array(24), per: "step" },
    h: { shape: [4, 5], data: new Float32Array(20), per: "sequence" },
  });
  if (!program.ok || !dataset.ok) throw new Error("the model fits its data");
  const need = async (available: number): Promise<MemoryNeed | undefined> => {
    const missing = await missingMemory(program.value, dataset.value, { H: 5 }, available);
    if (!missing.ok) throw new Error("the arguments are right");
    return missing.value;
  };
  // Adam has two slots for each of 42 parameters.
  expect(await need(100)).toEqual({ bytes: 4 * 3 * 42, atLeast: true });
  // Data and noise: 24, 20 and 24 numbers.
  expect(await need(600)).toEqual({ bytes: 4 * (3 * 42 + 68), atLeast: true });
  const planned = await need(1000);
  expect(planned?.atLeast).toBe(false);
  expect(planned?.bytes).toBeGreaterThan(1000);
  expect(await need(1e6)).toBeUndefined();
});

test("draws that do not fit are known before they are made", async () => {
  const program = compile({ path: "m.gtm", text });
  if (!program.ok) throw new Error("the model is right");
  const need = async (samples: number, available: number): Promise<MemoryNeed | undefined> => {
    const sizes = { batch: 8, samples, steps: 3, dims: { H: 5 } };
    const drawing = program.value.sampling("prior", sizes);
    if (!drawing.ok) throw new Error("the sizes are right");
    const missing = await missingMemoryFor(drawing.value.graph.outputs, available);
    if (!missing.ok) throw new Error("the arguments are right");
    return missing.value;
  };
  const most = await need(1e8, 1e9);
  expect(most?.atLeast).toBe(true);
  // x, z, the mean of x and the noise of both: 8 sequences of 3 steps, 2 numbers each. The mean of z is one for all.
  expect(most?.bytes).toBeGreaterThanOrEqual(4 * 5 * 1e8 * 8 * 3 * 2);
  expect(await need(1, 1e6)).toBeUndefined();
});
