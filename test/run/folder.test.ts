import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RunContents } from "../../src/run/contents.ts";
import { describeEnvironment } from "../../src/run/environment.ts";
import { appendMetrics, createRun, runName, updateRun } from "../../src/run/folder.ts";
import { removeManifest, sha256, writeManifest } from "../../src/run/manifest.ts";
import { fileNames } from "../../src/run/names.ts";
import { openRun, readMetrics, rewindMetrics } from "../../src/run/open.ts";
import { takeSampleName } from "../../src/run/samples.ts";
import { removePartial, writeWhole } from "../../src/run/whole-file.ts";

const base = mkdtempSync(join(tmpdir(), "gtmc-run-"));
afterAll(() => {
  rmSync(base, { recursive: true });
});

const started = new Date("2026-08-22T10:31:07.123Z");

const contents: RunContents = {
  model: "Tiny",
  seed: 1,
  sources: [
    {
      path: "/home/me/models/tiny.gtm",
      role: "model",
      text: 'import { Fifo } from "./memory/fifo.gtm"\n',
    },
    { path: "/home/me/models/memory/fifo.gtm", role: "import", text: "memory Fifo {}\n" },
    { path: "/home/me/shared/nets.gtm", role: "import", text: "net a\n" },
    { path: "/home/you/nets.gtm", role: "import", text: "net b\n" },
    { path: "/usr/lib/gtmc/models/prelude/nn.gtm", role: "prelude", text: "memory LSTM {}\n" },
  ],
  settings: [{ path: "Z", value: "4", origin: "--set Z=4" }],
  overrides: { set: ["Z=4"] },
  graph: "{}\n",
  environment: describeEnvironment("reference", base, started),
};

const make = (name: string): string => {
  const created = createRun(join(base, name), contents);
  if (!created.ok) throw new Error(created.diagnostics[0]?.message);
  return created.value;
};

const files = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();

describe("a run folder", () => {
  test("is named by model, time and seed", () => {
    expect(runName("DNC GTMM", started, 7)).toBe("dnc-gtmm-2026-08-22T10-31-07-s7");
  });

  test("holds what was run before anything runs", () => {
    const folder = make("made");
    expect(files(folder)).toEqual(
      [
        "checkpoints",
        "config.json",
        "env.json",
        "graph.json",
        "imports",
        "imports/nets-2.gtm",
        "imports/nets.gtm",
        "memory",
        "memory/fifo.gtm",
        "model.gtm",
        "overrides.json",
        "prelude",
        "prelude/nn.gtm",
        "samples",
      ].sort(),
    );
  });

  test("is never reused", () => {
    make("once");
    const again = createRun(join(base, "once"), contents);
    expect(again.ok).toBe(false);
    expect(!again.ok && again.diagnostics[0]?.code).toBe("E0814");
    expect(!again.ok && again.diagnostics[0]?.message).toContain("exists already");
  });

  test("refuses a name that a file has", () => {
    writeFileSync(join(base, "plain"), "");
    const inside = createRun(join(base, "plain", "run"), contents);
    expect(!inside.ok && inside.diagnostics[0]?.message).toContain("cannot create");
  });

  test("is read back as it was written", () => {
    const folder = make("back");
    const { graph, ...kept } = contents;
    expect(readFileSync(join(folder, "graph.json"), "utf8")).toBe(graph);
    const run = openRun(folder);
    expect(run).toMatchObject({
      ok: true,
      value: { ...kept, finished: false, checkpoints: [] },
    });
  });

  test("has only whole checkpoints, in order", () => {
    const folder = make("checkpoints");
    for (const name of ["001000", "000500", ".partial-001500", "002000"]) {
      mkdirSync(join(folder, "checkpoints", name));
      if (name !== "002000") writeFileSync(join(folder, "checkpoints", name, "state.json"), "{}");
    }
    const run = openRun(folder);
    expect(run.ok && run.value.checkpoints.map(({ iteration }) => iteration)).toEqual([500, 1000]);
  });

  test("is finished by its manifest, which has the hash of every file", () => {
    const folder = make("finished");
    writeWhole(join(folder, "samples", "prior-001.npy"), "later");
    writeManifest(folder, started);
    const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as {
      files: { file: string; bytes: number; sha256: string }[];
    };
    expect(manifest.files.map(({ file }) => file)).toEqual(
      files(folder).filter(
        (file) => /^[^s].*\.(gtm|json)$/u.test(file) && file !== "manifest.json",
      ),
    );
    const model = manifest.files.find(({ file }) => file === "model.gtm");
    expect(model?.sha256).toBe(sha256(readFileSync(join(folder, "model.gtm"))));
    expect(openRun(folder)).toMatchObject({ value: { finished: true } });
    removeManifest(folder);
    expect(openRun(folder)).toMatchObject({ value: { finished: false } });
  });
});

