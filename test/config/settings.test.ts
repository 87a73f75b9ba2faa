import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, renderText, type Program, type Result } from "../../src/index.ts";

const modelWith = (settings: string): string => `dim Z = 2
dim P = 3 * Z
dim S
model M {
  data x[t]: real[P]
  data y[t]: real[S]
  param m: real[P] = 0
  x[t] ~ Normal(loc = m, scale = ones(P))
}
train {
  ${settings}
}
`;

const compiled = (
  settings: string,
  set: readonly string[] = [],
  config?: string,
): Result<Program> =>
  compile(
    { path: "m.gtm", text: modelWith(settings) },
    {
      set,
      ...(config === undefined
        ? {}
        : {
            config: {
              path: "c.json",
              text: config,
              values: JSON.parse(config) as Record<string, unknown>,
            },
          }),
    },
  );

/** What is wrong: code, message and the text that its span covers. */
const refusals = (
  result: Result<Program>,
  sources: Readonly<Record<string, string>>,
): readonly (readonly string[])[] =>
  result.ok
    ? []
    : result.diagnostics.map(({ code, message, primary }) => {
        const { file = "", start = 0, end = 0 } = primary?.span ?? {};
        const text = sources[file.startsWith("--set ") ? "set" : file] ?? "";
        expect(end).toBeLessThanOrEqual(text.length);
        return [code, message, text.slice(start, end)];
      });

const bad: readonly (readonly string[])[] = [
  ["batch", "0"],
  ["batch", "-1"],
  ["batch", "2.5"],
  ["batch", "1e300"],
  ["batch", "9007199254740993"],
  ["steps", "-5"],
  ["steps", "0"],
  ["steps", "1.5"],
  ["seed", "-1"],
  ["seed", "0.5"],
  ["seed", "1e16"],
  ["clip", "0"],
  ["clip", "-1"],
  ["free_bits", "-1"],
  ["evaluate_every", "0"],
  ["evaluate_batches", "0"],
  ["log_every", "0"],
  ["checkpoint_every", "0"],
  ["kl_weight", "-0.5"],
  ["objective", "iwae(K = 0)", "`K` of `iwae`", "0"],
  ["objective", "elbo(K = 1.5)", "`K` of `elbo`", "1.5"],
  ["optimizer", "adam(lr = 0)", "`lr` of `adam`", "0"],
  ["optimizer", "adam(lr = -1e-3)", "`lr` of `adam`", "-1e-3"],
  ["optimizer", "adam(lr = 1e-400)", "`lr` of `adam`", "1e-400"],
  ["optimizer", "adam(beta1 = 1)", "`beta1` of `adam`", "1"],
  ["optimizer", "adam(eps = 0)", "`eps` of `adam`", "0"],
  ["optimizer", "sgd(momentum = -0.1)", "`momentum` of `sgd`", "-0.1"],
  ["early_stopping", "early_stopping(patience = 0)", "`patience` of `early_stopping`", "0"],
];

describe("a value that makes no sense is refused with its name and its place", () => {
  test.each(bad)("%s = %s", (key = "", value = "", name = `\`${key}\``, at = value) => {
    const inFile = refusals(compiled(`${key} = ${value}`), {
      "m.gtm": modelWith(`${key} = ${value}`),
    });
    expect(inFile).toEqual([["E0804", expect.stringContaining(`${name} must be `), at]]);
    const text = `train.${key}=${value}`;
    expect(refusals(compiled("", [text]), { set: text })).toEqual(inFile);
    const plain = /^-?[\d.]+$/u.test(value) ? value : JSON.stringify(value);
    for (const config of [
      `{ "train.${key}": ${plain} }`,
      `{\n "train": { "${key}": ${plain} } }`,
    ]) {
      expect(refusals(compiled("", [], config), { "c.json": config })).toEqual(inFile);
    }
  });
});

test.each([
  ["clip", "1e-60", "`clip`", "1e-60"],
  ["kl_weight", "1e300", "`kl_weight`", "1e300"],
  ["free_bits", "1e39", "`free_bits`", "1e39"],
  ["optimizer", "adam(lr = 1e-50)", "`lr` of `adam`", "1e-50"],
  ["optimizer", "sgd(lr = 1e39)", "`lr` of `sgd`", "1e39"],
  ["optimizer", "adam(eps = 1e-50)", "`eps` of `adam`", "1e-50"],
])("%s = %s, which 32 bits make 0 or infinite, is refused", (key, value, name, at) => {
  const setting = `${key} = ${value}`;
  expect(refusals(compiled(setting), { "m.gtm": modelWith(setting) })).toEqual([
    ["E0804", `${name} is \`${at}\`, which a 32-bit float cannot hold`, at],
  ]);
});

