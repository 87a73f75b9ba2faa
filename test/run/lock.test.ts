/** One process at a time works in a run folder; what a dead one left does not keep others out. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { lockRun, type RunLock } from "../../src/run/lock.ts";

const base = mkdtempSync(join(tmpdir(), "gtmc-lock-"));
afterAll(() => {
  rmSync(base, { recursive: true });
});

const world = { folder: "" };
const path = (): string => join(world.folder, ".lock");
beforeEach(() => {
  world.folder = mkdtempSync(join(base, "run-"));
});

const take = (): RunLock => {
  const lock = lockRun(world.folder, "runs/a", "resume");
  if (!lock.ok) throw new Error(lock.diagnostics.map(({ notes }) => notes.join()).join());
  return lock.value;
};

/** The lock that this process would have, changed. */
const leave = (changes: Readonly<Record<string, unknown>>): void => {
  const lock = take();
  const holder = JSON.parse(readFileSync(path(), "utf8")) as object;
  lock.release();
  writeFileSync(path(), JSON.stringify({ ...holder, ...changes }));
};

test("a second is refused with the holder's name until the first is done", () => {
  const first = take();
  const second = lockRun(world.folder, "runs/a", "run");
  expect(second).toMatchObject({
    ok: false,
    diagnostics: [
      {
        code: "E0841",
        message: "the run folder `runs/a` is in use",
        notes: [expect.stringContaining(`\`gtmc resume\` has worked in it since 20`)],
        help: [expect.stringContaining(`kill ${process.pid}`)],
      },
    ],
  });
  first.release();
  take().release();
  expect(readdirSync(world.folder)).toEqual([]);
});

test("releasing leaves a lock that is another's by now", () => {
  const first = take();
  writeFileSync(path(), "another's");
  first.release();
  expect(readFileSync(path(), "utf8")).toBe("another's");
});

describe("a lock is taken over", () => {
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;

  test("from a process that is no more", () => {
    leave({ pid: dead });
    take().release();
    expect(readdirSync(world.folder)).toEqual([]);
  });

  test.runIf(process.platform === "linux")("from one whose number another has by now", () => {
    leave({ begun: "1" });
    take().release();
  });

  test("from before the machine's start", () => {
    leave({ boot: "another" });
    take().release();
  });

  test("also where a process was killed while it took one over", () => {
    leave({ pid: dead });
    const guard = join(world.folder, ".lock-taking");
    writeFileSync(guard, "");
    utimesSync(guard, new Date(0), new Date(0));
    take().release();
    expect(readdirSync(world.folder)).toEqual([]);
  });
});

describe("a lock is respected", () => {
  test.each([
    ["of another machine", { host: "elsewhere", machine: "other", boot: "other", pid: 1 }],
    ["of another container", { namespace: "pid:[1]", pid: 4194304 }],
    ["that is not ours to read", { pid: "one" }],
  ])("%s", (_, changes) => {
    leave(changes);
    const refused = lockRun(world.folder, "runs/a", "run");
    expect(refused).toMatchObject({ ok: false, diagnostics: [{ code: "E0841" }] });
    expect(readdirSync(world.folder)).toEqual([".lock"]);
  });
});

test("of many processes that come upon a stale lock at once, one has it", () => {
  leave({ begun: "1", pid: 1, boot: "another" });
  const said = mkdtempSync(join(base, "said-"));
  const script = `
    import { readdirSync, writeFileSync } from "node:fs";
    import { lockRun } from ${JSON.stringify(join(import.meta.dirname, "../../src/run/lock.ts"))};
    const lock = lockRun(process.argv[1], "runs/a", "run");
    process.stdout.write(lock.ok ? "taken\\n" : "refused\\n");
    writeFileSync(process.argv[2] + "/" + process.pid, "");
    while (lock.ok && readdirSync(process.argv[2]).length < 3) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  `;
  const one = `"${process.execPath}" --import tsx --input-type=module -e "$0" "$1" "$2"`;
  const { stdout } = spawnSync(
    "/bin/sh",
    ["-c", `${one} & ${one} & ${one} & wait`, script, world.folder, said],
    {
      encoding: "utf8",
    },
  );
  expect(stdout.trim().split("\n").sort()).toEqual(["refused", "refused", "taken"]);
});

test("a folder that cannot hold a lock is refused with the machine's reason", () => {
  const refused = lockRun(join(world.folder, "nowhere"), "runs/b", "run");
  expect(refused).toMatchObject({
    ok: false,
    diagnostics: [{ code: "E0816", notes: [expect.stringContaining("ENOENT")] }],
  });
});
