import { expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { recallModel } from "../cli/call.ts";
import { need } from "../support/need.ts";

const program = need(compile({ path: "recall.gtm", text: recallModel }));

/** The first line of the model that begins so. */
const lineOf = (start: string): number =>
  recallModel.split("\n").findIndex((line) => line.trimStart().startsWith(start)) + 1;

test.each([
  ["psi", "read("],
  ["z", "z[t] ~"],
  ["metric/term/kl.z", "z[t] ~"],
  ["loglik.x", "x[t] ~"],
  ["mem.M", "write("],
  ["gradient of mem.M", "write("],
  ["obs.1.weight", "net obs"],
  ["update of obs.1.bias", "net obs"],
])("%s comes from the line of `%s`", (name, start) => {
  expect(program.locate(name)).toEqual({ file: "recall.gtm", line: lineOf(start) });
});

test("parts of a shipped memory come from the file that ships it", () => {
  expect(program.locate("rnn.gates.weight")?.file).toMatch(/prelude\/nn\.gtm$/u);
});

test.each(["metric/gradNorm", "optimizer/stepSize", ""])("%j has no line", (name) => {
  expect(program.locate(name)).toBeUndefined();
});
