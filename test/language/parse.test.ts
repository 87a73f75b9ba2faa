import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Span } from "../../src/diagnostics/span.ts";
import { parse } from "../../src/language/syntax/parse.ts";
import { tokenize } from "../../src/language/syntax/tokens.ts";

const folder = "test/language/fixtures";
const models = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, "utf8"));
const dnc = readFileSync(`${folder}/dnc_gtmm.gtm`, "utf8");

/** Every span of a tree with the node it belongs to. */
const spansOf = (node: unknown): readonly (readonly [Record<string, unknown>, Span])[] => {
  if (Array.isArray(node)) return node.flatMap(spansOf);
  if (typeof node !== "object" || node === null) return [];
  const own = "span" in node ? [[node as Record<string, unknown>, node.span as Span] as const] : [];
  const parts = Object.entries(node).filter(([key]) => !/span$/iu.test(key));
  return [...own, ...parts.flatMap(([, value]) => spansOf(value))];
};

describe("spans", () => {
  test("a name's span holds the name, an expression's can be parsed again", () => {
    for (const text of models) {
      const { file, diagnostics } = parse(text, "m.gtm");
      expect(diagnostics).toEqual([]);
      const spans = spansOf(file);
      expect(spans.length).toBeGreaterThan(50);
      for (const [node, { start, end }] of spans) {
        const source = text.slice(start, end);
        if (node["kind"] === undefined && typeof node["text"] === "string") {
          expect(source).toBe(node["text"]);
        }
        if (node["kind"] !== "file") expect(source).toBe(source.trim());
        if (node["kind"] === "binary" || node["kind"] === "method") {
          const again = parse(`dim A = ${source}`, "e.gtm");
          expect(again.diagnostics, source).toEqual([]);
        }
      }
    }
  });

  test("parentheses belong to what is in them", () => {
    const { file } = parse("dim A = (B + C) * D", "a.gtm");
    const sources = spansOf(file).map(([, { start, end }]) =>
      "dim A = (B + C) * D".slice(start, end),
    );
    expect(sources).toContain("(B + C) * D");
    expect(sources).toContain("(B + C)");
  });
});

describe("any text", () => {
  const model = fc.constantFrom(...models);

  test("nothing that can be written makes the parser throw, and spans stay in the text", () => {
    const broken = fc
      .tuple(model, fc.nat(), fc.nat({ max: 12 }), fc.string({ maxLength: 6 }))
      .map(([text, at, length, insert]) => {
        const start = at % text.length;
        return text.slice(0, start) + insert + text.slice(start + length);
      });
    fc.assert(
      fc.property(fc.oneof(broken, fc.string({ unit: "binary" })), (text) => {
        const { file, diagnostics } = parse(text, "x.gtm");
        const labels = diagnostics.flatMap(({ primary, secondary }) => [
          ...(primary ? [primary] : []),
          ...secondary,
        ]);
        for (const { span } of labels) {
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.end).toBeLessThanOrEqual(text.length);
          expect(span.start).toBeLessThanOrEqual(span.end);
        }
        for (const [, { start, end }] of spansOf(file)) {
          expect(Number.isInteger(start) && Number.isInteger(end)).toBe(true);
          expect(start).toBeLessThanOrEqual(end);
        }
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  test("a word more or less gives one or two messages, hardly ever more", () => {
    const counts = models.flatMap((text) => {
      const every = tokenize(text).tokens.filter((_, i) => i % 17 === 0);
      return every.map(({ startOffset, image }) => {
        const without = text.slice(0, startOffset) + text.slice(startOffset + image.length);
        return parse(without, "x.gtm").diagnostics.length;
      });
    });
    const many = counts.filter((count) => count > 2).length;
    expect(counts.length).toBeGreaterThan(140);
    expect(many / counts.length).toBeLessThan(0.03);
  });

  test("line breaks mean no more than spaces", () => {
    for (const text of models) {
      const withoutComments = text.replace(/\/\/.*$/gmu, "");
      const oneLine = withoutComments.replace(/\s+/gu, " ");
      const tokenALine = tokenize(withoutComments)
        .tokens.map(({ image }) => image)
        .join("\n");
      expect(parse(oneLine, "x.gtm").diagnostics).toEqual([]);
      expect(parse(tokenALine, "x.gtm").diagnostics).toEqual([]);
    }
  });
});

test("text nested beyond all reason is refused, not a crash", () => {
  const deep = `dim A = ${"(".repeat(20_000)}1${")".repeat(20_000)}`;
  const codes = parse(deep, "deep.gtm").diagnostics.map(({ code }) => code);
  expect(codes).toEqual(["E0108"]);
  expect(parse("dim A = 1", "next.gtm").diagnostics).toEqual([]);
});

describe("fixes", () => {
  const applied = (text: string): string => {
    const [fix] = parse(text, "x.gtm").diagnostics.flatMap((d) => (d.fix ? [d.fix] : []));
    return fix === undefined
      ? "none"
      : text.slice(0, fix.span.start) + fix.text + text.slice(fix.span.end);
  };

  test.each([
    ["dim A == 3", "dim A = 3"],
    ["dim A = 3;", "dim A = 3"],
    ["modle M { }", "model M { }"],
    ["dim A = f(3", "dim A = f(3)"],
    ["dim A = f(3))", "dim A = f(3)"],
    ["model M\n  data x: real\n}", "model M {\n  data x: real\n}"],
    ["# note", "// note"],
    ["import { A } from './a.gtm'", 'import { A } from "./a.gtm"'],
  ])("%j becomes %j", (text, fixed) => {
    expect(applied(text)).toBe(fixed);
    expect(parse(fixed, "x.gtm").diagnostics).toEqual([]);
  });

  test("a fix that does not make fewer errors is not offered", () => {
    // Closing the bracket at its end leaves the two operands.
    expect(applied("dim A = f(3 3")).toBe("none");
  });
});

test("the largest model parses in less than 20 ms once the parser is warm", () => {
  const times = Array.from({ length: 15 }, () => {
    const start = performance.now();
    parse(dnc, "dnc.gtm");
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(20);
});

test("a long text with many errors is parsed anew for its first fixes only", () => {
  const wrong = "net n(h: real[H) -> normal[Z] = mlp(3)\n";
  const fixesOf = (text: string): number =>
    parse(text, "long.gtm").diagnostics.filter(({ fix }) => fix !== undefined).length;
  expect(fixesOf(wrong.repeat(10))).toBe(10);
  expect(fixesOf(`# ${"long ".repeat(40_000)}\n${wrong.repeat(10)}`)).toBe(2);
});
