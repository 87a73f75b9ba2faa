import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseOptions, type ICruiseResult } from "dependency-cruiser";
import { expect, test } from "vitest";

interface Rule {
  readonly name: string;
  readonly to: { readonly pathNot?: readonly string[] };
}
interface Configuration extends Required<Pick<ICruiseOptions, "ruleSet">> {
  readonly forbidden: readonly Rule[];
}

const configuration = createRequire(import.meta.url)("../.dependency-cruiser.cjs") as Configuration;

/** "^src/ir/type(/|\.ts$)" is the place "ir/type". */
const placeOf = (pattern: string): string => /^\^src\/([\w/-]+)/u.exec(pattern)?.[1] ?? pattern;

test("the table of ARCHITECTURE.md is the one that is enforced", () => {
  const enforced = configuration.forbidden.flatMap(({ name, to }): [string, string[]][] =>
    name.startsWith("room ") ? [[name.slice(5), (to.pathNot ?? []).slice(1).map(placeOf)]] : [],
  );
  const rows = readFileSync("ARCHITECTURE.md", "utf8").matchAll(/^\| `(\w+)` \| ([^|;]*)/gmu);
  const printed = [...rows].map(([, room, imports]): [string | undefined, string[]] => [
    room,
    [...(imports ?? "").matchAll(/`([\w/-]+)`/gu)].map(([, place]) => place ?? ""),
  ]);
  expect(printed).toEqual(enforced);
});

/** The rules that files break, each given with the paths that it imports. */
const broken = async (
  files: Readonly<Record<string, readonly string[]>>,
): Promise<readonly string[]> => {
  const baseDir = mkdtempSync(join(tmpdir(), "gtmc-layers-"));
  for (const [path, imports] of Object.entries(files)) {
    mkdirSync(join(baseDir, dirname(path)), { recursive: true });
    const lines = imports.map((from, i) => `export * as part${i} from "${from}";\n`);
    writeFileSync(join(baseDir, path), `${lines.join("")}export const one = 1;\n`);
  }
  const ruleSet = { forbidden: configuration.forbidden } as NonNullable<ICruiseOptions["ruleSet"]>;
  const { output } = await cruise(["src"], { baseDir, ruleSet, validate: true });
  rmSync(baseDir, { recursive: true });
  return [...new Set((output as ICruiseResult).summary.violations.map(({ rule }) => rule.name))];
};

test.each([
  ["config/a.js", "cli/b.js", "room config"],
  ["run/a.js", "loops/b.js", "room run"],
  ["ir/a.js", "loops/b.js", "room ir"],
  ["config/a.js", "training/train.js", "room config"],
  ["report/a.js", "index.js", "room report"],
  ["stray/a.js", "graph/b.js", "a file in no room imports"],
  ["graph/a.js", "stray/b.js", "a file in no room is imported"],
  ["graph/a.js", "stray.js", "a file in no room is imported"],
])("%s may not import %s", async (from, to, rule) => {
  const path = `${"../".repeat(from.split("/").length - 1)}${to}`;
  const found = await broken({ [`src/${from}`]: [path], [`src/${to}`]: [] });
  expect(found).toContain(rule);
});

test("a file in no room is an error even where nothing imports it", async () => {
  expect(await broken({ "src/stray.js": [] })).toEqual(["a file in no room"]);
});

test("what is listed may be imported", async () => {
  const files = { "src/config/a.js": ["../language/b.js"], "src/language/b.js": [] };
  expect(await broken(files)).toEqual([]);
});
