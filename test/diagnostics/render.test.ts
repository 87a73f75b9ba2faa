import { describe, expect, test } from "vitest";
import type { Diagnostic, Label } from "../../src/diagnostics/diagnostic.ts";
import { renderJson, renderText, toJson } from "../../src/diagnostics/render.ts";

/** A label on the only place of a text that is written `«so»`. */
const source = (
  marked: string,
): { readonly text: string; readonly at: (n: number, text: string, file?: string) => Label } => {
  const text = marked.replace(/[«»]/gu, "");
  const spans: { start: number; end: number }[] = [];
  let offset = 0;
  let start = 0;
  for (const character of marked.split("")) {
    if (character === "«") start = offset;
    else if (character === "»") spans.push({ start, end: offset });
    else offset++;
  }
  return {
    text,
    at: (n, label, file = "m.gtm") => ({
      span: { file, ...(spans[n] ?? { start: 0, end: 0 }) },
      text: label,
    }),
  };
};

const diagnostic = (parts: Partial<Diagnostic>): Diagnostic => ({
  code: "E0310",
  severity: "error",
  message: "something is wrong",
  secondary: [],
  notes: [],
  help: [],
  ...parts,
});

const plain = { color: false };

describe("text", () => {
  test("two labels and the primary on one line, each with a row of its own", () => {
    const line = "  z[t] ~ prior(rnn[t-1].h + z[t-1])";
    const text = `${"\n".repeat(8)}${line}\n`;
    const at = (start: number, end: number, label: string): Label => ({
      span: { file: "bad/coincidence.gtm", start: 8 + start, end: 8 + end },
      text: label,
    });
    const shown = renderText(
      [
        diagnostic({
          message: "cannot apply `+` to shapes [H] and [Z]",
          primary: at(15, 34, "axes are matched by name; neither side's axes contain the other's"),
          secondary: [at(15, 25, "real[H] (= 32)"), at(28, 34, "real[Z] (= 32)")],
          help: ["for all pairs use outer(.., ..), which has shape [H, Z]"],
        }),
      ],
      new Map([["bad/coincidence.gtm", text]]),
      plain,
    );
    expect(shown).toBe(`error[E0310]: cannot apply \`+\` to shapes [H] and [Z]
  --> bad/coincidence.gtm:9:16
  |
9 |   z[t] ~ prior(rnn[t-1].h + z[t-1])
  |                ---------- real[H] (= 32)
  |                ^^^^^^^^^^^^^^^^^^^ axes are matched by name; neither side's axes contain the other's
  |                             ------ real[Z] (= 32)
  = help: for all pairs use outer(.., ..), which has shape [H, Z]
`);
  });

  test("lines far apart, line numbers of different width, notes before help", () => {
    const { text, at } = source(`a\nnet «post»(x)\n${"\n".repeat(9)}guide post(«rnn»)\n`);
    const shown = renderText(
      [
        diagnostic({
          primary: at(1, "found real[H]"),
          secondary: [at(0, "declared here")],
          notes: ["expected unit[X]", "of two lines\nlike this"],
          help: ["swap them"],
        }),
      ],
      new Map([["m.gtm", text]]),
      plain,
    );
    expect(shown).toBe(`error[E0310]: something is wrong
   --> m.gtm:12:12
   |
 2 | net post(x)
   |     ---- declared here
..
12 | guide post(rnn)
   |            ^^^ found real[H]
   = note: expected unit[X]
   = note: of two lines
           like this
   = help: swap them
`);
  });

  test("labels of several files", () => {
    const here = source("x = «f»(1)");
    const there = source("\nfn «f»(x)");
    const shown = renderText(
      [
        diagnostic({
          primary: here.at(0, "called"),
          secondary: [there.at(0, "declared", "lib.gtm")],
        }),
      ],
      new Map([
        ["m.gtm", here.text],
        ["lib.gtm", there.text],
      ]),
      plain,
    );
    expect(shown).toBe(`error[E0310]: something is wrong
  --> m.gtm:1:5
  |
1 | x = f(1)
  |     ^ called
  ::: lib.gtm:2:4
  |
2 | fn f(x)
  |    - declared
`);
  });

  test("without a place, and with a place whose text is not known", () => {
    const lost = { span: { file: "gone.gtm", start: 3, end: 4 }, text: "" };
    expect(
      renderText(
        [diagnostic({ severity: "warning", help: ["try"] }), diagnostic({ primary: lost })],
        new Map(),
        plain,
      ),
    ).toBe(`warning[E0310]: something is wrong
  = help: try

error[E0310]: something is wrong
  --> gone.gtm
`);
  });

  const frameOf = (marked: string): readonly string[] => {
    const { text, at } = source(marked);
    const shown = renderText(
      [diagnostic({ primary: at(0, "") })],
      new Map([["m.gtm", text]]),
      plain,
    );
    return shown.split("\n").slice(3, -1);
  };

  test.each([
    ["an empty span", "dim X =«»", ["1 | dim X =", "  |        ^"]],
    ["the end of a text with a line break", "dim X =«»\n", ["1 | dim X =", "  |        ^"]],
    ["several lines: to the end of the first", "a «b c  \nd» e", ["1 | a b c", "  |   ^^^"]],
    ["Windows line ends", "a\r\n«b»\r\nc", ["2 | b", "  | ^"]],
    ["tabs, as columns of four", "\tx\t«y»", ["1 |     x   y", "  |         ^"]],
    ["combining marks take no column", "e\u0301 «x»", ["1 | e\u0301 x", "  |   ^"]],
    ["wide letters take two", "中文 «日»", ["1 | 中文 日", "  |      ^^"]],
    ["letters beyond 16 bits take one", "𝜓 = «𝜓𝜓»", ["1 | 𝜓 = 𝜓𝜓", "  |     ^^"]],
    [
      "control characters do not reach the terminal",
      "\u001b[31m «x»",
      ["1 | \ufffd[31m x", "  |       ^"],
    ],
  ])("%s", (_, marked, frame) => {
    expect(frameOf(marked)).toEqual(frame);
  });

  test("a long line is cut around the mark", () => {
    const [line = "", mark = ""] = frameOf(`${"a".repeat(200)} «here» ${"b".repeat(200)}`);
    expect(line.length).toBeLessThan(130);
    expect(line).toMatch(/^1 \| … a+ here b+ …$/u);
    expect(mark.indexOf("^")).toBe(line.indexOf("here"));
    expect(mark.trimEnd().length - mark.indexOf("^")).toBe(4);
  });

  test("a long line with the mark at its beginning keeps its beginning", () => {
    const [line = ""] = frameOf(`«here» ${"b".repeat(300)}`);
    expect(line).toMatch(/^1 \| here b+ …$/u);
  });

  test("nothing for nothing", () => {
    expect(renderText([], new Map(), plain)).toBe("");
  });

  test("colors change nothing but the color", () => {
    const { text, at } = source("\t«a» 中 «b»");
    const wrong = [
      diagnostic({ primary: at(0, "here"), secondary: [at(1, "there")], notes: ["n"] }),
    ];
    const sources = new Map([["m.gtm", text]]);
    const colored = renderText(wrong, sources, { color: true });
    const escapes = /\u001b\[[\d;]*m/gu;
    expect(colored).not.toBe(renderText(wrong, sources, plain));
    expect(colored.replace(escapes, "")).toBe(renderText(wrong, sources, plain));
  });
});

describe("JSON", () => {
  test("places are lines, columns and offsets", () => {
    const { text, at } = source("a\n  «bc»\n«d»");
    const fix = { span: at(0, "").span, text: "x" };
    const wrong = diagnostic({ primary: at(0, "here"), secondary: [at(1, "there")], fix });
    const range = {
      file: "m.gtm",
      start: { line: 2, column: 3, offset: 4 },
      end: { line: 2, column: 5, offset: 6 },
    };
    expect(toJson(wrong, new Map([["m.gtm", text]]))).toEqual({
      code: "E0310",
      severity: "error",
      message: "something is wrong",
      primary: { ...range, label: "here" },
      secondary: [
        {
          file: "m.gtm",
          start: { line: 3, column: 1, offset: 7 },
          end: { line: 3, column: 2, offset: 8 },
          label: "there",
        },
      ],
      notes: [],
      help: [],
      fix: { ...range, text: "x" },
    });
  });

  test("the text is an array, also of nothing", () => {
    expect(JSON.parse(renderJson([], new Map()))).toEqual([]);
    expect(JSON.parse(renderJson([diagnostic({})], new Map()))).toHaveLength(1);
    expect(renderJson([], new Map()).endsWith("\n")).toBe(true);
  });
});