describe("what is missing is named", () => {
  const wrong = (path: string): string => {
    const run = openRun(path);
    expect(run.ok).toBe(false);
    return run.ok ? "" : run.diagnostics.flatMap(({ notes }) => notes).join("; ");
  };

  test("the folder", () => {
    expect(wrong(join(base, "nowhere"))).toBe("there is no such folder");
  });

  test("files", () => {
    mkdirSync(join(base, "empty"));
    expect(wrong(join(base, "empty"))).toBe(
      "it has no model.gtm, no config.json, no overrides.json, no env.json",
    );
  });

  test("an import", () => {
    const folder = make("lost");
    rmSync(join(folder, "memory", "fifo.gtm"));
    expect(wrong(folder)).toBe("its source memory/fifo.gtm is missing");
  });

  test("damaged JSON", () => {
    const folder = make("damaged");
    writeFileSync(join(folder, "overrides.json"), '{"set": [');
    writeFileSync(join(folder, "config.json"), "{}");
    expect(wrong(folder)).toBe("config.json is damaged; overrides.json is damaged");
  });
});

test("a resumed run keeps what it was told anew", () => {
  const folder = make("anew");
  updateRun(folder, { settings: [], overrides: { set: ["Z=4", "train.steps=9"] } });
  expect(openRun(folder)).toMatchObject({
    value: { model: "Tiny", settings: [], overrides: { set: ["Z=4", "train.steps=9"] } },
  });
});

describe("metrics", () => {
  test("survive a line that was cut short and are rewound to a checkpoint", () => {
    const folder = make("metrics");
    for (const step of [10, 20, 30]) appendMetrics(folder, { step, bound: -step });
    writeFileSync(join(folder, "metrics.jsonl"), '{"step":4', { flag: "a" });
    expect(readMetrics(folder).map(({ step }) => step)).toEqual([10, 20, 30]);
    rewindMetrics(folder, 20);
    appendMetrics(folder, { step: 30, bound: 0 });
    expect(readFileSync(join(folder, "metrics.jsonl"), "utf8")).toBe(
      '{"step":10,"bound":-10}\n{"step":20,"bound":-20}\n{"step":30,"bound":0}\n',
    );
  });
});

describe("files", () => {
  test("replace their predecessor as a whole and leave nothing behind", () => {
    const folder = join(base, "whole");
    mkdirSync(folder);
    writeWhole(join(folder, "a"), "one");
    writeWhole(join(folder, "a"), "two");
    expect(readdirSync(folder)).toEqual(["a"]);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("two");
  });

  test("that a killed process left half written are removed, and nothing else", () => {
    const folder = join(base, "killed");
    mkdirSync(folder);
    for (const name of [".metrics.jsonl.partial-0a1b-2c", ".hidden", "my.partial-1"]) {
      writeFileSync(join(folder, name), "");
    }
    removePartial(folder);
    expect(readdirSync(folder).sort()).toEqual([".hidden", "my.partial-1"]);
  });

  test("of samples are numbered, never overwritten, and no number is taken twice", () => {
    const folder = make("samples");
    const first = takeSampleName(folder, "prior");
    const second = takeSampleName(folder, "prior");
    expect([first, second]).toMatchObject([
      { name: "prior-001", number: 1 },
      { name: "prior-002", number: 2 },
    ]);
    writeWhole(join(folder, "samples", "prior-001.x.mean.npy"), "");
    writeWhole(join(folder, "samples", "prior-0030.npy"), "");
    first.release();
    second.release();
    const third = takeSampleName(folder, "prior");
    expect(third).toMatchObject({ name: "prior-002", number: 2 });
    third.release();
    expect(readdirSync(join(folder, "samples")).sort()).toEqual([
      "prior-001.x.mean.npy",
      "prior-0030.npy",
    ]);
  });

  test("that differ only by case have names that do not", () => {
    expect([...fileNames(["x", "X", "y", "\u00e9", "e\u0301"])]).toEqual([
      ["x", "x"],
      ["X", "X-2"],
      ["y", "y"],
      ["\u00e9", "\u00e9"],
      ["e\u0301", "e\u0301-2"],
    ]);
    const sources = ["/m/a.gtm", "/m/Model.gtm", "/m/nets.gtm", "/m/Nets.gtm"].map((path, i) => ({
      path,
      role: i === 0 ? ("model" as const) : ("import" as const),
      text: path,
    }));
    const created = createRun(join(base, "cases"), { ...contents, sources });
    const made = created.ok ? files(created.value).filter((file) => file.endsWith(".gtm")) : [];
    expect(made).toEqual(["Model-2.gtm", "Nets-2.gtm", "model.gtm", "nets.gtm"]);
  });
});
