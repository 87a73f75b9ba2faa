import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../src/run/manifest.ts";
import { call, json, recallModel, staticModel, type Called, type World } from "./call.ts";

const cwd = mkdtempSync(join(tmpdir(), "gtmc-cli-"));
const at = (...parts: readonly string[]): string => join(cwd, ...parts);
const gtmc = (argv: readonly string[], world: World = {}): Promise<Called> =>
  call(argv, { cwd, ...world });
const run = (out: string, ...more: readonly string[]): Promise<Called> =>
  gtmc(["run", "recall.gtm", "--backend", "tfjs:cpu", "--out", out, ...more]);

const readJson = (...parts: readonly string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(at(...parts), "utf8")) as Record<string, unknown>;

/** Lines of metrics.jsonl without what depends on the clock. */
const metrics = (folder: string): readonly Record<string, unknown>[] =>
  readFileSync(at(folder, "metrics.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const value = JSON.parse(line) as Record<string, unknown>;
      delete value["seconds"];
      delete value["steps_per_second"];
      return value;
    });

const steps = (folder: string, split: string): readonly unknown[] =>
  metrics(folder)
    .filter((line) => line["split"] === split)
    .map((line) => line["step"]);

/** The run that most tests look at. */
const first: { called?: Called } = {};

beforeAll(async () => {
  writeFileSync(at("recall.gtm"), recallModel);
  writeFileSync(at("static.gtm"), staticModel);
  first.called = await run("whole");
}, 60_000);

afterAll(() => {
  rmSync(cwd, { recursive: true });
});

describe("a run", () => {
  test("says what was compiled, how it goes and how it ended", () => {
    const whole = first.called ?? { exit: -1, out: "", err: "" };
    expect(whole.exit).toBe(0);
    expect(whole.err).toContain("Recall on perfect_recall(");
    expect(whole.err).toMatch(/\n {2}z +real\[Z\] +~ Normal +guide Normal +pathwise/u);
    expect(whole.err).toMatch(/\n {2}total +[\d,]+/u);
    expect(whole.err).toContain("backend    tfjs:cpu");
    expect(whole.err).toMatch(
      /step 2\/6 {2}bound -\S+ nats\/frame {2}KL \S+ pre-recall, \S+ recall/u,
    );
    expect(whole.out).toMatch(/test bound +-\S+ -> -\S+ nats\/frame/u);
    expect(whole.out).toMatch(/recall ratio +\d/u);
    expect(whole.out).toContain(`report         file://${at("whole", "report.html")}`);
  });

  test("leaves a complete folder", () => {
    expect(readdirSync(at("whole")).sort()).toEqual([
      "checkpoints",
      "config.json",
      "env.json",
      "graph.json",
      "log.txt",
      "manifest.json",
      "metrics.jsonl",
      "model.gtm",
      "overrides.json",
      "prelude",
      "report.html",
      "samples",
    ]);
    expect(readFileSync(at("whole", "model.gtm"), "utf8")).toBe(recallModel);
    expect(readdirSync(at("whole", "samples")).sort()).toEqual([
      "predict-001.png",
      "reconstruct-001.png",
    ]);
    expect(readFileSync(at("whole", "checkpoints", "latest"), "utf8").trim()).toBe("000006");
    expect(readFileSync(at("whole", "log.txt"), "utf8")).toContain("recall ratio");
  });

  test("has a line of metrics for each log step and evaluation", () => {
    expect(steps("whole", "train")).toEqual([2, 4, 6]);
    expect(steps("whole", "test")).toEqual([0, 3, 6]);
    const last = metrics("whole").findLast(({ split }) => split === "train");
    const names = ["bound", "kl.z", "loglik.x", "kl.recall", "kl.pre-recall", "grad_norm", "lr"];
    for (const name of names) expect(last?.[name], name).toBeTypeOf("number");
  });

  test("records every value with its origin", () => {
    const { settings } = readJson("whole", "config.json") as {
      settings: { path: string; value: string; origin: string }[];
    };
    const of = (path: string): unknown => settings.find((one) => one.path === path);
    expect(of("Z")).toMatchObject({
      value: "2",
      origin: expect.stringMatching(/recall\.gtm:3$/u) as unknown,
    });
    expect(of("train.clip")).toMatchObject({ origin: "default" });
  });

  test("ends with a manifest whose hashes hold", () => {
    const { files } = readJson("whole", "manifest.json") as {
      files: { file: string; bytes: number; sha256: string }[];
    };
    expect(files.length).toBeGreaterThan(10);
    for (const { file, sha256: hash } of files) {
      expect(sha256(readFileSync(at("whole", file))), file).toBe(hash);
    }
  });

  test("shows KL, training, pictures and read weights in its report", () => {
    const html = readFileSync(at("whole", "report.html"), "utf8");
    const titles = [...html.matchAll(/<h2>([^<]*)</gu)].map(([, title]) => title);
    expect(titles).toEqual([
      "KL per frame",
      "Training",
      "Reconstructions",
      "Continuations",
      "Read weights",
      "What was run",
    ]);
  });

  test("is never overwritten", async () => {
    const again = await run("whole");
    expect(again.exit).toBe(2);
    expect(again.err).toContain("exists already");
  });

  test("is named by model, time and seed; tells its result as JSON, and nothing else", async () => {
    const called = await gtmc([
      ...["run", "--json", "--quiet", "--seed", "7", "--steps", "1"],
      ...["recall.gtm", "--backend", "tfjs:cpu"],
    ]);
    expect([called.exit, called.err]).toEqual([0, ""]);
    const result = json(called);
    expect(result).toMatchObject({ ok: true, steps: 1, diagnostics: [] });
    expect(result["run"]).toMatch(/runs\/recall-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-s7$/u);
  });

  test("of a model without time shows its addresses", async () => {
    const called = await gtmc(["run", "static.gtm", "--backend", "tfjs:cpu", "--out", "static"]);
    expect(called.exit, called.err).toBe(0);
    expect(called.err).toMatch(/KL \S+ a, \S+ z/u);
    const html = readFileSync(at("static", "report.html"), "utf8");
    const titles = [...html.matchAll(/<h2>([^<]*)</gu)].map(([, title]) => title);
    expect(titles).toEqual(["Training", "Addresses", "Reconstructions", "What was run"]);
    expect(html).toContain("log 5");
  });
});

