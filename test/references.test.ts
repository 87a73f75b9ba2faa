import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** "Graves et al. 2014", "Mnih & Rezende 2016", "Kalman 1960": a name, and the year. */
const citation =
  /(\p{Lu}\p{Ll}[\p{L}-]+)(?: (?:&|and) \p{Lu}[\p{L}-]+| et al\.)?,? ((?:19|20)\d\d)\b/gu;

test("a paper that a header cites is in docs/references.md", () => {
  const known = readFileSync("docs/references.md", "utf8").split("\n");
  const cited = ["models", "src"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(?:ts|gtm)$/u.test(file))
      .flatMap((file) => [...readFileSync(join(folder, file), "utf8").matchAll(citation)]),
  );
  expect(cited.length).toBeGreaterThan(30);
  const unknown = cited
    .filter(
      ([, name = "", year]) =>
        !known.some((line) => line.includes(name) && line.includes(`(${year ?? ""})`)),
    )
    .map(([text]) => text);
  expect([...new Set(unknown)]).toEqual([]);
});
