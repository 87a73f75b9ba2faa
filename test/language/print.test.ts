import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Span } from "../../src/diagnostics/span.ts";
import type { BinaryOperator, Expr, Name } from "../../src/language/ast.ts";
import { parse } from "../../src/language/syntax/parse.ts";
import { printExpr, printFile } from "../../src/language/print.ts";
import { keywords } from "../../src/language/syntax/tokens.ts";
import { withoutSpans } from "./tree.ts";

const files = ["models", "test/language/fixtures"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".gtm"))
    .map((file) => `${folder}/${file}`),
);

describe("a printed file", () => {
  test.each(files)("%s means the same", (path) => {
    const { file, diagnostics } = parse(readFileSync(path, "utf8"), "a.gtm");
    expect(diagnostics).toEqual([]);
    const printed = printFile(file);
    const again = parse(printed, "a.gtm");
    expect(again.diagnostics).toEqual([]);
    expect(withoutSpans(again.file)).toEqual(withoutSpans(file));
    expect(printFile(again.file)).toBe(printed);
  });

  test("every construct, in the shipped style", async () => {
    const { file, diagnostics } = parse(readFileSync("test/language/print/every.gtm", "utf8"), "a");
    expect(diagnostics).toEqual([]);
    const printed = printFile(file);
    await expect(printed).toMatchFileSnapshot("print/every.printed.gtm");
    expect(withoutSpans(parse(printed, "a").file)).toEqual(withoutSpans(file));
  });
});

describe("a printed expression", () => {
  const span: Span = { file: "a", start: 0, end: 0 };
  const word = fc
    .string({ unit: fc.constantFrom("a", "B", "x", "ψ", "_", "1"), minLength: 1, maxLength: 3 })
    .map((text) => `v${text}`);
  const name: fc.Arbitrary<Name> = word.map((text) => ({ text, span }));
  const anyWord: fc.Arbitrary<Name> = fc
    .oneof(word, fc.constantFrom(...keywords.keys(), "from", "read"))
    .map((text) => ({ text, span }));

  const { expr } = fc.letrec<{ expr: Expr }>((tie) => {
    const inner = tie("expr");
    const argument = fc
      .record({ name: fc.option(anyWord, { nil: undefined }), value: inner })
      .map(({ name: given, value }) =>
        given === undefined ? { value, span } : { name: given, value, span },
      );
    const list = fc.array(argument, { maxLength: 3 });
    return {
      expr: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        name.map(({ text }): Expr => ({ kind: "name", text, span })),
        fc
          .constantFrom("0", "784", "0.5", "1e-6", "2.5e+3")
          .map((text): Expr => ({ kind: "number", value: Number(text), text, span })),
        fc.boolean().map((value): Expr => ({ kind: "boolean", value, span })),
        fc
          .constantFrom("", "./a b.gtm", "// it's")
          .map((value): Expr => ({ kind: "string", value, span })),
        name.map((of): Expr => ({ kind: "primed", name: of, span })),
        fc
          .tuple(name, fc.integer({ min: -3, max: 3 }))
          .map(([of, offset]): Expr => ({ kind: "at-time", name: of, offset, span })),
        inner.map((operand): Expr => ({ kind: "negate", operand, span })),
        fc
          .tuple(
            fc.constantFrom<BinaryOperator>("+", "-", "*", "/", "^", "@", "<", "=="),
            inner,
            inner,
          )
          .map(([operator, left, right]): Expr => {
            return { kind: "binary", operator, operatorSpan: span, left, right, span };
          }),
        fc
          .tuple(inner, inner)
          .map(([target, index]): Expr => ({ kind: "index", target, index, span })),
        fc
          .tuple(inner, anyWord)
          .map(([target, field]): Expr => ({ kind: "field", target, field, span })),
        fc
          .tuple(name, list)
          .map(([callee, given]): Expr => ({ kind: "call", callee, arguments: given, span })),
        fc.tuple(inner, anyWord, list).map(([target, method, given]): Expr => {
          return { kind: "method", target, method, arguments: given, span };
        }),
        fc
          .array(inner, { minLength: 1, maxLength: 3 })
          .map((parts): Expr => ({ kind: "concat", parts, span })),
        fc
          .array(fc.record({ name: anyWord, value: inner }), { maxLength: 3 })
          .map((fields): Expr => ({ kind: "record", fields, span })),
      ),
    };
  });

  test("parses to the same tree, and has no parentheses that it does not need", () => {
    fc.assert(
      fc.property(expr, (original) => {
        const printed = printExpr(original);
        const { file, diagnostics } = parse(`dim A = ${printed}`, "a");
        expect(diagnostics, printed).toEqual([]);
        const [item] = file.items;
        const value = item?.kind === "dim" ? item.value : undefined;
        expect(withoutSpans(value)).toEqual(withoutSpans(original));
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  test.each([
    ["((a)) + (b * c)", "a + b * c"],
    ["(a + b) * c", "(a + b) * c"],
    ["a - (b - c)", "a - (b - c)"],
    ["(a ^ b) ^ c", "(a ^ b) ^ c"],
    ["a ^ (b ^ c)", "a ^ b ^ c"],
    ["(-a) ^ 2", "(-a) ^ 2"],
    ["-(a ^ 2)", "-a ^ 2"],
    ["(a @ b).c", "(a @ b).c"],
    ["x[ t - 1 ]", "x[t-1]"],
  ])("%s is printed as %s", (text, printed) => {
    const [item] = parse(`dim A = ${text}`, "a").file.items;
    expect(item?.kind === "dim" && item.value ? printExpr(item.value) : "").toBe(printed);
  });
});