describe("schedules are looked at where they are used", () => {
  const lr = (schedule: string, steps = 100): readonly (readonly string[])[] => {
    const settings = `optimizer = adam(lr = ${schedule})  steps = ${steps}`;
    return refusals(compiled(settings), { "m.gtm": modelWith(settings) });
  };

  test.each([
    ["1e-3 / step"],
    ["1e-3 * 0.5^(step / 1e5)"],
    ["ramp(0, 1e-3, steps = 10)"],
    ["1e-3 * (1 - step / 100)"],
  ])("%s is one", (schedule) => {
    expect(lr(schedule)).toEqual([]);
  });

  test.each([
    ["1e-3 * (1 - step / 50)", "the learning rate is -0.00002 at step 51"],
    ["1e-3 / (step - 3)", "the learning rate is -0.0005 at step 1"],
    ["sqrt(50 - step)", "the learning rate is NaN at step 51"],
    ["0 * step", "the learning rate is 0 at every step"],
    ["1e-50 / step", "the learning rate is 0 at every step"],
    ["1e38 * step", "the learning rate is Infinity at step 4"],
  ])("%s is none", (schedule, message) => {
    expect(lr(schedule)).toEqual([["E0806", message, schedule]]);
  });

  test("what is no function of the step is named", () => {
    expect(lr("1e-3 * random()")).toEqual([["E0804", "`random()` has no value", "random()"]]);
    expect(lr("1e-3 * stpe")).toEqual([["E0804", "`stpe` has no value", "stpe"]]);
    expect(lr("constructor(1)")).toEqual([
      ["E0804", "`constructor(1)` has no value", "constructor(1)"],
    ]);
  });

  test("at the last of any number of steps", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 10_000_000 }), (steps) => {
        expect(lr(`1e-3 * (${steps - 1} - step)`, steps)).toHaveLength(1);
        expect(lr(`1e-3 * (${steps} - step)`, steps)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

describe("origins", () => {
  const origins = (
    settings: string,
    set: readonly string[] = [],
    config?: string,
  ): Readonly<Record<string, string>> => {
    const result = compiled(settings, set, config);
    if (!result.ok) throw new Error(renderText(result.diagnostics, new Map(), { color: false }));
    return Object.fromEntries(
      result.value.config.settings.map(({ path, value, origin }) => {
        const line = "line" in origin ? `:${origin.line}` : "";
        const text = origin.kind === "set" ? ` ${origin.text}` : "";
        return [path, `${value} ${origin.kind}${line}${text}`];
      }),
    );
  };

  test("are those of whoever spoke last, part by part", () => {
    const config = '{ "train": {\n "optimizer": { "lr": 1e-4 } } }';
    const all = origins("optimizer = adamw(lr = 1e-3, beta1 = 0.5)\n batch = 3", ["Z=4"], config);
    expect(all).toMatchObject({
      Z: "4 set --set Z=4",
      P: "12 derived:2",
      S: "? data",
      "train.batch": "3 file:12",
      "train.optimizer": "adamw(lr = 1e-4, beta1 = 0.5) file:11",
      "train.optimizer.lr": "1e-4 config:2",
      "train.steps": "1000 default",
    });
    expect(origins("", ["train.optimizer.lr=3e-4"])).toMatchObject({
      "train.optimizer": "adam(lr = 3e-4) default",
      "train.optimizer.lr": "3e-4 set --set train.optimizer.lr=3e-4",
    });
  });

  test("of a dimension that is set in spite of its formula", () => {
    const result = compiled("", ["P=5"]);
    expect(result.ok && result.warnings.map(({ code, message }) => [code, message])).toEqual([
      ["E0809", "`P` is no longer `3 * Z`"],
    ]);
    expect(origins("", ["P=5"])["P"]).toBe("5 set --set P=5");
  });
});

describe("a configuration in JSON", () => {
  const wrong = (config: string): readonly (readonly string[])[] =>
    refusals(compiled("", [], config), { "c.json": config });

  test("points into itself", () => {
    expect(wrong('{ "train": { "stpes": 5 } }')).toEqual([
      ["E0830", "`train` has no setting `stpes`", '"stpes"'],
    ]);
    expect(wrong('{ "train": { "batch": [1, "]"] } }')).toEqual([
      ["E0807", "`train.batch` is given a list", '[1, "]"]'],
    ]);
    expect(
      wrong('{ "train.optimizer.lr": 1, "train": { "optimizer": "adam(lr = 2)" } }'),
    ).toMatchObject([["E0808", "`train.optimizer` is set twice", "adam(lr = 2)"]]);
    expect(wrong('{ "train.batch": 1, "train": { "batch": 2 } }')).toEqual([
      ["E0808", "`train.batch` is set twice", "2"],
    ]);
    expect(wrong('{ "train": { "objective": "iwae(K = 4" } }')).toMatchObject([
      [expect.stringMatching(/^E01/u), expect.anything(), '"iwae(K = 4"'],
    ]);
    expect(wrong('{ "__proto__": 5 }')[0]?.[0]).toBe("E0830");
  });

  test("takes what JSON writes", () => {
    const config =
      '{ "Z": 3, "train": { "clip": null, "seed": 1E+2, "objective": "iwae(K = 2)" } }';
    const result = compiled("", [], config);
    expect(result.ok && result.value.config.training).toMatchObject({
      clip: null,
      seed: 100,
      particles: 2,
    });
  });
});
