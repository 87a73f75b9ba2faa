import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** What `code` finds in the files of a folder and below whose names end so. */
const codesIn = (folder: string, ending: string, code: RegExp): ReadonlySet<string> =>
  new Set(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(ending))
      .flatMap((file) => [...readFileSync(join(folder, file), "utf8").matchAll(code)])
      .map(([, found = ""]) => found),
  );

test("every code has an expected transcript, and every transcript a code", () => {
  const said = codesIn("src", ".ts", /"(E0\d{3})"/gu);
  const shown = codesIn("test", ".expected", /^(?:error|warning)\[(E0\d{3})\]/gmu);
  expect(said.size).toBeGreaterThan(100);
  expect([...said].filter((code) => !shown.has(code)).sort()).toEqual([]);
  expect([...shown].filter((code) => !said.has(code)).sort()).toEqual([]);
});
