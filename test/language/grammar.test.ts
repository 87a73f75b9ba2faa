import { readFileSync } from "node:fs";
import type { ISerializedGast } from "chevrotain";
import { defaultParserErrorProvider } from "chevrotain";
import { describe, expect, test } from "vitest";
import { expectations, placeProvider } from "../../src/language/syntax/expectations.ts";
import { parse } from "../../src/language/syntax/parse.ts";
import { GtmParser } from "../../src/language/syntax/parser.ts";
import { keywords, slips } from "../../src/language/syntax/tokens.ts";

const parser = new GtmParser(placeProvider, true);
const rules = parser.getSerializedGastProductions();

/** Every production inside one, itself first. */
const inside = (production: ISerializedGast): readonly ISerializedGast[] => {
  const { definition = [], separator } = production as ISerializedGast & {
    definition?: ISerializedGast[];
    separator?: ISerializedGast;
  };
  return [production, ...definition.flatMap(inside), ...(separator ? inside(separator) : [])];
};

const nameOf = (production: ISerializedGast): string =>
  "name" in production && typeof production.name === "string" ? production.name : "";

test("Chevrotain finds no ambiguity in the grammar", () => {
  expect(() => new GtmParser(defaultParserErrorProvider, false)).not.toThrow();
});

describe("expectations", () => {
  /** Places where the parser may fail: terminals, choices and lists that need an element. */
  const places = rules.flatMap((rule) =>
    inside(rule).flatMap((production, index): [string, string][] => {
      // The first token of a rule was already seen when the rule was chosen.
      if (production.type === "Terminal")
        return index === 1 ? [] : [[nameOf(rule), nameOf(production)]];
      if (production.type === "Alternation") return [[nameOf(rule), "or"]];
      const needsOne = production.type === "RepetitionMandatoryWithSeparator";
      return needsOne ? [[nameOf(rule), "some"]] : [];
    }),
  );
  const separators = new Set(["Comma", "Then", "Dot"]);

  test("every rule has a text for each place where it can fail", () => {
    const table: Readonly<Record<string, Readonly<Record<string, unknown>>>> = expectations;
    const silent = places.filter(
      ([rule, token]) => !separators.has(token) && table[rule]?.[token] === undefined,
    );
    expect(silent).toEqual([]);
    expect(places.length).toBeGreaterThan(100);
  });

  test("every rule of the parser is in the table, and nothing else", () => {
    expect(Object.keys(expectations).sort()).toEqual(rules.map(nameOf).sort());
  });
});

describe("gtm.ebnf", () => {
  const text = readFileSync("grammar/gtm.ebnf", "utf8").replace(/\(\*[^]*?\*\)/gu, "");
  const written = new Map(
    [...text.matchAll(/(\w+)\s*=\s*((?:"[^"]*"|[^";])*);/gu)].map(([, name = "", body = ""]) => [
      name,
      new Set(body.match(/"[^"]*"|\w+/gu) ?? []),
    ]),
  );
  /** How a terminal of the parser is written in the file. */
  const terminals: Readonly<Record<string, readonly string[]>> = {
    Name: ["name"],
    Word: ["word"],
    StatementName: ["statementName"],
    NumberLiteral: ["number"],
    StringLiteral: ["string"],
    Boolean: ['"yes"', '"no"'],
    Sign: ['"+"', '"-"'],
    Factor: ['"*"', '"/"', '"@"'],
    Comparison: ['">"', '">="', '"<"', '"<="', '"=="', '"!="'],
  };
  const spell = (terminal: ISerializedGast): readonly string[] => {
    const pattern = "pattern" in terminal ? String(terminal.pattern) : "";
    return terminals[nameOf(terminal)] ?? [`"${pattern.replace(/\\/gu, "")}"`];
  };

  test("has the rules of the parser", () => {
    expect([...written.keys()].sort()).toEqual(rules.map(nameOf).sort());
  });

  test.each(rules.map((rule) => [nameOf(rule), rule] as const))(
    "%s uses the same symbols",
    (name, rule) => {
      const used = inside(rule)
        .slice(1)
        .flatMap((production) =>
          production.type === "NonTerminal"
            ? [nameOf(production)]
            : production.type === "Terminal"
              ? spell(production)
              : [],
        );
      expect([...(written.get(name) ?? [])].sort()).toEqual([...new Set(used)].sort());
    },
  );
});

test("the editor grammar colours every keyword", () => {
  const grammar = readFileSync("grammar/gtm.tmLanguage.json", "utf8");
  const { repository } = JSON.parse(grammar) as {
    repository: {
      keywords: { patterns: { match: string }[] };
      constants: { patterns: { match: string }[] };
    };
  };
  const patterns = [...repository.keywords.patterns, ...repository.constants.patterns].map(
    ({ match }) => new RegExp(match, "u"),
  );
  for (const word of keywords.keys()) {
    expect(
      patterns.some((pattern) => pattern.test(`${word} `)),
      word,
    ).toBe(true);
  }
});

test("the README's example of every construct is legal", () => {
  const readme = readFileSync("grammar/README.md", "utf8");
  const blocks = [...readme.matchAll(/^```\n([^]*?)^```$/gmu)].map(([, block = ""]) => block);
  const file = blocks.find((block) => block.includes("model M")) ?? "";
  expect(parse(file, "README.md").diagnostics).toEqual([]);
  expect(parse(file, "README.md").file.items).toHaveLength(11);
});

test("the README names every reserved word", () => {
  const readme = readFileSync("grammar/README.md", "utf8");
  const line = /\*\*Reserved words\*\*: `([^`]*)`/u.exec(readme)?.[1] ?? "";
  expect(line.split(" ").sort()).toEqual([...keywords.keys()].sort());
});

test("every slip is read as something that the grammar has, or skipped", () => {
  for (const { token, instead } of slips) {
    expect((token.CATEGORIES?.length ?? 0) > 0, token.name).toBe(
      instead !== "" && instead !== "//",
    );
  }
});
