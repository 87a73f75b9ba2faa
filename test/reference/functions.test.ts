import { expect, test } from "vitest";
import { builtins } from "../../src/language/check/values/builtins.ts";
import { functionsAlongAxes } from "../../src/reference/functions-along-axes.ts";
import { functionsOfElements } from "../../src/reference/functions-of-elements.ts";
import type { NestedNumbers } from "../../src/reference/entry.ts";
import { errorsOf } from "../language/check/library.ts";
import { valuesOf, type Wanted } from "./evaluate.ts";

const texts = { ...functionsOfElements, ...functionsAlongAxes };
const all = Object.entries(texts);

test("the reference has the functions of the language, and no others", () => {
  expect(Object.keys(texts).sort()).toEqual([...builtins.keys()].sort());
});

/** "f(x: real[N], N) -> real" as a function of these parameters, whose result goes where exactly this type is asked for. */
const probe = (usage: string, i: number): string => {
  const [, name = "", inside = "", result = ""] =
    /^(\w+)\((.*)\) -> (.*)$/u.exec(usage) ?? expect.fail(usage);
  const parts = inside.split(/, (?![^[]*\])/u);
  const parameters = parts.filter((part) => part.includes(":"));
  const given = parts.map((part) => (part === "i" ? "0" : part.replace(/:.*/u, "")));
  return `fn want${i}(v: ${result}) -> ${result} = v
fn probe${i}(${parameters.join(", ")}) -> ${result} = want${i}(${name}(${given.join(", ")}))`;
};

const wrongIn = (usages: readonly string[]): readonly string[] => {
  const text = `dim N = 3\ndim M = 2\ndim W = 4\n${usages.map(probe).join("\n")}\n`;
  return errorsOf(text).map(({ message, primary }) => {
    const line = text.slice(0, primary?.span.start).split("\n").at(-1) ?? "";
    return `${line}: ${message}`;
  });
};

test("signatures are what the checker says of axes and ranges", () => {
  const signatures = all.flatMap(([, { usage }]) => usage.filter((line) => line.includes("->")));
  expect(signatures.length).toBeGreaterThan(all.length);
  expect(wrongIn(signatures)).toEqual([]);
});

test.each([
  "exp(x: real) -> unit",
  "softmax(x: real[N]) -> real[M]",
  "take(x: real[N], order: perm[M]) -> real[N]",
])("a wrong signature is found: %s", (usage) => {
  expect(wrongIn([usage])).not.toEqual([]);
});

const rounded = (value: NestedNumbers): NestedNumbers =>
  typeof value === "number" ? Math.round(1e4 * value) / 1e4 : value.map(rounded);

test("examples give what is shown, to four decimals", () => {
  const shown = all.flatMap(([, { usage, examples }]) =>
    examples.map(({ expression, value }): Wanted & { readonly value: NestedNumbers } => {
      const selects = (["index", "perm"] as const).find((base) =>
        usage[0]?.includes(`-> ${base}[`),
      );
      return { expression, value, gives: selects ?? "number" };
    }),
  );
  const found = valuesOf(shown).map((value, i) => [shown[i]?.expression, rounded(value)]);
  expect(found).toEqual(shown.map(({ expression, value }) => [expression, value]));
});

test("every function but randn, which gives no value, has an example", () => {
  const without = all.filter(([, { examples }]) => examples.length === 0);
  expect(without.map(([name]) => name)).toEqual(["randn"]);
});
