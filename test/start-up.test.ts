/** What a verb loads before it does anything: all that its first modules import, and these import in turn. */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

/** The source files that are loaded with these; what is imported for its types alone is not, nor what waits for a call. */
const loadedWith = (...roots: readonly string[]): readonly string[] => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(join("src", file), "utf8");
    const imports = text.matchAll(/^(?:import|export) (?!type )[^;"]*"(\.[^"]+)";/gmu);
    for (const [, path = ""] of imports) visit(relative("src", join("src", dirname(file), path)));
  };
  roots.forEach(visit);
  return [...seen];
};

const roomsOf = (files: readonly string[]): ReadonlySet<string> =>
  new Set(files.map((file) => file.split("/")[0] ?? ""));

test("--version loads the command's edge and where versions are read", () => {
  const files = loadedWith("cli/main.ts", "cli/version.ts");
  expect(roomsOf(files)).toEqual(new Set(["cli", "diagnostics", "run"]));
  expect(files).not.toContain("cli/usage.ts");
  expect(files.filter((file) => file.startsWith("run/"))).toEqual(["run/version.ts"]);
});

test("check loads nothing that derives, optimises, trains, computes or reports", () => {
  const files = loadedWith("cli/main.ts", "cli/cli.ts", "library/check.ts");
  expect(files).toContain("language/syntax/parser.ts");
  const rooms = roomsOf(files);
  for (const room of ["code", "loops", "runtime", "report", "reference"]) {
    expect(rooms).not.toContain(room);
  }
  const later = /^(graph\/passes\/|inference\/(objective|unroll|generate)|training\/(?!options))/u;
  expect(files.filter((file) => later.test(file))).toEqual([]);
});
