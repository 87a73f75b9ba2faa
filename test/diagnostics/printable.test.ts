/** Terminals show what users wrote and do nothing of it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { problemAt } from "../../src/diagnostics/diagnostic.ts";
import { printable, printableJson } from "../../src/diagnostics/printable.ts";
import { renderText } from "../../src/diagnostics/render.ts";

const hostile = "\u001b]0;title\u0007\u001b[2J\u009b31m\r\b\u202egnp.exe\u2066\u0000\u007f";
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;

test("every text of a diagnostic is printable, and marks stay under what they mark", () => {
  const file = `a${hostile}.gtm`;
  const text = `dim A = ${hostile}B\n`;
  const start = text.indexOf("B");
  const one = {
    ...problemAt("E0301", hostile, { file, start, end: start + 1 }, hostile, [hostile]),
    notes: [hostile],
  };
  const said = renderText([one], new Map([[file, text]]), { color: false });
  expect(control.test(said)).toBe(false);
  const lines = said.split("\n");
  const shown = lines.find((line) => line.includes("dim A")) ?? "";
  const marked = lines[lines.indexOf(shown) + 1] ?? "";
  expect(shown[marked.indexOf("^")]).toBe("B");
});

test("whatever the text is, nothing of it steers a terminal, and JSON stays the same value", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(control.test(printable(text))).toBe(false);
      const json = printableJson(JSON.stringify({ text }));
      expect(control.test(json)).toBe(false);
      expect(JSON.parse(json)).toEqual({ text });
    }),
  );
});
