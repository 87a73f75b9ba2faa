/** What training and drawing compare with the reference before a run begins. */
import { afterAll, describe, expect, test } from "vitest";
import {
  arraysDataset,
  compile,
  fitData,
  initialState,
  referenceBackend,
  train,
  verifySampling,
  type Backend,
  type TrainEvent,
  type Verdict,
} from "../../src/index.ts";
import { openWasm } from "../../src/runtime/wasm/index.ts";
import { decisiveNoise } from "../../src/training/verify/noise.ts";
import { need } from "../support/need.ts";
import { lying } from "../support/lying.ts";
import { collect } from "./toy.ts";

const wasm = await openWasm({ threads: 1 });
afterAll(() => {
  wasm.dispose();
});

/** A memory that is read by content, a category and a latent, ragged. */
const text = `
dim X = 3
dim N = 9

memory Table(N, W) {
  state M: real[N, W] = 0
  state age: pos[N] = 1
  write(v: real[W]) {
    let a = onehot(argmax(age), N)
    M'   = M * (1 - outer(a, ones(W))) + outer(a, v)
    age' = (age + 1) * (1 - a)
  }
  read(k: real[W]) -> real[W] = softmax(M @ k) @ M
}

net post(x: real[X]) -> normal[X] = linear()

model Stale {
  data x[t]: real[X]
  param table: real[4, X] = randn(0.5)
  param e: real[X] = randn(0.5)
  memory mem: Table(N, X)
  h[0]: real[X] = 1
  h[t] = mem[t-1].read(h[t-1]) + x[t]
  a ~ Categorical(logits = zeros(4))
    guide Categorical(logits = table @ e)
  z[t] ~ Normal(loc = h[t-1], scale = 1)
    guide post(x[t])
  x[t] ~ Normal(loc = z[t] + table[a], scale = 1)
  mem[t] = mem[t-1].write(z[t])
}

train { objective = iwae(K = 2)  batch = 6  steps = 1 }
`;

const program = need(compile({ path: "stale.gtm", text }));
const [SEQUENCES, STEPS, X] = [24, 4, 3];
const dataset = need(
  arraysDataset(
    {
      x: {
        per: "step",
        shape: [SEQUENCES, STEPS, X],
        data: Float32Array.from({ length: SEQUENCES * STEPS * X }, (_, i) => Math.sin(i * i)),
      },
    },
    { test: 0.5, lengths: Array.from({ length: SEQUENCES }, (_, i) => 1 + (i % STEPS)) },
  ),
);
const dims = need(fitData(program, dataset));
const options = program.config.training;
const { parameters } = initialState(program.problem, options);
const whole = { seconds: 60, force: true };

const trained = async (
  backend: Backend,
  verify = whole,
): Promise<{ readonly verdicts: readonly Verdict[]; readonly codes: readonly string[] }> => {
  const { problem } = program;
  const { events, result } = await collect(
    train({ problem, dataset, backend, dims, options, verify }),
  );
  const isVerification = (event: TrainEvent): boolean => event.kind === "verification";
  const [verification] = events.filter(isVerification);
  return {
    verdicts: verification?.kind === "verification" ? verification.verdicts : [],
    codes: result.diagnostics.map(({ code }) => code),
  };
};

const drawn = (backend: Backend): ReturnType<typeof verifySampling> =>
  verifySampling({
    ...{ program, dataset, backend, parameters, options: whole },
    targets: (["prior", "posterior", "reconstruct", "predict"] as const).map((target) => [
      target,
      { batch: 6, samples: 2, steps: STEPS, prefix: 2, ragged: target !== "prior", dims },
    ]),
  });

describe("what agrees with the reference", () => {
  test("trains, and leaves no buffer behind", async () => {
    const before = wasm.count();
    const { verdicts, codes } = await trained(wasm);
    expect(codes).toEqual([]);
    expect(verdicts).toEqual([
      { kind: "equal", program: "test bound", sequences: 6 },
      { kind: "equal", program: "training step", sequences: 6 },
    ]);
    expect(wasm.count()).toBe(before);
  });

  test("draws, and leaves no buffer behind", () => {
    const before = wasm.count();
    expect(need(drawn(wasm)).map(({ kind }) => kind)).toEqual(["equal", "equal", "equal", "equal"]);
    expect(wasm.count()).toBe(before);
  });
});

describe("a backend that computes one number wrongly", () => {
  test.each([
    ["test bound", "logWeights"],
    ["test bound", "kl.z"],
    ["training step", "metric/term/loglik.x"],
    ["training step", "adam.m/table"],
    ["training step", "e"],
  ])("does not train: %s, %s", async (name, output) => {
    // One number of many, and by a little.
    const { verdicts, codes } = await trained(
      lying("liar", output, (value, place) => (place === 1 ? 1.001 * value + 1e-4 : value)),
    );
    expect(codes).toEqual(["E0740"]);
    expect(verdicts.at(-1)).toMatchObject({
      kind: "different",
      program: name,
      difference: { output },
    });
  });

  test("is told with both numbers and the sequence", async () => {
    const [first, last] = [0, 5];
    for (const sequence of [first, last]) {
      const { verdicts } = await trained(
        lying("liar", "logWeights", (value, place) => (place === sequence ? value - 1 : value)),
      );
      const verdict = verdicts.at(-1);
      if (verdict?.kind !== "different") throw new Error("the lie was not found");
      const { difference } = verdict;
      expect(difference.sequence).toBe(sequence + 1);
      expect(difference.found - difference.expected).toBeCloseTo(-1, 9);
      expect(difference.tolerance).toBeLessThan(0.01);
    }
  });

  test.each(["x", "x.mean", "z", "a"])("does not draw %s", (output) => {
    const result = drawn(lying("liar", output, (value) => value + 1));
    expect(result.ok ? [] : result.diagnostics.map(({ code }) => code)).toEqual(["E0740"]);
  });

  test("no number at all is a difference", async () => {
    const { codes } = await trained(lying("liar", "kl.a", () => NaN));
    expect(codes).toEqual(["E0740"]);
  });
});

test("what would take too long is left out, and says how long it takes", async () => {
  const liar = lying("liar", "logWeights", (value) => value + 1);
  const { verdicts, codes } = await trained(liar, { seconds: 0, force: false });
  expect(codes).toEqual([]);
  expect(verdicts.map(({ kind }) => kind)).toEqual(["skipped", "skipped"]);
  for (const verdict of verdicts) {
    expect(verdict.kind === "skipped" && verdict.seconds > 0).toBe(true);
  }
});

test("the reference is not compared with itself", async () => {
  expect((await trained(referenceBackend)).verdicts).toEqual([]);
});

test("noise that chooses is far from where a choice tips over", () => {
  const noise = decisiveNoise(
    [
      { name: "u", shape: [1000], kind: "uniform", per: "sequence" },
      { name: "g", shape: [100, 5], kind: "gumbel", per: "sequence" },
    ],
    1,
    0,
  );
  const uniform = [...(noise.get("u")?.data ?? [])];
  expect(uniform.every((u) => (u > 0 && u < 0.05) || (u > 0.95 && u < 1))).toBe(true);
  const gumbel = [...(noise.get("g")?.data ?? [])];
  const ahead = Array.from({ length: 100 }, (_, row) => {
    const [first = 0, second = 0] = gumbel.slice(5 * row, 5 * row + 5).sort((a, b) => b - a);
    return first - second;
  });
  expect(Math.min(...ahead)).toBeGreaterThan(40);
});
