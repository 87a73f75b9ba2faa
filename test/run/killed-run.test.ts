/** A run that is killed, resumed, killed again and resumed equals one that never was, bit for bit. */
import type * as nodeFs from "node:fs";
import { expect, test, vi } from "vitest";
import type { Life } from "./kill.ts";
import { courseOf, expectSameAfter, inFolder, start } from "./killed-run.ts";

const life = vi.hoisted((): Life => ({ left: Infinity, done: 0 }));
vi.mock("node:fs", async (original) => {
  const { deadlyFs } = await import("./kill.ts");
  return deadlyFs(await original<typeof nodeFs>(), life);
});

/** Pairs of operations spread over a run and a resumption; the soak takes many more. */
const pairs = 5;

test("killed at operations from its first to its last", async () => {
  const expected = await inFolder(async (cwd) => {
    const { exit, err } = await start(cwd);
    expect(exit, err).toBe(0);
    return courseOf(cwd);
  });
  const count = life.done;
  for (let i = 0; i < pairs; i++) {
    const at = (share: number): number => 1 + Math.floor(count * (share % 1));
    await expectSameAfter(life, [at((i + 0.5) / pairs), at(i * 0.618)], expected);
  }
}, 300_000);
