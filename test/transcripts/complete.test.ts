import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codes } from "../../src/diagnostics/codes.ts";

/** What `pattern` finds in the files of a folder and below whose names end so. */
const foundIn = (folder: string, ending: string, pattern: RegExp): ReadonlySet<string> =>
  new Set(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(ending))
      .flatMap((file) => [...readFileSync(join(folder, file), "utf8").matchAll(pattern)])
      .map(([, found = ""]) => found),
  );

const listed = Object.keys(codes).sort();

test("every listed code is raised somewhere", () => {
  const raised = foundIn("src", ".ts", /"(E0\d{3})"/gu);
  expect(listed.filter((code) => !raised.has(code))).toEqual([]);
});

test("every code has an expected transcript, and every transcript a code", () => {
  expect([...foundIn("test", ".expected", /^(?:error|warning)\[(\w+)\]/gmu)].sort()).toEqual(
    listed,
  );
});

test("a code of warnings is never an error, and every other one is", () => {
  const errors = foundIn("test", ".expected", /^error\[(\w+)\]/gmu);
  const faulty = Object.entries(codes).flatMap(([code, [fault]]) =>
    fault === "warning" ? [] : [code],
  );
  expect([...errors].sort()).toEqual(faulty.sort());
});
