import { describe, expect, test } from "vitest";
import { renderText } from "../../src/diagnostics/render.ts";
import { parse } from "../../src/language/syntax/parse.ts";
import { printExpr, printFile } from "../../src/language/print.ts";
import { applySettings, parseSetting } from "../../src/language/settings.ts";

const source = `dim X = 784
dim Z = 32
dim P = 2 * Z
dim S

train {
  objective = elbo
  optimizer = adam(lr = 1e-3, beta1 = ramp(0.8, 0.9))
  batch     = 10
}
`;
const trainDefaults = new Map([
  ["objective", "elbo"],
  ["optimizer", "adam(lr = 0.001)"],
  ["batch", "32"],
  ["steps", "1000"],
  ["kl_weight", "1"],
]);

/** The file after the overrides as text, or what the user reads. */
const set = (texts: readonly string[], text = source): string => {
  const { file } = parse(text, "m.gtm");
  const sources = new Map(texts.map((setting, i) => [`--set${i}`, setting]));
  const settings = [...sources].map(([name, setting]) => parseSetting(setting, name));
  const parsed = settings.flatMap((setting) => (setting.ok ? [setting.value] : []));
  const wrong = settings.flatMap((setting) => (setting.ok ? [] : setting.diagnostics));
  if (wrong.length > 0) return renderText(wrong, sources, { color: false });
  const result = applySettings(file, parsed, trainDefaults);
  return result.ok
    ? printFile(result.value)
    : renderText(result.diagnostics, sources, { color: false });
};

/** The lines that an override changes. */
const changed = (...texts: readonly string[]): readonly string[] => {
  const before = new Set(set([]).split("\n"));
  return set(texts)
    .split("\n")
    .filter((line) => !before.has(line));
};

describe("parsing", () => {
  test.each([
    ["Z=64", ["Z"], "64"],
    ["train.lr=3e-4", ["train", "lr"], "3e-4"],
    ["train.objective=iwae(K = 8)", ["train", "objective"], "iwae(K = 8)"],
    [" train.data . l = -3 * 2 ", ["train", "data", "l"], "-3 * 2"],
    ["train.clip=no", ["train", "clip"], "no"],
    ['train.data.path="a b.npy"', ["train", "data", "path"], '"a b.npy"'],
  ])("%s", (text, path, value) => {
    const setting = parseSetting(text, "--set");
    expect(setting.ok && setting.value.path.map((name) => name.text)).toEqual(path);
    expect(setting.ok && printExpr(setting.value.value)).toBe(value);
    const span = setting.ok ? setting.value.value.span : { start: 0, end: 0 };
    expect(text.slice(span.start, span.end)).toBe(text.split("=").slice(1).join("=").trim());
  });
});

describe("applying", () => {
  test("a dimension, also one without a value", () => {
    expect(changed("Z=64", "S=7")).toEqual(["dim Z = 64", "dim S = 7"]);
  });

  test("a setting that is there, and a legal one that is not", () => {
    expect(changed("train.objective=iwae(K = 8)", "train.steps=100")).toEqual([
      "  objective = iwae(K = 8)",
      "  steps     = 100",
    ]);
  });

  test("the last of two wins", () => {
    expect(changed("Z=64", "Z=16")).toEqual(["dim Z = 16"]);
  });

  test("an argument of a setting, at any depth, with the others kept", () => {
    expect(changed("train.optimizer.lr=3e-4")).toEqual([
      "  optimizer = adam(lr = 3e-4, beta1 = ramp(0.8, 0.9))",
    ]);
    expect(changed("train.optimizer.beta1.steps=5")).toEqual([
      "  optimizer = adam(lr = 1e-3, beta1 = ramp(0.8, 0.9, steps = 5))",
    ]);
    expect(changed("train.objective.K=4")).toEqual(["  objective = elbo(K = 4)"]);
  });

  test("`train.lr` is the optimizer's, unless `train` has one", () => {
    expect(changed("train.lr=3e-4")).toEqual(changed("train.optimizer.lr=3e-4"));
    expect(changed("train.beta1=0.5")).toEqual(["  optimizer = adam(lr = 1e-3, beta1 = 0.5)"]);
    const own = "train { lr = 1 optimizer = adam() }";
    expect(set(["train.lr=2"], own)).toBe("train {\n  lr        = 2\n  optimizer = adam()\n}\n");
  });

  test("a part of a setting that the file leaves to its default", () => {
    const bare = "train { batch = 10 }";
    for (const path of ["train.lr", "train.optimizer.lr"]) {
      expect(set([`${path}=3e-4`], bare)).toContain("optimizer = adam(lr = 3e-4)");
    }
    expect(set(["train.objective.K=3"], bare)).toContain("objective = elbo(K = 3)");
    expect(set(["train.optimizer.beta1=0.5"], "")).toContain(
      "optimizer = adam(lr = 0.001, beta1 = 0.5)",
    );
  });

  test("a file without settings gets them", () => {
    expect(set(["train.steps=5"], "dim X = 1")).toBe("dim X = 1\n\ntrain {\n  steps = 5\n}\n");
  });
});

test("everything else is refused, with a place and a way out", async () => {
  const wrong = [
    "Z=6.4",
    "Z=0",
    "Z=2 * X",
    "Q=3",
    "Xx=3",
    "Z.size=3",
    "trian.steps=3",
    "train=3",
    "train.stpes=3",
    "train.colour=3",
    "train.batch.size=3",
    "train.kl_weight.steps=3",
    "train.optimizer.decay.steps=3",
    "Z",
    "Z=",
    "=3",
    "Z=16,32",
    "Z==16",
    "train.objective=iwae(K = 8",
    "Z=16 # latent",
  ];
  const transcript = wrong.map((text) => set([text])).join("\n");
  await expect(transcript).toMatchFileSnapshot("errors/settings.expected");
});

test("several wrong overrides are all reported", () => {
  expect(set(["Z=0", "Q=1"]).match(/error\[/gu)).toHaveLength(2);
});
