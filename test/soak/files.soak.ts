import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { examineDamage } from "../data/files/examine.ts";
import { temporaryFolder } from "../data/support.ts";
import { wentThrough } from "../support/soak.ts";

/** Other damage than that of `npm test`. */
const first = 1_000_000;
const count = 100_000;

test("damaged data files are read or refused by name, soon, and never wrongly where a sum would tell", (context) => {
  const folder = temporaryFolder();
  const complaints: string[] = [];
  for (let i = 0; i < count; i += 1) {
    for (const complaint of examineDamage(folder, first + i)) complaints.push(complaint);
    if (i % 1000 === 999) wentThrough(context, i + 1, "files");
  }
  rmSync(folder, { recursive: true });
  expect(complaints).toEqual([]);
});
