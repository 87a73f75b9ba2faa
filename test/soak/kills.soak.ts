/**
 * Runs in processes of their own that are killed, most of them several times, half of the kills while a checkpoint is being written,
 * and resumed: each has to come to what a run that was never killed comes to, bit for bit.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type * as nodeFs from "node:fs";
import type { Life } from "../run/kill.ts";
import {
  courseOf,
  expectSameAfter,
  inFolder,
  start,
  startArguments,
  steps,
} from "../run/killed-run.ts";
import { wentThrough } from "../support/soak.ts";

const kills = 1000;
/** After so many a run may come to its end. */
const mostOfOne = 8;
const root = join(import.meta.dirname, "../..");

const life = vi.hoisted((): Life => ({ left: Infinity, done: 0 }));
vi.mock("node:fs", async (original) => {
  const { deadlyFs } = await import("../run/kill.ts");
  return deadlyFs(await original<typeof nodeFs>(), life);
});

const gtmc = (cwd: string, argv: readonly string[]): ChildProcess =>
  spawn(process.execPath, [join(root, "dist/cli/main.js"), ...argv], {
    cwd,
    stdio: ["ignore", "ignore", "pipe"],
  });

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

const ended = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve) => {
    let said = "";
    child.stderr?.on("data", (text: Buffer) => (said += text.toString()));
    child.on("close", (code) => {
      resolve({ code, said });
    });
  });

/** Checkpoints being written that a process has begun since then; those that an earlier one left are older. */
const beingWritten = (cwd: string, since: number): readonly string[] => {
  const folder = join(cwd, "run", "checkpoints");
  try {
    return readdirSync(folder).filter(
      (name) => /^\.partial-\d+$/u.test(name) && statSync(join(folder, name)).mtimeMs >= since,
    );
  } catch {
    return [];
  }
};

/** Kills a process at some moment, or while it writes one of its checkpoints. */
const killSomewhen = async (
  child: ChildProcess,
  cwd: string,
  { since, seconds }: { readonly since: number; readonly seconds: number },
): Promise<void> => {
  if (Math.random() < 0.4) {
    await pause(Math.random() * 1000 * seconds);
  } else {
    const nth = 1 + Math.floor(Math.random() * steps);
    const seen = new Set<string>();
    while (child.exitCode === null && seen.size < nth) {
      await pause(0);
      for (const name of beingWritten(cwd, since)) seen.add(name);
    }
    await pause(Math.random() * 2);
  }
  child.kill("SIGKILL");
};

test("runs in processes of their own, killed and resumed", async (context) => {
  expect(spawnSync("npm", ["run", "-s", "build"], { cwd: root }).status).toBe(0);
  const begun = performance.now();
  const expected = await inFolder(async (cwd) => {
    const { code, said } = await ended(gtmc(cwd, startArguments(cwd)));
    expect(code, said).toBe(0);
    return courseOf(cwd);
  });
  const seconds = (performance.now() - begun) / 1000;
  let cutOff = 0;
  for (let killed = 0; killed < kills;) {
    await inFolder(async (cwd) => {
      const first = startArguments(cwd);
      for (let i = 0; ; i++) {
        const since = Date.now();
        const begun = readdirSync(cwd).includes("run");
        const child = gtmc(cwd, begun ? ["resume", "run"] : first);
        const end = ended(child);
        if (i < mostOfOne) await killSomewhen(child, cwd, { since, seconds });
        const { code, said } = await end;
        if (code !== null) {
          expect(code, said).toBe(0);
          break;
        }
        if (beingWritten(cwd, since).length > 0) cutOff += 1;
        wentThrough(context, ++killed, `kills, ${cutOff} of them while a checkpoint was written`);
      }
      expect(courseOf(cwd)).toEqual(expected);
      expect(readdirSync(join(cwd, "run")).filter((name) => /^\.(?!lock-)/u.test(name))).toEqual(
        [],
      );
    });
  }
  expect(cutOff).toBeGreaterThan(kills / 4);
});

test("a run killed at every one of its operations on the disk", async (context) => {
  const expected = await inFolder(async (cwd) => {
    await start(cwd);
    return courseOf(cwd);
  });
  const count = life.done;
  for (let at = 1; at <= count; at++) {
    await expectSameAfter(life, [at, 1 + ((at * 37) % count)], expected);
    wentThrough(context, 2 * at, "kills");
  }
});
