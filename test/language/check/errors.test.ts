import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { renderText } from "../../../src/diagnostics/render.ts";
import { analyseText, errorsOf } from "./library.ts";

// Wrong files with the transcript of what the user reads. `vitest -u` writes the transcripts anew.

const folder = "test/language/errors";
const files = readdirSync(folder).filter((file) => /^check-.*\.gtm$/u.test(file));

const transcript = (file: string): string => {
  const { result, sources } = analyseText(readFileSync(`${folder}/${file}`, "utf8"), file);
  return result.ok ? "" : renderText(result.diagnostics, sources, { color: false });
};

describe("what a user reads", () => {
  test.each(files)("%s", async (file) => {
    const text = transcript(file);
    expect(text).not.toBe("");
    await expect(text).toMatchFileSnapshot(`../errors/${file.replace(/gtm$/u, "expected")}`);
  });
});

test("every code of the checker has a wrong file", () => {
  const messages = "src/language/check/errors";
  const source = readdirSync(messages).map((file) => readFileSync(`${messages}/${file}`, "utf8"));
  const codes = new Set(source.join("\n").match(/(?<=")E\d{4}(?=")/gu));
  const shown = new Set(
    files
      .map(transcript)
      .join("\n")
      .match(/(?<=error\[)E\d{4}/gu),
  );
  expect(codes.size).toBeGreaterThan(30);
  expect([...codes].filter((code) => !shown.has(code))).toEqual([]);
});

test("nothing of a message speaks of axes that the user did not write", () => {
  expect(files.map(transcript).join("\n")).not.toMatch(/\b(?:batch|particle)/u);
});

test("every fix, applied, leaves fewer errors", () => {
  let fixes = 0;
  for (const file of files) {
    const text = readFileSync(`${folder}/${file}`, "utf8");
    const before = errorsOf(text);
    for (const { fix } of before) {
      if (fix === undefined) continue;
      const { start, end } = fix.span;
      const after = errorsOf(text.slice(0, start) + fix.text + text.slice(end));
      expect(after.length, `${file}: ${fix.text}`).toBeLessThan(before.length);
      fixes++;
    }
  }
  expect(fixes).toBeGreaterThan(15);
});

test("a fix that does not work is not offered", () => {
  // Renaming the call to the only near name would give it too few arguments.
  const wrong = `dim X = 3
net obs(z: real[X], y: real[X]) -> bernoulli[X] = linear()
model M {
  data x: unit[X]
  x ~ obz(zeros(X))
}`;
  const right = wrong.replace("zeros(X)", "zeros(X), zeros(X)");
  const help = (text: string): readonly string[] => {
    const { result } = analyseText(text);
    return result.ok ? [] : result.diagnostics.flatMap((diagnostic) => diagnostic.help);
  };
  expect(help(wrong)).toEqual([]);
  expect(help(right)).toEqual(["did you mean `obs`?"]);
});

test("errors of all files come at once, the entry file's first and from top to bottom", () => {
  const { result } = analyseText(`dim X = 3
fn f(x: real[X]) -> real[X] = x + nothing
model M {
  data x: unit[Y]
  x ~ Bernoulli(logits = zeros(X) @ ones(X, X, X))
}`);
  if (result.ok) expect.fail("this is wrong");
  expect(result.diagnostics.map(({ code }) => code)).toEqual(["E0301", "E0213", "E0312"]);
});
