/** Every function of the library, given anything for each of its arguments and for each of their members. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import * as library from "../src/index.ts";
import { createRun, describeEnvironment } from "../src/run/index.ts";
import { still } from "./report/sample.ts";
import { need } from "./support/need.ts";
import { bounds, dataset, draws, parameters, program, source, x } from "./support/tiny.ts";

const folder = mkdtempSync(join(tmpdir(), "gtmc-door-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Functions = {
  readonly [
    N in keyof typeof library as (typeof library)[N] extends (...given: never) => unknown
      ? N
      : never
  ]: (typeof library)[N];
};

const { problem, config } = program;
const fields = { x };
const state = library.initialState(problem, config.training);
const backend = library.referenceBackend;
const request = { problem, dataset, backend, options: config.training };
const images = { size: [1, 2] as const, sequences: [[new Float32Array(2)]] };
const environment = describeEnvironment("reference", folder, new Date(0));
const contents = {
  model: "M",
  seed: 1,
  sources: [],
  settings: [],
  overrides: { set: [] },
  graph: "{}",
  environment,
};
const at = (name: string): string => join(folder, name);
const runFolder = need(createRun(at("run"), contents));

const experiment: library.OpenExperiment = {
  program,
  dataset,
  dims: {},
  backend,
  backendReason: "reference",
  folder: runFolder,
  shownFolder: "run",
  environment,
  state,
  release: () => undefined,
  finished: false,
};

/** A call of each that is right. */
const calls: { readonly [N in keyof Functions]: Parameters<Functions[N]> } = {
  compile: [source, {}],
  check: [source, {}],
  inspectExecuted: [program, "loops", "text"],
  forecastMemory: [program, dataset, {}],
  renderText: [[], new Map()],
  renderJson: [[], new Map()],
  openData: [program, folder],
  startExperiment: [program, { folder: at("started"), backend: "reference" }],
  resumeExperiment: [at("none"), { backend: "reference", set: [] }],
  openExperiment: [at("none"), { backend: "reference", checkpoint: "latest" }],
  prepareTraining: [experiment, { verify: false }],
  trainExperiment: [experiment, { verify: false }],
  onNextBackend: [experiment, { state, diagnostics: [] }],
  concludeExperiment: [experiment, state],
  runExperiment: [experiment, { verify: false }],
  evaluateExperiment: [experiment, { particles: 2, chunk: 1, batches: 1 }],
  sampleExperiment: [experiment, { target: "prior", sequences: 1, samples: 1, seed: 1 }],
  openDataset: [
    { name: "sequences", arguments: { file: "none.json" } },
    { baseDirectory: folder, fields: ["x"] },
  ],
  arraysDataset: [fields, {}],
  fitData: [program, dataset],
  drawSamples: [program, backend, draws],
  openBackend: ["reference", {}],
  evaluateBound: [bounds],
  measureTestBound: [request, parameters],
  verifySampling: [
    {
      program,
      dataset,
      backend: { ...backend, name: "other" },
      parameters,
      targets: [["prior", { batch: 2, samples: 1, ragged: false, steps: 3, dims: {} }]],
      options: { seconds: 1, force: false },
    },
  ],
  initialState: [problem, config.training],
  train: [request],
  framesPng: [images],
  reconstructionsPng: [{ regions: [], original: images, reconstruction: images }],
  continuationsPng: [
    {
      regions: [],
      prefix: 0,
      size: [1, 2],
      sequences: [{ original: [new Float32Array(2)], draws: [[new Float32Array(2)]] }],
    },
  ],
  renderReport: [still],
  encodeNpy: [[2], [1, 2]],
  readCheckpoint: [at("none")],
  readLatest: [at("none")],
  readBest: [at("none")],
  hasCheckpoint: [at("none")],
  writeCheckpoint: [at("checkpoints"), state, 1],
  openRun: [runFolder],
  readMetrics: [runFolder],
  appendLog: [runFolder, ""],
  writeJson: [at("json"), {}],
  modelsDirectory: [],
  packageVersion: [],
};

