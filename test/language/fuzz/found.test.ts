import { describe, expect, test } from "vitest";
import { compile } from "../../../src/index.ts";
import { examine } from "./examine.ts";

/** A model that observes this value, whose axes are `axes`, with these members before it. */
const observing = (members: string, loc: string, axes = ""): string =>
  `dim A = 2\ndim B = 3\ndim C = 4\nmodel M {\n${members}\n  data x: real${axes}\n  x ~ Normal(loc = ${loc}, scale = 1)\n}\n`;

const setting = (line: string): string =>
  `model M {\n  data x: real\n  x ~ Normal(loc = 0, scale = 1)\n}\ntrain { ${line} }\n`;

const nested = (open: string, close: string, depth: number): string =>
  observing("  data v: real", open.repeat(depth) + "v" + close.repeat(depth));

/** What fuzzing has found: a program that once ended in an exception or in a wrong answer, and its errors now. */
const programs: readonly (readonly [string, string, readonly string[]])[] = [
  ["import of a folder", 'import { DNC } from "./memory"\n', ["E0201"]],
  ["import of what is no file", 'import { DNC } from "/dev/null"\n', ["E0201"]],
  ["import of what no file can be called", 'import { DNC } from "a\0b"\n', ["E0201"]],
  ["a type that every object has", observing("  param p: constructor[A]", "0"), ["E0215"]],
  ["the type of all objects", observing("  param p: __proto__", "0"), ["E0215"]],
  ["a result of such a type", "net f(x: real) -> toString[A] = linear()\n", ["E0215"]],
  ["an argument of a setting", setting("optimizer = adam(constructor = 1)"), ["E0804"]],
  ["an argument that is a prototype", setting("data = walk(__proto__ = 1)"), ["E0602"]],
  [
    "leading axes of dot",
    observing("  param a: real[A, B, C]\n  param b: real[B, A, C]", "dot(a, b)", "[A, B]"),
    ["E0310"],
  ],
  [
    "leading axes of take",
    observing(
      "  param a: real[A, B, C]\n  param b: real[B, A, C]",
      "take(a, argsort(b))",
      "[A, B, C]",
    ),
    ["E0310"],
  ],
  [
    "leading axes of push",
    observing(
      "  param a: real[A, B, C, C]\n  param b: real[B, A, C]",
      "push(a, b)",
      "[A, B, C, C]",
    ),
    ["E0310"],
  ],
  [
    "leading axes of outer",
    observing("  param a: real[A, B, C]\n  param b: real[B, A, C]", "outer(a, b)", "[A, B, C, C]"),
    ["E0310"],
  ],
  [
    "leading axes of cosine",
    observing("  param a: real[A, B, C]\n  param b: real[B, A, B, C]", "cosine(a, b)", "[A, B, B]"),
    ["E0310"],
  ],
  [
    "leading axes of a function",
    `fn f(a: real[C], b: real[C]) -> real[C] = a + b\n${observing("  param a: real[A, B, C]\n  param b: real[B, A, C]", "f(a, b)", "[A, B, C]")}`,
    ["E0318"],
  ],
  [
    "axes in another order, element by element",
    observing("  param a: real[A, B]\n  param b: real[B, A]", "a + b", "[A, B]"),
    [],
  ],
  [
    "logits for data whose axes have the size of the categories",
    "dim A = 3\nmodel M {\n  data x: index[A, A]\n  data l: real[A]\n  x ~ Categorical(logits = l)\n}\n",
    [],
  ],
  [
    "a first state that is a number",
    "dim A = 3\nmodel M {\n  data x[t]: real\n  data l: real[A, A]\n  a[0]: index[A] = 2\n  a[t] ~ Categorical(logits = l[a[t-1]])\n    guide prior\n  x[t] ~ Normal(loc = l[a[t]][0], scale = 1)\n}\ntrain { objective = iwae(K = 2) }\n",
    [],
  ],
  [
    "first states that are one number",
    "dim A = 3\nmodel M {\n  data x[t]: real[A]\n  data l: real[A, A]\n  a[0]: index[A, A] = 1\n  a[t] ~ Categorical(logits = l[a[t-1]])\n    guide prior\n  x[t] ~ Normal(loc = l[a[t]][0], scale = 1)\n}\ntrain { objective = iwae(K = 2) }\n",
    [],
  ],
  [
    "a first state beyond the last",
    "dim A = 3\nmodel M {\n  data x[t]: real\n  data l: real[A, A]\n  a[0]: index[A] = 3\n  a[t] ~ Categorical(logits = l[a[t-1]])\n    guide prior\n  x[t] ~ Normal(loc = l[a[t]][0], scale = 1)\n}\n",
    ["E0314"],
  ],
  [
    "a million steps back",
    "model M {\n  data x[t]: real\n  z[0]: real = 0\n  z[t] ~ Normal(loc = z[t-1000003], scale = 1)\n    guide prior\n  x[t] ~ Normal(loc = z[t], scale = 1)\n}\n",
    ["E0356"],
  ],
  [
    "a file that ends in open brackets",
    "model M {\n  data x: real[A, (B",
    ["E0104", "E0104", "E0104"],
  ],
  ["calls in calls", nested("tanh(", ")", 3000), ["E0108"]],
  ["brackets in brackets", nested("(", ")", 101), ["E0108"]],
  ["a sum of many terms", nested("", " + v", 5000), ["E0108"]],
  ["signs in front of signs", nested("-", "", 20_000), ["E0108"]],
  ["a backtick", "model M { ` }\n", ["E0101"]],
  ["an equals in an expression", "dim A = (x := 2)\n", ["E0102", "E0110"]],
];

describe("what fuzzing has found", () => {
  test.each(programs)("%s", (_, text, codes) => {
    const result = compile({ path: "models/fuzzed.gtm", text });
    const found = result.ok ? [] : result.diagnostics.map(({ code }) => code);
    expect(found).toEqual(codes);
    expect(examine(text).complaints).toEqual([]);
  });

  test("nesting that is allowed compiles, whatever is nested", () => {
    for (const text of [nested("tanh(", ")", 90), nested("", " + v", 900), nested("-", "", 300)]) {
      expect(compile({ path: "models/fuzzed.gtm", text }).ok).toBe(true);
    }
  });

  test("a chain of members may be longer than the stack is deep", () => {
    const length = 4000;
    const members = Array.from({ length }, (_, i) => `  e${i + 1} = tanh(e${i})`);
    const text = `model M {\n  data x: real\n  data e0: real\n${members.join("\n")}\n  x ~ Normal(loc = e${length}, scale = 1)\n}\n`;
    expect(compile({ path: "models/fuzzed.gtm", text }).ok).toBe(true);
  });
});
