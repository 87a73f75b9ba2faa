import ts from "typescript";
import { expect, test } from "vitest";
import { applied, mutantsOf, type Kind } from "./mutate.ts";

/** Calls are nodes, and so is g; everything else is a number. */
const kindOf = (expression: ts.Expression): Kind =>
  ts.isCallExpression(expression) || expression.getText() === "g" ? "node" : "number";

const changesOf = (text: string): readonly string[] =>
  mutantsOf(ts.createSourceFile("a.ts", text, ts.ScriptTarget.ES2022, true), "a.ts", kindOf).map(
    ({ what }) => what,
  );

test("formulas of nodes change signs and factors of calls, of wholes and of numbers", () => {
  expect(changesOf("const f = (x) => sub(neg(x), 3);")).toEqual([
    "sub(neg(x), 3) to neg(sub(neg(x), 3))",
    "sub(neg(x), 3) to mul(2, sub(neg(x), 3))",
    "sub(neg(x), 3) to add(neg(x), 3)",
    "neg(x) to x",
    "sub(neg(x), 3) to sub(neg(x), 6)",
  ]);
  expect(changesOf("const rules = { add: (_, g) => [g] };")).toEqual([
    "g to neg(g)",
    "g to mul(2, g)",
  ]);
  expect(changesOf("const t = xs.reduce(add);")).toContain("add to sub");
});

test("formulas of numbers change operators, signs and numbers", () => {
  expect(changesOf("const half = -0.5 * y;")).toEqual([
    "-0.5 * y to -0.5 / y",
    "-0.5 * y to 0.5 * y",
    "-0.5 * y to -1 * y",
  ]);
});

test("a mutant that is applied changes nothing else", () => {
  const text = "export const f = (x) => add(x, 1);";
  const source = ts.createSourceFile("a.ts", text, ts.ScriptTarget.ES2022, true);
  const swapped = mutantsOf(source, "a.ts", kindOf).find(({ what }) => what.endsWith("sub(x, 1)"));
  if (swapped === undefined) throw new Error("no such mutant");
  expect(applied(text, swapped, "build.ts")).toContain(
    "export const f = (x) => unmutated.sub(x, 1);",
  );
});