const anything: readonly unknown[] = [
  undefined,
  null,
  NaN,
  -1,
  2 ** 60,
  at("x"),
  [],
  {},
  [null],
  { a: null },
  new Map([["x", null]]),
  Array(2),
  Symbol("s"),
  (): unknown => undefined,
  Object.create(null),
];

/** Made by the library, and only handed on. */
const opaque: readonly unknown[] = [program, problem, dataset, backend, experiment];

/** Arguments with one of them, or one member of one, replaced. */
const spoilt = (given: readonly unknown[]): readonly (readonly unknown[])[] =>
  given.flatMap((argument, i) => [
    ...anything.map((other) => given.with(i, other)),
    ...(typeof argument === "object" && argument !== null && !opaque.includes(argument)
      ? Object.keys(argument).flatMap((key) =>
          anything.map((other) => given.with(i, { ...argument, [key]: other })),
        )
      : []),
  ]);

const isSystem = (error: unknown): boolean =>
  error instanceof Error && "syscall" in error && "errno" in error;

/** What a call comes to: codes of a refusal, "done", or what it threw that it should not. */
const outcome = async (name: keyof Functions, given: readonly unknown[]): Promise<string> => {
  try {
    const act = library[name] as (...given: readonly unknown[]) => unknown;
    let found: unknown = await act(...given);
    if (name === "train") {
      const events = found as ReturnType<typeof library.train>;
      let next = await events.next();
      while (next.done !== true) next = await events.next();
      const { reason, diagnostics } = next.value;
      found = { ok: reason !== "failed", diagnostics };
    }
    if (typeof found !== "object" || found === null || !("ok" in found)) return "done";
    const result = found as library.Result<unknown>;
    return result.ok ? "done" : result.diagnostics.map(({ code }) => code).join(" ");
  } catch (error) {
    if (error instanceof library.ArgumentError) return "E0818";
    return isSystem(error) ? "refused by the machine" : `threw ${String(error)}`;
  }
};

describe("members further down", () => {
  const endless: Record<string, unknown> = {};
  endless["endless"] = endless;

  test.each([endless, { train: { batch: NaN } }, { train: { batch: 3n } }, new Map([["a", 1]])])(
    "values of a configuration %#",
    async (values) => {
      const config = { path: "c.json", values } as library.ConfigFile;
      expect(await outcome("compile", [source, { config }])).toBe("E0818");
    },
  );

  test("lists with holes, and arrays of another size than their shape", async () => {
    expect(await outcome("compile", [source, { set: Array(1) }])).toBe("E0818");
    const holed = { x: { shape: Array(2), data: new Float32Array(1), per: "step" } };
    expect(await outcome("arraysDataset", [holed])).toBe("E0818");
    const state = library.initialState(problem, config.training);
    const long = [...state.parameters].map(([name, { shape }]): [string, object] => [
      name,
      { shape, data: new Float32Array(99) },
    ]);
    const resumeFrom = { ...state, parameters: new Map(long) };
    expect(await outcome("train", [{ ...request, resumeFrom }])).toBe("E0818");
  });
});

describe("what is wrong with an argument is said, and nothing else is thrown", () => {
  test("every function is here", () => {
    const names = Object.entries(library)
      .filter(([name, f]) => typeof f === "function" && name !== "ArgumentError")
      .map(([name]) => name);
    expect(Object.keys(calls).sort()).toEqual(names.sort());
  });

  test.each(Object.keys(calls) as (keyof Functions)[])("%s", async (name) => {
    const given: readonly unknown[] = calls[name];
    expect(await outcome(name, given)).not.toMatch(/E0818|threw/u);
    for (const wrong of spoilt(given)) {
      const said = await outcome(name, wrong);
      expect(said, given.map((one, i) => (one === wrong[i] ? "" : i)).join("")).not.toMatch(
        /threw/u,
      );
    }
    if (given.length === 0) return;
    for (const none of [null, NaN, Symbol("s")]) {
      expect(await outcome(name, given.with(0, none))).toBe("E0818");
    }
  });
});
