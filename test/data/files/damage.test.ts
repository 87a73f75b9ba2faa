import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../support.ts";
import { validFiles } from "./damage.ts";
import { examineDamage } from "./examine.ts";
import { everythingIn } from "./everything.ts";

const folder = temporaryFolder();
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("the files are valid before they are damaged", () => {
  for (const { name, bytes, source } of validFiles) {
    expect([name, everythingIn(folder, name, bytes, {}, source).ok]).toEqual([name, true]);
  }
});

test("damaged files are read or refused by name, and never read wrongly where a sum would tell", () => {
  const complaints = Array.from({ length: 1000 }, (_, seed) => examineDamage(folder, seed)).flat();
  expect(complaints).toEqual([]);
});
