import { expect, test } from "vitest";
import { drawOnce, type Given } from "../support/drawn.ts";

const uniform = (count: number, seed: number): number[] => {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
};

const expectClose = (found: readonly number[] | undefined, expected: readonly number[]): void => {
  expect(found?.length).toBe(expected.length);
  found?.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 6);
  });
};

/** Evaluates `expression` over given vectors; `y.mean` is its value. */
const value = (
  declarations: string,
  members: string,
  expression: string,
  size: string,
  given: Given,
) =>
  drawOnce(
    `${declarations}
model Probe {
${members}
  data y: real[${size}]
  y ~ Normal(loc = ${expression}, scale = ones(${size}))
}`,
    given,
  ).get("y.mean")?.data;

test("DNC allocation prefers the least used slot (golden values, eps 0)", () => {
  const drawn = drawOnce(
    `import { DNC } from "./memory/dnc.gtm"
dim N = 4
dim W = 2
dim R = 1
model Probe {
  data u[t]: unit[N]
  data y[t]: real[N]
  memory mem: DNC(N, W, R)
  y[t] ~ Normal(loc = mem[t-1].allocation(u[t]), scale = ones(N))
  mem[t] = mem[t-1]
}`,
    { u: { shape: [1, 4], data: [0.9, 0.1, 0.5, 0.25] } },
    1,
  );
  expectClose(drawn.get("y.mean")?.data, [0.00125, 0.9, 0.0125, 0.075]);
});

test("NTM shift moves mass by the weights for -1, 0, +1 (golden values)", () => {
  const given = {
    w: { shape: [3], data: [0.1, 0.2, 0.7] },
    s: { shape: [3], data: [0.1, 0.8, 0.1] },
  };
  const members = "  data w: simplex[N]\n  data s: simplex[3]";
  expectClose(value("dim N = 3", members, "shift(w, s)", "N", given), [0.17, 0.24, 0.59]);
  expectClose(
    value("dim N = 3", members, "normalize(shift(w, s) ^ 2)", "N", given),
    [0.0664979, 0.1325357, 0.8009664],
  );
});

test("NTM shift: one-hot at 2 of 5 with all weight on +1 goes to 3", () => {
  const given = {
    w: { shape: [5], data: [0, 0, 1, 0, 0] },
    s: { shape: [3], data: [0, 0, 1] },
  };
  const members = "  data w: simplex[N]\n  data s: simplex[3]";
  expectClose(value("dim N = 5", members, "shift(w, s)", "N", given), [0, 0, 0, 1, 0]);
});

/** Interfaces of NTM heads that keep a weighting where it is, but for the shift. */
const still = (steps: number, heads: number, shift: readonly number[]) => ({
  g: { shape: [steps, heads], data: Array<number>(steps * heads).fill(0) },
  beta: { shape: [steps, heads], data: Array<number>(steps * heads).fill(1) },
  gamma: { shape: [steps, heads], data: Array<number>(steps * heads).fill(1) },
  s: { shape: [steps, heads, 3], data: Array.from({ length: steps * heads }, () => shift).flat() },
});

const ntmProbe = `import { NTM } from "./memory/ntm.gtm"
dim N = 5
dim W = 1
dim R = 1
model Probe {
  data v[t]: real[W]
  data k[t]: real[R, W]
  data beta[t]: pos[R]
  data g[t]: unit[R]
  data gamma[t]: pos[R]
  data s[t]: simplex[R, 3]
  data ws[t]: simplex[3]
  data y[t]: real[W]
  memory mem: NTM(N, W, R)
  mem[t] = mem[t-1].write(v[t], ones(W), v[t], 1, 0, ws[t], 1).read(k[t], beta[t], g[t], s[t], gamma[t])
  y[t] ~ Normal(loc = sum(mem[t].r, R), scale = ones(W))
}`;

test("NTM write erases, then adds, where its head has moved to", () => {
  const drawn = drawOnce(
    ntmProbe,
    {
      ...still(3, 1, [0, 1, 0]),
      v: { shape: [3, 1], data: [3, 4, 5] },
      k: { shape: [3, 1, 1], data: [1, 1, 1] },
      ws: { shape: [3, 3], data: [0, 0, 1, 0, 0, 1, 0, 0, 1] },
    },
    3,
  );
  const [, first, second, third] = [0, 1, 2, 3].map((slot) => drawn.get("mem.M")?.data[10 + slot]);
  expect([first, second, third].map((word) => word?.toFixed(5))).toEqual([
    "3.00000",
    "4.00000",
    "5.00000",
  ]);
});

test("the NTM's read head walks from where it last read, whatever the write head does", () => {
  const drawn = drawOnce(
    ntmProbe,
    {
      ...still(4, 1, [0, 0, 1]),
      v: { shape: [4, 1], data: [1, 1, 1, 1] },
      k: { shape: [4, 1, 1], data: [1, 1, 1, 1] },
      ws: { shape: [4, 3], data: Array.from({ length: 4 }, () => [0, 1, 0]).flat() },
    },
    4,
  );
  const slots = Array.from({ length: 4 }, (_, t) => {
    const weights = [...(drawn.get("mem.wr")?.data.slice(5 * t, 5 * t + 5) ?? [])];
    return weights.indexOf(Math.max(...weights));
  });
  expect(slots).toEqual([1, 2, 3, 4]);
});

