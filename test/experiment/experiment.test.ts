import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  compile,
  evaluateExperiment,
  openExperiment,
  readMetrics,
  resumeExperiment,
  runExperiment,
  sampleExperiment,
  startExperiment,
} from "../../src/index.ts";
import { call } from "../cli/call.ts";
import { need } from "../support/need.ts";

const cwd = mkdtempSync(join(tmpdir(), "gtmc-experiment-"));
afterAll(() => {
  rmSync(cwd, { recursive: true });
});
const at = (...parts: readonly string[]): string => join(cwd, ...parts);

const text = `model M {
  data x[t]: real
  param m: real = 0
  z[t] ~ Normal(loc = m, scale = 1)
    guide Normal(loc = 0.5 * x[t], scale = 0.8)
  x[t] ~ Normal(loc = z[t], scale = 1)
}
train { data = sequences(file = "x.json")  batch = 2  steps = 2  log_every = 1  evaluate_every = 2 }
`;
const series = [
  [1, 2, 3],
  [2, 3, 1],
];
writeFileSync(at("x.json"), JSON.stringify({ train: { x: series }, test: { x: series } }));
writeFileSync(at("m.gtm"), text);
const options = { backend: "reference", cwd };
const programWith = (...set: readonly string[]): ReturnType<typeof compile> =>
  compile({ path: at("m.gtm"), text }, { set });

/** Lines of metrics without what depends on the clock. */
const metricsOf = (folder: string): readonly unknown[] =>
  readMetrics(folder).map((line) =>
    Object.fromEntries(Object.entries(line).filter(([key]) => !key.includes("second"))),
  );

describe("a run of the library", () => {
  const folder = at("library");

  test("trains, reports, and tells what happens", async () => {
    const kinds = new Set<string>();
    const experiment = need(await startExperiment(need(programWith()), { ...options, folder }));
    const end = need(await runExperiment(experiment, { on: ({ kind }) => kinds.add(kind) }));
    expect(end.reason).toBe("done");
    expect([...kinds]).toEqual(["evaluation", "metrics", "checkpoint", "stopped"]);
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("<svg");
    expect(existsSync(join(folder, "manifest.json"))).toBe(true);
  });

  test("is the run of the command line", async () => {
    const argv = ["run", "m.gtm", "--backend", "reference", "--out", "line"];
    expect((await call(argv, { cwd })).exit).toBe(0);
    expect(metricsOf(folder)).toEqual(metricsOf(at("line")));
  });

  test("is refused where there is a folder, and while another process of it trains", async () => {
    const again = await startExperiment(need(programWith()), { ...options, folder });
    expect(again.ok ? "" : again.diagnostics[0]?.code).toBe("E0814");
    const held = need(await resumeExperiment(folder, { set: ["train.steps=4"] }));
    const second = await resumeExperiment(folder);
    expect(second.ok ? "" : second.diagnostics[0]?.code).toBe("E0841");
    held.release();
  });

  test("goes on, and then is one that was never stopped", async () => {
    const longer = need(await resumeExperiment(folder, { set: ["train.steps=4"] }));
    expect(longer.finished).toBe(false);
    need(await runExperiment(longer));
    const whole = at("whole");
    const started = await startExperiment(need(programWith("train.steps=4")), {
      ...options,
      folder: whole,
    });
    need(await runExperiment(need(started)));
    expect(metricsOf(folder)).toEqual(metricsOf(whole));
    expect(need(await resumeExperiment(folder)).finished).toBe(true);
  });

  test("stops by a signal with a checkpoint to go on from", async () => {
    const stopped = at("stopped");
    const program = need(programWith("train.steps=4", "train.checkpoint_every=1"));
    const experiment = need(await startExperiment(program, { ...options, folder: stopped }));
    const stop = new AbortController();
    const end = await runExperiment(experiment, {
      signal: stop.signal,
      on: ({ kind, ...event }) => {
        if (kind === "checkpoint" && "state" in event && event.state.iteration === 1) stop.abort();
      },
    });
    expect(need(end)).toEqual({ reason: "interrupted", step: 1 });
    need(await runExperiment(need(await resumeExperiment(stopped))));
    expect(metricsOf(stopped).at(-1)).toEqual(metricsOf(at("whole")).at(-1));
  });

  test("is evaluated and drawn from", async () => {
    const experiment = need(await openExperiment(folder));
    const bound = need(await evaluateExperiment(experiment, { particles: 8 }));
    expect([bound.particles, bound.sequences]).toEqual([8, 2]);
    expect(bound.bound).toBeLessThan(0);
    const { files } = need(await sampleExperiment(experiment, { target: "posterior" }));
    expect(files.every(({ file }) => existsSync(file))).toBe(true);
    expect(files.map(({ shape }) => shape)).toContainEqual([1, 8, 3]);
  });
});

test("a failure is a result, and the folder is released", async () => {
  const folder = at("failing");
  const negative = text.replace("loc = z[t]", "loc = z[t] - log(1 + m)");
  const set = ["train.optimizer=sgd(lr = 100)"];
  const program = need(compile({ path: at("m.gtm"), text: negative }, { set }));
  const experiment = need(await startExperiment(program, { ...options, folder }));
  const end = await runExperiment(experiment);
  expect(end.ok ? "" : end.diagnostics[0]?.code).toMatch(/^E07[12]/u);
  expect(existsSync(join(folder, ".lock"))).toBe(false);
});
