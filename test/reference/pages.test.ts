import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pages } from "../../scripts/pages.ts";

test.each(pages())("$path is what `npm run docs` writes", ({ path, text }) => {
  expect(readFileSync(path, "utf8")).toBe(text);
});
