import { describe, expect, test } from "vitest";
import { distributionOf } from "../../src/distributions/index.ts";
import { concat, constant } from "../../src/graph/build.ts";
import { familyTexts } from "../../src/reference/distributions.ts";
import { languageEntries } from "../../src/reference/language.ts";
import type { Entry } from "../../src/reference/entry.ts";
import { errorsOf } from "../language/check/library.ts";
import { runOne } from "../inference/support/run.ts";
import { valuesOf } from "./evaluate.ts";

const parts = languageEntries();

describe("log densities", () => {
  test.each(Object.entries(familyTexts))("of %s", (name, { parameters, example }) => {
    const { signature, logProb } = distributionOf(name);
    const names = signature.parameters.map((parameter) => parameter.name);
    expect(Object.keys(parameters)).toEqual(names);
    expect(Object.keys(example.parameters)).toEqual(names);
    const given = valuesOf(
      Object.values(example.parameters).map((expression) => ({ expression, gives: "number" })),
    );
    // A scalar is [1], and logits are [1, n].
    const nodes = given.map((value) =>
      typeof value === "number"
        ? constant(value, [1])
        : concat(
            value.map((one) => constant(Number(one), [1, 1])),
            1,
          ),
    );
    const at = constant(example.value, [1], signature.support === "index" ? "int" : "float");
    const density = logProb(Object.fromEntries(names.map((word, i) => [word, nodes[i] ?? at])), at);
    expect(runOne(density)[0]).toBeCloseTo(example.logDensity, 4);
  });
});

/** Code of an entry with a name of its own, and where in a file it belongs. */
interface Placed {
  readonly place: "import" | "declaration" | "member" | "operation";
  readonly code: string;
}

const placed = (line: string, i: number): readonly Placed[] => {
  const code = line.replace(/^(net|param|data|memory) \w+/u, `$1 n${i}`).replace(/^z\b/u, `z${i}`);
  if (code.startsWith("import ")) return [{ place: "import", code }];
  if (code.startsWith("net ")) return [{ place: "declaration", code }];
  if (code.startsWith("dense(")) {
    const net = `net n${i}(h: real[H]) -> real[Z] = ${code} >> linear()`;
    return [{ place: "declaration", code: net }];
  }
  if (/^(?:address|read|write|step)\b/u.test(code)) return [{ place: "operation", code }];
  const kept = code.startsWith("memory ") ? `${code}\n  n${i}[t] = n${i}[t-1]` : code;
  return [{ place: "member", code: kept }];
};

/** A file of all of them. */
const fileOf = (lines: readonly string[]): string => {
  const all = lines.flatMap(placed);
  const at = (place: Placed["place"]): readonly string[] =>
    all.flatMap((one) => (one.place === place ? [one.code] : []));
  return `${at("import").join("\n")}
${"X Z H R N W L S E C"
  .split(" ")
  .map((name, i) => `dim ${name} = ${i + 2}`)
  .join("\n")}
net prior(h: real[H]) -> normal[Z] = linear()
net post(x: unit[X], h: real[H]) -> normal[Z] = linear()
${at("declaration").join("\n")}
${at("operation")
  .map(
    (line, i) => `memory Memory${i}(W, L) {
  state M: real[L, W] = 0
  state h: real[W] = 0
  net cell(x: real[_], h: real[W]) -> real[W] = linear()
  ${line}
}`,
  )
  .join("\n")}
model Shown {
  data x[t]: unit[X]
  data psi[t]: real[H]
  ${at("member").join("\n  ")}
  x[t] ~ Bernoulli(logits = 0)
}
`;
};

const codeOf = ({ kind, name, usage, examples }: Entry): readonly string[] => {
  if (kind === "layer") return examples;
  if (kind === "way to guide") return [usage.join(" ")];
  if (kind !== "distribution") return usage;
  // Any number is a parameter; outcomes are several.
  const value = name === "Categorical" ? "[0, 1, 2]" : "1";
  return usage.map((line) => line.replaceAll("…", value).replace(/^z ~ .*$/u, "$& guide prior"));
};

const shown = [
  parts.distributions,
  parts.layers,
  parts.activations,
  parts.initialisers,
  parts.roles,
  parts.memories,
  parts.data,
  parts.guides,
].flatMap((entries) => entries.flatMap(codeOf));

test("all code that is shown is right", () => {
  expect(shown.length).toBeGreaterThan(30);
  expect(errorsOf(fileOf(shown)).map(({ message }) => message)).toEqual([]);
});

test("code that is wrong is found", () => {
  expect(errorsOf(fileOf([...shown, "memory m: LSTM(H, H)"]))).not.toEqual([]);
});
