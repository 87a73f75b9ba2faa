import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  arraysDataset,
  compile,
  drawSamples,
  fitData,
  initialState,
  referenceBackend,
  renderText,
  train,
} from "../../src/index.ts";
import { openCache } from "../../src/runtime/native/cache.ts";
import { play } from "./play.ts";
import { need } from "../support/need.ts";

// What no short wrong file shows.

test("E0108: text nested beyond all reason", async () => {
  const deep = `dim A =\n${"(".repeat(20_000)}1${")".repeat(20_000)}`;
  const transcript = await play(`-- deep.gtm --\n${deep}\n$ gtmc check deep.gtm`);
  await expect(transcript).toMatchFileSnapshot("library/E0108-nested.expected");
});

test("E0508: a library's user asks for a prediction that cannot be", async () => {
  const path = join(import.meta.dirname, "library", "steps.gtm");
  const program = need(compile({ path, text: readFileSync(path, "utf8") }));
  const x = { shape: [2, 3, 1], data: Float32Array.of(1, 2, 3, 2, 3, 4), per: "step" } as const;
  const dataset = need(arraysDataset({ x }));
  const asked = (prefix: number): string => {
    const drawn = drawSamples(program, referenceBackend, {
      target: "predict",
      parameters: initialState(program.problem, program.config.training).parameters,
      batch: dataset.batch("train", 0, 1, () => 0),
      batchSize: 1,
      steps: 3,
      dims: {},
      samples: 1,
      prefix,
      seed: 1,
    });
    return drawn.ok ? "" : renderText(drawn.diagnostics, program.sources, { color: false });
  };
  expect(asked(2)).toBe("");
  await expect(asked(4)).toMatchFileSnapshot("library/E0508-prefix.expected");
});

test("E0840: compiled code would lie in the current folder", async () => {
  const { warnings } = openCache({ XDG_CACHE_HOME: "caches" });
  const said = renderText(warnings, new Map(), { color: false });
  await expect(said).toMatchFileSnapshot("library/E0840-cache.expected");
});

test("E0625: a library's data set gives batches that are not as it says", async () => {
  const path = "test/transcripts/library/steps.gtm";
  const program = need(compile({ path, text: readFileSync(path, "utf8") }));
  const fitted = fitData(program, {
    name: "mine",
    fields: [{ name: "x", per: "step", shape: [1] }],
    steps: 3,
    ragged: false,
    regions: [],
    images: new Map(),
    batch: (_split, _index, size) => ({
      fields: new Map([["x", { shape: [size, 2, 1], data: new Float32Array(2 * size) }]]),
    }),
  });
  const said = fitted.ok ? "" : renderText(fitted.diagnostics, program.sources, { color: false });
  await expect(said).toMatchFileSnapshot("library/E0625-batch.expected");
});

test("E0711: a library's schedule has no value at some iteration", async () => {
  const path = join(import.meta.dirname, "library", "steps.gtm");
  const program = need(compile({ path, text: readFileSync(path, "utf8") }));
  const x = { shape: [2, 3, 1], data: Float32Array.of(1, 2, 3, 2, 3, 4), per: "step" } as const;
  const { training } = program.config;
  const learningRate = { text: "1 / (step - 2)", at: (step: number) => 1 / (step - 2) };
  const events = train({
    problem: program.problem,
    dataset: need(arraysDataset({ x })),
    backend: referenceBackend,
    options: { ...training, batch: 1, optimizer: { ...training.optimizer, learningRate } },
  });
  let next = await events.next();
  while (next.done !== true) next = await events.next();
  const said = renderText(next.value.diagnostics, program.sources, { color: false });
  await expect(said).toMatchFileSnapshot("library/E0711-schedule.expected");
});

test("E0627: a library's user stops early by nothing", async () => {
  const path = join(import.meta.dirname, "library", "steps.gtm");
  const program = need(compile({ path, text: readFileSync(path, "utf8") }));
  const x = { shape: [2, 3, 1], data: Float32Array.of(1, 2, 3, 2, 3, 4), per: "step" } as const;
  const events = train({
    problem: program.problem,
    dataset: need(arraysDataset({ x })),
    backend: referenceBackend,
    options: { ...program.config.training, earlyStopping: { patience: 1, minDelta: 0 } },
  });
  let next = await events.next();
  while (next.done !== true) next = await events.next();
  const said = renderText(next.value.diagnostics, program.sources, { color: false });
  await expect(said).toMatchFileSnapshot("library/E0627-validation.expected");
});
