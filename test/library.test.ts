import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  arraysDataset,
  compile,
  drawSamples,
  evaluateBound,
  fitData,
  referenceBackend,
  renderText,
  train,
  type ArrayField,
  type ArrayOptions,
  type Program,
  type Result,
  type TrainRequest,
} from "../src/index.ts";
import { bounds, dataset, draws, program, source, x } from "./support/tiny.ts";

// What callers without types give, and callers with types by mistake.

const codes = (result: Result<unknown>): readonly string[] =>
  result.ok ? [] : [...new Set(result.diagnostics.map(({ code }) => code))];

const options = program.config.training;
const training: TrainRequest = {
  problem: program.problem,
  dataset,
  backend: referenceBackend,
  options,
};
const wrongCounts = [0, -1, 1.5, NaN, Infinity, undefined, null, "2", 2 ** 60];

describe("what is given is checked at the door", () => {
  test("what is right passes", () => {
    expect(codes(evaluateBound(bounds))).toEqual([]);
    expect(codes(drawSamples(program, referenceBackend, draws))).toEqual([]);
    expect(codes(fitData(program, dataset))).toEqual([]);
  });

  test.each(["batch", "particles", "chunk", "sequences"])("evaluateBound: %s", (name) => {
    for (const value of wrongCounts) {
      expect(codes(evaluateBound({ ...bounds, [name]: value }))).toEqual(["E0818"]);
    }
  });

  test.each([
    ["seed", -1],
    ["split", "tset"],
    ["split", "validation"],
    ["parameters", new Map()],
    ["parameters", new Map([["m", { shape: [2], data: new Float32Array(2) }]])],
  ])("evaluateBound: %s = %j", (name, value) => {
    expect(codes(evaluateBound({ ...bounds, [name]: value }))).toEqual(["E0818"]);
  });

  test.each(["batchSize", "samples", "steps"])("drawSamples: %s", (name) => {
    for (const value of wrongCounts) {
      const drawn = drawSamples(program, referenceBackend, { ...draws, [name]: value });
      expect(codes(drawn)).toEqual(["E0818"]);
    }
  });

  test.each([
    ["target", "future"],
    ["prefix", -1],
    ["prefixWeights", "importnace"],
    ["particles", 0],
    ["batchSize", 3],
    ["steps", 4],
    ["parameters", new Map()],
    ["batch", { fields: new Map() }],
    ["batch", { fields: new Map([["x", { shape: [2, 3], data: new Float32Array(5) }]]) }],
  ])("drawSamples: %s = %j", (name, value) => {
    const drawn = drawSamples(program, referenceBackend, { ...draws, [name]: value });
    expect(codes(drawn)).toEqual(["E0818"]);
  });

  test.each([
    ["x", undefined, { test: 2 }],
    ["x", undefined, { test: NaN }],
    ["x", undefined, { validation: "0.1" }],
    ["x", undefined, { lengths: [1, 2, 3, 0.5] }],
    ["x", { shape: "4" }, {}],
    ["x", { shape: [4, -3] }, {}],
    ["x", { data: [1, 2, 3] }, {}],
    ["x", { data: undefined }, {}],
    ["x", { per: "setp" }, {}],
  ])("arraysDataset: %s with %j, %j", (_, change, more) => {
    const given = { ...x, ...change } as ArrayField;
    const opened = arraysDataset({ x: given }, more as ArrayOptions);
    expect(codes(opened)).toEqual(["E0818"]);
  });

  test("arraysDataset: no field, a length that is not that of the shape", () => {
    expect(codes(arraysDataset({}))).toEqual(["E0818"]);
    expect(codes(arraysDataset({ x: { ...x, shape: [4, 4] } }))).toEqual(["E0607"]);
    expect(codes(arraysDataset({ x }, { lengths: [1, 2] }))).toEqual(["E0607"]);
  });

  test.each(["batch", "particles", "steps", "logEvery", "evaluateEvery", "evaluateBatches"])(
    "train: %s",
    async (name) => {
      for (const value of wrongCounts) {
        const events = train({ ...training, options: { ...options, [name]: value } });
        let next = await events.next();
        while (next.done !== true) next = await events.next();
        expect(next.value.diagnostics.map(({ code }) => code)).toEqual(["E0818"]);
      }
    },
  );

  test("compile: no text, settings that are none", () => {
    const untyped = compile as (source: unknown, options?: unknown) => Result<Program>;
    expect(codes(untyped({ path: "m.gtm" }))).toEqual(["E0818"]);
    expect(codes(untyped({ ...source, path: 1 }))).toEqual(["E0818"]);
    expect(codes(untyped(source, { set: "Z=1" }))).toEqual(["E0818"]);
    expect(codes(untyped(source, { set: [3] }))).toEqual(["E0818"]);
  });
});

test("a message says which argument, of what, and what it is", async () => {
  const asked = evaluateBound({ ...bounds, particles: 0, split: "validation" });
  const said = asked.ok ? "" : renderText(asked.diagnostics);
  await expect(said).toMatchFileSnapshot("transcripts/library/E0818-argument.expected");
});

test("the example of the library's doc comment is what it says", () => {
  const source = readFileSync("src/index.ts", "utf8");
  const example = /```ts\n([\s\S]*?)```/u.exec(source)?.[1]?.replace(/^ \* /gmu, "") ?? "";
  const said: string[] = [];
  runInNewContext(example, {
    compile,
    renderText,
    Map,
    text: "model M {\n x ~\n}",
    console: { error: (line: string) => said.push(line) },
  });
  expect(said[0]).toMatch(/^error\[E0\d+\]/u);
  expect(said[0]).toContain("--> m.gtm:");
});
