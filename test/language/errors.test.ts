import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { codes } from "../../src/diagnostics/codes.ts";
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
  const shown = files.map(transcript).join("\n");
  const wanted = Object.keys(codes).filter((code) => /^E01|^E020/u.test(code));
  // E0108 needs thousands of brackets; parse.test.ts has it.
  expect(wanted.filter((code) => !shown.includes(code))).toEqual(["E0108"]);
});
