import { expect, test } from "vitest";
import { resolveConfig, type TrainConfig } from "../../src/config/config.ts";
import type { Result } from "../../src/diagnostics/diagnostic.ts";
import { parse } from "../../src/language/syntax/parse.ts";
import { settingEntries } from "../../src/reference/settings.ts";

const resolved = (setting: string): Result<TrainConfig> => {
  const text = `train { ${setting} }`;
  return resolveConfig(parse(text, "m.gtm").file, new Map([["m.gtm", text]]));
};

/** The values as data: schedules by their texts. */
const valuesOf = (setting: string): string => {
  const config = resolved(setting);
  return JSON.stringify(config.ok ? config.value.values : config.diagnostics);
};

const entries = settingEntries();

test.each(entries)("examples of $name are taken", ({ examples }) => {
  expect(examples).not.toEqual([]);
  const refused = examples.flatMap((line) => {
    const config = resolved(line);
    return config.ok ? [] : config.diagnostics.map(({ message }) => message);
  });
  expect(refused).toEqual([]);
});

const keyOf = (name: string): string => name.replace("train.", "");
const defaultOf = (facts: (typeof entries)[number]["facts"]): string =>
  facts.find(({ label }) => label === "Default")?.text.replaceAll("`", "") ?? "";

test.each(entries.filter(({ name }) => name !== "train.data"))(
  "the default of $name is what it is without it",
  ({ name, facts }) => {
    expect(valuesOf(`${keyOf(name)} = ${defaultOf(facts)}`)).toBe(valuesOf(""));
  },
);

const given = entries.flatMap(({ name, arguments: taken }) =>
  taken.map((argument) => ({ ...argument, setting: keyOf(name), call: argument.call ?? "" })),
);

test.each(given)(
  "the default of $name in $setting = $call is what it is without it",
  ({ setting, call, name, default: usual = "" }) => {
    expect(valuesOf(`${setting} = ${call}(${name} = ${usual})`)).toBe(
      valuesOf(`${setting} = ${call}`),
    );
    expect(valuesOf(`${setting} = ${call}(${name} = 0.123)`)).not.toBe(
      valuesOf(`${setting} = ${call}`),
    );
  },
);
