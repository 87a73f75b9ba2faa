/** Every function of the library, given anything for each of its arguments and for each of their members. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import * as library from "../src/index.ts";
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
const environment = library.describeEnvironment("reference", folder, new Date(0));
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
const runFolder = need(library.createRun(at("run"), contents));

/** A call of each that is right. */
const calls: { readonly [N in keyof Functions]: Parameters<Functions[N]> } = {
  compile: [source, {}],
  check: [source, {}],
  inspectExecuted: [program, "loops", "text"],
  forecastMemory: [program, dataset, {}],
  missingMemory: [program, dataset, {}, 1e9],
  missingToDraw: [program, "prior", { batch: 2, samples: 1, steps: 3, dims: {} }, 1e9],
  missingToEvaluate: [program, dataset, {}, 1, 1e9],
  renderText: [[], new Map()],
  renderJson: [[], new Map()],
  openDataset: [
    { name: "sequences", arguments: { file: "none.json" } },
    { baseDirectory: folder, fields: ["x"] },
  ],
  arraysDataset: [fields, {}],
  fitData: [program, dataset],
  digestData: [program, dataset],
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
  startingState: [request],
  train: [request],
  dataDraw: [1, "test", 0],
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
  createRun: [runFolder, contents],
  lockRun: [at("none"), "none", "run"],
  readMetrics: [runFolder],
  rewindMetrics: [runFolder, 0],
  appendMetrics: [runFolder, {}],
  appendLog: [runFolder, ""],
  updateRun: [runFolder, contents],
  takeSampleName: [runFolder, "prior"],
  fileNames: [["x"]],
  writeManifest: [runFolder, new Date(0)],
  removeManifest: [runFolder],
  removePartial: [runFolder],
  runName: ["M", new Date(0), 1],
  describeEnvironment: ["reference", folder, new Date(0)],
  writeWhole: [at("text"), "text"],
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
const opaque: readonly unknown[] = [program, problem, dataset, backend];

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
