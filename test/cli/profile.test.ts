import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { profileText, readProfile, type Profile } from "../../src/cli/profile.ts";
import { openBackend } from "../../src/runtime/select.ts";
import type { KernelTime } from "../../src/runtime/backend.ts";
import { call, json, recallModel } from "./call.ts";

describe("the table", () => {
  const product: KernelTime = {
    kernel: "k0",
    origin: "obs.weight",
    shape: "product [10x20x30]",
    runs: 20,
    seconds: 0.004,
    flops: 12_000_000,
  };
  const norm: KernelTime = {
    kernel: "k1",
    origin: "metric/gradNorm",
    shape: "nest [200]",
    runs: 10,
    seconds: 0.001,
    flops: 400,
  };
  const barrier: KernelTime = { kernel: "barrier", runs: 40, seconds: 0.002, flops: 0 };
  const profile = (kernels: readonly KernelTime[]): Profile =>
    readProfile(
      {
        threads: 2,
        peak: 120e9,
        times: () => [
          { updates: false, runs: 3, seconds: 0.01, kernels: [norm] },
          { updates: true, runs: 10, seconds: 0.01, interval: 0.0015, kernels },
        ],
      },
      (name) => (name === "obs.weight" ? { file: "m.gtm", line: 7 } : undefined),
    );

  test("shows the training step, the longest kernel first", () => {
    // 20 · 12 MFLOP in 4 ms are 60 GFLOP/s; with the 10 · 400 of the norm, 240.004 MFLOP in 10 ms are 24.0.
    expect(profileText(profile([norm, product, barrier]))).toMatchInlineSnapshot(`
      "
      profile of 10 training steps on 2 threads; an iteration takes 1.50 ms with its data and what is read back
       share  µs per run  runs per step  GFLOP/s  of peak  kernel                     for              line
       40.0%       200.0              2     60.0    50.0%  product [10x20x30]         obs.weight       m.gtm:7
       20.0%        50.0              4                    waiting for other threads
       10.0%       100.0              1      0.0     0.0%  nest [200]                 metric/gradNorm
       30.0%                                               between kernels
      100.0%      1000.0              1     24.0    20.0%  the step
      peak: 120.0 GFLOP/s, measured; times are those of the first thread
      "
    `);
  });

  test("sums up what is beyond 25 kernels", () => {
    const many = Array.from({ length: 30 }, (_, i) => ({
      ...norm,
      kernel: `k${i}`,
      seconds: 3e-4,
    }));
    const text = profileText(profile(many));
    expect(text.match(/nest \[200\]/gu)).toHaveLength(25);
    expect(text).toMatch(/^ +15\.0% +5 more$/mu);
    expect(text).toMatch(/^ +10\.0% +between kernels$/mu);
  });

  test("keeps lines and evaluations for programs", () => {
    expect(profile([product])).toMatchObject({
      step: { runs: 10, kernels: [{ kernel: "k0", file: "m.gtm", line: 7 }] },
      others: [{ runs: 3, kernels: [{ kernel: "k1" }] }],
    });
  });

  test("is empty where no step was taken", () => {
    const none = readProfile({ threads: 1, peak: 1, times: () => [] }, () => undefined);
    expect(profileText(none)).toBe("");
  });
});

const opened = await openBackend("native", { profile: true });

if (!opened.ok) {
  const reason = opened.diagnostics.flatMap(({ notes }) => notes).join("; ");
  test.skip(`nothing is timed here: ${reason}`, () => undefined);
} else {
  opened.value.backend.dispose();
  const cwd = mkdtempSync(join(tmpdir(), "gtmc-profile-"));
  writeFileSync(join(cwd, "recall.gtm"), recallModel);
  afterAll(() => {
    rmSync(cwd, { recursive: true });
  });

  test("a run with --profile names kernels and their lines, in its result, its log and its folder", async () => {
    const argv = ["run", "recall.gtm", "--profile", "--quiet", "--json", "--out", "run"];
    const called = await call(argv, { cwd });
    expect(called.exit).toBe(0);
    const { profile } = json(called) as { readonly profile: Profile };
    const file = (name: string): string => readFileSync(join(cwd, "run", name), "utf8");
    expect(JSON.parse(file("profile.json"))).toEqual(profile);
    expect(file("manifest.json")).toContain('"profile.json"');
    expect(file("log.txt")).toContain(profileText(profile));

    const { step, others } = profile;
    // The test bound before and while training, one executable each.
    expect(others).toHaveLength(2);
    expect(step?.runs).toBe(6);
    const kernels = step?.kernels ?? [];
    for (const { kernel, origin, runs } of kernels) {
      expect(runs % 6).toBe(0);
      if (kernel !== "barrier") expect(origin).toBeDefined();
    }
    const inKernels = kernels.reduce((sum, { seconds }) => sum + seconds, 0);
    expect(inKernels).toBeGreaterThan(0);
    expect(inKernels).toBeLessThan(step?.seconds ?? 0);

    // The gradient of [8, 16], summed over 4 sequences of 5 frames.
    const gradient = kernels.find(
      ({ origin, shape }) =>
        origin === "update of obs.1.weight" && shape?.startsWith("product") === true,
    );
    const line = recallModel.split("\n").findIndex((text) => text.startsWith("net obs")) + 1;
    expect(gradient).toMatchObject({ file: "recall.gtm", line });
    expect(gradient?.flops).toBeGreaterThanOrEqual(2 * 8 * 16 * 20);
  });
}
