import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { play } from "./play.ts";

// Wrong files and command lines with all that the user reads. `vitest -u` writes the transcripts anew.

const folder = join(import.meta.dirname, "cases");
const cases = readdirSync(folder).flatMap((file) => /^(.*)\.case$/u.exec(file)?.[1] ?? []);

describe("what a user reads", () => {
  test.each(cases)("%s", async (name) => {
    const transcript = await play(readFileSync(join(folder, `${name}.case`), "utf8"));
    expect(transcript).toContain(name.slice(0, "E0000".length));
    await expect(transcript).toMatchFileSnapshot(`cases/${name}.expected`);
  });
});
