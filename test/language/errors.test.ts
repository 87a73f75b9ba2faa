import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { renderText } from "../../src/diagnostics/render.ts";
import { loadModules, resolvePath } from "../../src/language/modules.ts";

// Wrong files with the transcript of what the user reads. `vitest -u` writes the transcripts anew.

const folder = "test/language/errors";
const files = readdirSync(folder).filter((file) => /^(?:syntax|modules)-.*\.gtm$/u.test(file));

const transcript = (path: string): string => {
  const text = readFileSync(`${folder}/${path}`, "utf8");
  const sources = new Map([[path, text]]);
  const load = (from: string, wanted: string): string | undefined => {
    const resolved = resolvePath(from, wanted);
    try {
      const found = readFileSync(`${folder}/${resolved}`, "utf8");
      sources.set(resolved, found);
      return found;
    } catch {
      return undefined;
    }
  };
  const modules = loadModules({ path, text }, load, []);
  return modules.ok ? "" : renderText(modules.diagnostics, sources, { color: false });
};

describe("what a user reads", () => {
  test.each(files)("%s", async (file) => {
    const text = transcript(file);
    expect(text).not.toBe("");
    await expect(text).toMatchFileSnapshot(`errors/${file.replace(/gtm$/u, "expected")}`);
  });
});

test("every code of syntax and modules has a wrong file", () => {
  const codesIn = (text: string): ReadonlySet<string> => new Set(text.match(/E0[12]\d\d/gu) ?? []);
  const source = readdirSync("src/language")
    .filter((file) => file.startsWith("errors-"))
    .map((file) => readFileSync(`src/language/${file}`, "utf8"));
  const shown = codesIn(files.map(transcript).join("\n"));
  // E0108 needs thousands of brackets; parse.test.ts has it.
  const missing = [...codesIn(source.join("\n"))].filter((code) => !shown.has(code));
  expect(missing).toEqual(["E0108"]);
});
