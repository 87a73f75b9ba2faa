import { expect, test } from "vitest";
import { checkSourceCall, sources } from "../../src/data/open.ts";
import { resolveConfig } from "../../src/config/config.ts";
import { parse } from "../../src/language/syntax/parse.ts";
import { call, json } from "./call.ts";

test.each([
  ["softmax", "softmax (function)", "softmax([0, log(3)]) = [0.25, 0.75]"],
  ["Normal", "Normal (distribution)", "loc + scale ε"],
  ["normal", "Normal (distribution)", "loc + scale ε"],
  ["train.optimizer", "train.optimizer (setting)", "weight_decay"],
  ["optimizer", "train.optimizer (setting)", "weight_decay"],
  ["vimco", "train.estimator (setting)", "baseline"],
  ["images", "images (data source)", "with_labels"],
  ["mlp", "mlp (architecture)", "mlp(H..., act = relu, bias = 0)"],
  ["DNC", "DNC (memory)", "memory m: DNC(N, W, R)"],
  ["simplex", "simplex (type)", "sum to 1"],
])("help %s", async (name, head, part) => {
  const { exit, out, err } = await call(["help", name]);
  expect([exit, err]).toEqual([0, ""]);
  expect(out.startsWith(`${head}\n`)).toBe(true);
  expect(out).toContain(part);
});

test("a word of two meanings has both", async () => {
  const { out } = await call(["help", "tanh"]);
  expect(out).toMatch(/^tanh \(function\)$.*^tanh \(activation\)$/msu);
});

test("of a verb it is the verb's help", async () => {
  const [asked, own] = [await call(["help", "run"]), await call(["run", "--help"])];
  expect(asked.out).toBe(own.out);
});

test("of nothing it is that of gtmc", async () => {
  const [asked, own] = [await call(["help"]), await call(["--help"])];
  expect(asked.out).toBe(own.out);
});

test("an unknown name is refused with the nearest one", async () => {
  const { exit, out, err } = await call(["help", "sofmax"]);
  expect([exit, out]).toEqual([2, ""]);
  expect(err).toContain("did you mean `softmax`?");
});

test("as JSON it is the entry", async () => {
  const entries = json(await call(["help", "walk", "--json"]))["entries"];
  expect(entries).toMatchObject([
    {
      name: "walk",
      kind: "data source",
      arguments: [{ name: "steps", default: "20" }, {}, {}, {}, {}],
    },
  ]);
});

test.each(sources)("the example of $name has arguments that it takes", ({ example }) => {
  const text = `train { data = ${example} }`;
  const config = resolveConfig(parse(text, "m.gtm").file, new Map([["m.gtm", text]]));
  if (!config.ok || config.value.values.data === null) return expect.fail(example);
  expect(checkSourceCall(config.value.values.data)).toEqual([]);
});