describe("Ctrl-C", () => {
  test("leaves a checkpoint from which the run becomes the same, bit for bit", async () => {
    const argv = ["run", "recall.gtm", "--backend", "tfjs:cpu", "--out", "broken"];
    const broken = await gtmc(argv, { interruptAt: "step 2/6" });
    expect(broken.exit).toBe(130);
    expect(broken.err).toContain(`gtmc resume ${at("broken")}`);
    expect(readdirSync(at("broken"))).not.toContain("manifest.json");
    expect(readdirSync(at("broken", "checkpoints"))).not.toContain("000006");

    const resumed = await gtmc(["resume", "broken"]);
    expect(resumed.exit, resumed.err).toBe(0);
    expect(metrics("broken")).toEqual(metrics("whole"));
    const parameters = (folder: string): Buffer =>
      readFileSync(at(folder, "checkpoints", "000006", "params.safetensors"));
    expect(parameters("broken").equals(parameters("whole"))).toBe(true);
    expect(readdirSync(at("broken"))).toContain("manifest.json");
  });
});

describe("resume", () => {
  test("says when a run is finished, and goes on when steps are added", async () => {
    const finished = await gtmc(["resume", "broken"]);
    expect([finished.exit, finished.out]).toEqual([0, expect.stringContaining("is finished")]);
    const longer = await gtmc(["resume", "broken", "--set", "train.steps=8"]);
    expect(longer.exit, longer.err).toBe(0);
    expect(steps("broken", "train")).toEqual([2, 4, 6, 8]);
    expect(readJson("broken", "overrides.json")).toMatchObject({ set: ["train.steps=8"] });
    const again = await gtmc(["resume", "broken"]);
    expect(again.out).toContain("8 steps are done");
  });

  test("needs a run, and a checkpoint", async () => {
    const nothing = await gtmc(["resume", "nowhere"]);
    expect([nothing.exit, nothing.err]).toEqual([2, expect.stringContaining("no such folder")]);
    await run("early", "--steps", "1");
    rmSync(at("early", "checkpoints"), { recursive: true });
    const early = await gtmc(["resume", "early"]);
    expect([early.exit, early.err]).toEqual([3, expect.stringContaining("no whole checkpoint")]);
  });
});

describe("eval", () => {
  test("bounds the test data and takes the bound apart", async () => {
    const called = await gtmc([
      "eval",
      "whole",
      "--particles",
      "8",
      "--chunk",
      "4",
      "--batches",
      "2",
    ]);
    expect(called.exit, called.err).toBe(0);
    expect(called.out).toMatch(/^bound +-\S+ \+- \S+ nats per sequence$/mu);
    expect(called.out).toMatch(/^term +nats +nats\/frame +pre-recall +recall$/mu);
    expect(called.out).toMatch(/^kl\.z( +\S+){4}$/mu);
  });

  test("as JSON", async () => {
    const called = await gtmc(["eval", "--json", "--particles", "4", "whole", "--batches", "1"]);
    const result = json(called) as { terms: Record<string, number[]>; bound: number };
    expect(result).toMatchObject({ ok: true, step: 6, particles: 4, sequences: 4 });
    expect(result.terms["kl.z"]).toHaveLength(5);
    expect(result.bound).toBeLessThan(0);
  });
});

describe("sample", () => {
  const shapes = async (...argv: readonly string[]): Promise<Record<string, unknown>> => {
    const called = await gtmc(["sample", "whole", "--json", "--sequences", "2", ...argv]);
    expect(called.exit, called.err).toBe(0);
    const { files } = json(called) as { files: { file: string; shape: number[] | null }[] };
    return Object.fromEntries(
      files.map(({ file, shape }): [string, unknown] => [file.split("samples/")[1] ?? "", shape]),
    );
  };

  test.each([
    ["prior", "prior-001", true],
    ["posterior", "posterior-001", false],
    ["reconstruct", "reconstruct-002", true],
  ])("%s", async (target, name, pictured) => {
    const files = await shapes("--target", target, "--samples", "3");
    expect(files[`${name}.z.npy`]).toEqual([3, 2, 5, 2]);
    expect(Object.keys(files).includes(`${name}.png`)).toBe(pictured);
  });

  test("predict, from a prefix; never over what is there", async () => {
    expect(await shapes("--target", "predict", "--prefix", "4")).toMatchObject({
      "predict-002.x.mean.npy": [1, 2, 5, 16],
      "predict-002.png": null,
    });
    expect(Object.keys(await shapes("--target", "predict"))).toContain("predict-003.png");
    const said = async (...argv: readonly string[]): Promise<unknown> =>
      json(await gtmc(["sample", "whole", "--json", "--target", "predict", ...argv]));
    expect(await said()).toMatchObject({ prefixWeights: "importance", particles: 32 });
    expect(await said("--particles", "2")).toMatchObject({ particles: 2 });
    expect(await said("--prefix-weights", "none")).toMatchObject({ prefixWeights: "none" });
    const late = await gtmc(["sample", "whole", "--target", "predict", "--prefix", "5"]);
    expect([late.exit, late.err]).toEqual([2, expect.stringContaining("nothing to predict")]);
  });
});