test("LRU heads write to different slots: head r to the r-th least used, ties to the lowest", () => {
  const drawn = drawOnce(
    `import { LRU } from "./memory/lru.gtm"
dim N = 5
dim W = 1
dim R = 2
model Probe {
  data v[t]: real[R, W]
  data y[t]: real[W]
  memory mem: LRU(N, W, R)
  mem[t] = mem[t-1].write(v[t], zeros(R))
  y[t] ~ Normal(loc = sum(v[t], R), scale = ones(W))
}`,
    { v: { shape: [3, 2, 1], data: [1, 2, 3, 4, 5, 6] } },
    3,
  );
  // Usage 0 0 0 0 0, then 1 1 0 0 0, then .95 .95 1 1 0.
  expectClose(drawn.get("mem.M")?.data, [1, 2, 1e-6, 1e-6, 1e-6, 1, 2, 3, 4, 1e-6, 6, 2, 3, 4, 5]);
});

test("a FIFO holds the newest word in slot 0 and forgets what is older than its length", () => {
  const drawn = drawOnce(
    `import { Fifo } from "./memory/fifo.gtm"
dim L = 3
dim W = 1
model Probe {
  data v[t]: real[W]
  data y[t]: real[W]
  memory mem: Fifo(L, W)
  mem[t] = mem[t-1].write(v[t])
  y[t] ~ Normal(loc = v[t], scale = ones(W))
}`,
    { v: { shape: [5, 1], data: [1, 2, 3, 4, 5] } },
    5,
  );
  expectClose(drawn.get("mem.M")?.data, [1, 0, 0, 2, 1, 0, 3, 2, 1, 4, 3, 2, 5, 4, 3]);
});

test("DNC state keeps its invariants under arbitrary interfaces", () => {
  const [T, N, W, R] = [12, 5, 3, 2];
  const modes = uniform(T * R * 3, 7);
  const normalised = modes.map((m, i) => {
    const row = Math.floor(i / 3) * 3;
    return m / ((modes[row] ?? 0) + (modes[row + 1] ?? 0) + (modes[row + 2] ?? 0));
  });
  const drawn = drawOnce(
    `import { DNC } from "./memory/dnc.gtm"
dim N = ${N}
dim W = ${W}
dim R = ${R}
model Probe {
  data v[t]: real[W]
  data erase[t]: unit[W]
  data key[t]: real[W]
  data beta[t]: pos
  data ga[t]: unit
  data gw[t]: unit
  data free[t]: unit[R]
  data keys[t]: real[R, W]
  data betas[t]: pos[R]
  data mode[t]: simplex[R, 3]
  data y[t]: real[W]
  memory mem: DNC(N, W, R)
  mem[t] = mem[t-1].write(v[t], erase[t], key[t], beta[t], ga[t], gw[t], free[t])
                   .read(keys[t], betas[t], mode[t])
  y[t] ~ Normal(loc = v[t], scale = ones(W))
}`,
    {
      v: { shape: [T, W], data: uniform(T * W, 1) },
      erase: { shape: [T, W], data: uniform(T * W, 2) },
      key: { shape: [T, W], data: uniform(T * W, 3) },
      beta: { shape: [T], data: uniform(T, 4).map((b) => 5 * b) },
      ga: { shape: [T], data: uniform(T, 5) },
      gw: { shape: [T], data: uniform(T, 6) },
      free: { shape: [T, R], data: uniform(T * R, 8) },
      keys: { shape: [T, R, W], data: uniform(T * R * W, 9) },
      betas: { shape: [T, R], data: uniform(T * R, 10).map((b) => 5 * b) },
      mode: { shape: [T, R, 3], data: normalised },
    },
    T,
  );
  const of = (name: string): readonly number[] => drawn.get(`mem.${name}`)?.data ?? [Number.NaN];
  const sums = (data: readonly number[], width: number): number[] =>
    Array.from({ length: data.length / width }, (_, row) =>
      data.slice(row * width, (row + 1) * width).reduce((a, b) => a + b, 0),
    );
  const tiny = 1e-12;
  for (const name of ["u", "ww", "wr", "p", "L"]) {
    expect(Math.min(...of(name))).toBeGreaterThanOrEqual(-tiny);
    expect(Math.max(...of(name))).toBeLessThanOrEqual(1 + tiny);
  }
  for (const name of ["ww", "wr", "p", "L"]) {
    expect(Math.max(...sums(of(name), N))).toBeLessThanOrEqual(1 + tiny);
  }
  const diagonal = of("L").filter((_, i) => Math.floor(i / N) % N === i % N);
  expect(diagonal.every((link) => link === 0)).toBe(true);
});
