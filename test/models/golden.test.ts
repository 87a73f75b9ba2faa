import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { compile, inspectExecuted, modelsDirectory, type Program } from "../../src/index.ts";
import { inspectionStep } from "../../src/program/inspection.ts";
import { need } from "../support/need.ts";
import { summaryOf } from "./summary.ts";

const models = readdirSync(modelsDirectory())
  .filter((name) => name.endsWith(".gtm"))
  .map((name) => name.replace(".gtm", ""));

const programs = new Map<string, Program>();
const programOf = (model: string): Program => {
  const path = join(modelsDirectory(), `${model}.gtm`);
  const program =
    programs.get(model) ??
    need(compile({ path: `models/${model}.gtm`, text: readFileSync(path, "utf8") }));
  programs.set(model, program);
  return program;
};

const expectGolden = async (text: string, name: string): Promise<void> => {
  await expect(text).toMatchFileSnapshot(join(resolve("test/golden"), name));
};

test.each(models)("the syntax tree of %s", async (model) => {
  await expectGolden(programOf(model).inspect("ast", "text"), `${model}.ast`);
});

test.each(models)("what %s is", async (model) => {
  await expectGolden(programOf(model).inspect("ir", "text"), `${model}.ir`);
});

test.each(models)("what a training step of %s consists of", async (model) => {
  const { model: ir, problem, config } = programOf(model);
  const { outputs } = inspectionStep(ir, problem, config.training);
  await expectGolden(summaryOf(outputs.values()), `${model}.summary`);
});

/** Long, and much alike: one without time and one with it. */
const small = ["vae", "linear_gaussian"];

test.each(small)("the graph of %s", async (model) => {
  await expectGolden(programOf(model).inspect("graph", "text"), `${model}.graph`);
});

test.each(small)("the loops of %s", async (model) => {
  const loops = need(await inspectExecuted(programOf(model), "loops", "text"));
  await expectGolden(loops, `${model}.loops`);
});
