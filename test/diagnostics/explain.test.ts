import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { codes, type ErrorCode } from "../../src/diagnostics/codes.ts";
import { explain } from "../../src/diagnostics/explain.ts";
import { check } from "../../src/index.ts";

const entries = (Object.keys(codes) as ErrorCode[]).map(explain);
const files = entries.filter(({ wrong }) => wrong !== undefined);
const commands = entries.flatMap(({ code, command }) =>
  command === undefined ? [] : [[code, command] as const],
);

/** The codes of what is said about a text, as a file beside the shipped models. */
const said = (text: string): readonly string[] => {
  const checked = check({ path: "models/example.gtm", text });
  return (checked.ok ? checked.warnings : checked.diagnostics).map(({ code }) => code);
};

describe("the example of", () => {
  test.each(files)("$code has the fault, and mended it has none", ({ code, wrong, right }) => {
    expect(said(wrong ?? "")).toContain(code);
    expect(said(right ?? "")).toEqual([]);
  });

  const folder = "test/transcripts";
  const transcripts = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".expected"))
    .map((path) => readFileSync(join(folder, path), "utf8"));

  test.each(commands)("%s, %s, gives it in a transcript", (code, command) => {
    const shown = transcripts.flatMap((text) => text.split(/^(?=\$ )/mu));
    const own = shown.filter((text) => text.startsWith(`$ ${command}\n`));
    expect(own.some((text) => text.includes(`[${code}]`))).toBe(true);
  });

  test("each code of a file is a file, but where that is long or the library's", () => {
    const without = entries.filter(({ code, wrong }) => code < "E0600" && wrong === undefined);
    expect(without.map(({ code }) => code)).toEqual(["E0108", "E0358", "E0359", "E0508"]);
  });
});
