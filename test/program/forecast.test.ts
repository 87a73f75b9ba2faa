import { expect, test } from "vitest";
import { arraysDataset, compile, type MemoryNeed } from "../../src/index.ts";
import { missingMemory, missingToDraw } from "../../src/program/forecast.ts";

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

test("what a model needs is known without computing anything, from more and more of it", () => {
  const program = compile({ path: "m.gtm", text });
  const dataset = arraysDataset({
    x: { shape: [4, 3, 2], data: new Float32Array(24), per: "step" },
    h: { shape: [4, 5], data: new Float32Array(20), per: "sequence" },
  });
  if (!program.ok || !dataset.ok) throw new Error("the model fits its data");
  const need = (available: number): MemoryNeed | undefined =>
    missingMemory(program.value, dataset.value, { H: 5 }, available);
  // Adam has two slots for each of 42 parameters; the state is there four times when a checkpoint is written.
  const state = 4 * 3 * 42;
  expect(need(100)).toEqual({ bytes: 4 * state, atLeast: true });
  // Data and noise: 24, 20 and 24 numbers.
  expect(need(2100)).toEqual({ bytes: 4 * (state + 68), atLeast: true });
  const planned = need(2500);
  expect(planned?.atLeast).toBe(false);
  expect(planned?.bytes).toBeGreaterThan(2500);
  expect(need(1e6)).toBeUndefined();
});

test("draws that do not fit are known before they are made", () => {
  const program = compile({ path: "m.gtm", text });
  if (!program.ok) throw new Error("the model is right");
  const need = (samples: number, available: number): MemoryNeed | undefined => {
    const sizes = { batch: 8, samples, steps: 3, dims: { H: 5 } };
    const missing = missingToDraw(program.value, "prior", sizes, available);
    if (!missing.ok) throw new Error("the arguments are right");
    return missing.value;
  };
  const most = need(1e8, 1e9);
  expect(most?.atLeast).toBe(true);
  // x, z, the mean of x and the noise of both: 8 sequences of 3 steps, 2 numbers each. The mean of z is one for all.
  expect(most?.bytes).toBeGreaterThanOrEqual(4 * 5 * 1e8 * 8 * 3 * 2);
  expect(need(1, 1e6)).toBeUndefined();
});

const gaussian = (loc: string): string => `model M {
  data x: real[4]
  z ~ Normal(loc = zeros(4), scale = 1) guide Normal(loc = x, scale = 1)
  x ~ Normal(loc = ${loc}, scale = 1)
}
`;

const repeated = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join("\n");

const layers = Array.from({ length: 64 }, () => "10000").join(", ");

/** What is refused on a machine of 25 GB, and what it takes at least: 12 bytes per parameter, with Adam. */
const tooLarge: readonly (readonly [what: string, text: string, gigabytes: number])[] = [
  [
    "weights of 10^6 by 10^6",
    `net up(x: real[4]) -> real[1000000] = linear()
net over(h: real[1000000]) -> real[1000000] = linear()
net down(h: real[1000000]) -> real[4] = linear()
${gaussian("down(over(up(z)))")}`,
    12_000,
  ],
  [
    "64 layers of 10^4",
    `net deep(x: real[4]) -> real[4] = mlp(${layers})\n${gaussian("deep(z)")}`,
    75,
  ],
  [
    "200 nets of 10^4 by 10^4",
    `${repeated(200, (i) => `net n${i}(h: real[10000]) -> real[10000] = linear()`)}
${gaussian("a200").replace(
  "  x ~",
  `  a0 = zeros(10000) + sum(z)
${repeated(199, (i) => `  a${i + 1} = n${i}(a${i})`)}
  a200 = zeros(4) + sum(n199(a199))
  x ~`,
)}`,
    240,
  ],
  [
    "10^7 particles",
    `${gaussian("z")}train {\n  objective = iwae(K = 10000000)\n  batch = 32\n}\n`,
    5,
  ],
];

test.each(tooLarge)("%s are refused before anything is allocated", (_, text, gigabytes) => {
  const program = compile({ path: "m.gtm", text });
  const x = { shape: [64, 4], data: new Float32Array(256), per: "sequence" } as const;
  const dataset = arraysDataset({ x });
  if (!program.ok || !dataset.ok) throw new Error("the model fits its data");
  const before = process.memoryUsage().arrayBuffers;
  const need = missingMemory(program.value, dataset.value, {}, 25e9);
  expect(need?.bytes ?? 0).toBeGreaterThan(Math.max(25, gigabytes) * 1e9);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
});
