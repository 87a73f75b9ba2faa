import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Types that rooms which may not import each other both declare, with one meaning. */
const shared = ["Base", "Region", "SourceFile"];

test("an exported type has a name of its own", () => {
  const files = new Map<string, string[]>();
  for (const file of readdirSync("src", { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const declared = /^export (?:declare )?(?:type|interface|class) (\w+)/gmu;
    for (const [, name = ""] of readFileSync(join("src", file), "utf8").matchAll(declared)) {
      files.set(name, [...(files.get(name) ?? []), file]);
    }
  }
  expect(files.size).toBeGreaterThan(100);
  const repeated = [...files].filter(([name, where]) => where.length > 1 && !shared.includes(name));
  expect(repeated).toEqual([]);
});
