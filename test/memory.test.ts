import { expect, test } from "vitest";
import { arraysDataset, compile, missingMemory, type MemoryNeed } from "../src/index.ts";

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
