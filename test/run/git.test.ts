/** Which commit a run says it was made from, and that a hostile repository has nothing run for that. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { describeEnvironment } from "../../src/run/environment.ts";
import { checkedOut } from "../../src/run/git.ts";

const base = mkdtempSync(join(tmpdir(), "gtmc-git-"));
afterAll(() => {
  rmSync(base, { recursive: true });
});

const git = (folder: string, ...args: readonly string[]): string =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 10_000,
  }).trim();

/** A repository with one commit. */
const repository = (name: string): string => {
  const folder = join(base, name);
  mkdirSync(folder);
  git(folder, "init", "-q", "-b", "main");
  writeFileSync(join(folder, "a.txt"), "a\n");
  git(folder, "add", ".");
  git(folder, "commit", "-qm", "a");
  return folder;
};

describe("the commit is what git says", () => {
  const folder = repository("plain");
  const head = git(folder, "rev-parse", "HEAD");

  test("on a branch, and below the top", () => {
    mkdirSync(join(folder, "below", "more"), { recursive: true });
    expect(checkedOut(folder)).toBe(head);
    expect(checkedOut(join(folder, "below", "more"))).toBe(head);
  });

  test("with packed branches", () => {
    git(folder, "pack-refs", "--all");
    expect(checkedOut(folder)).toBe(head);
  });

  test("in a linked working tree", () => {
    git(folder, "worktree", "add", "-q", "-b", "other/name", join(base, "linked"));
    expect(checkedOut(join(base, "linked"))).toBe(head);
    git(folder, "pack-refs", "--all");
    expect(checkedOut(join(base, "linked"))).toBe(head);
  });

  test("without a branch", () => {
    git(folder, "checkout", "-q", "--detach");
    expect(checkedOut(folder)).toBe(head);
  });

  test("none where there is none", () => {
    const empty = join(base, "empty");
    mkdirSync(empty);
    git(empty, "init", "-q");
    expect(checkedOut(empty)).toBeUndefined();
    expect(checkedOut("/")).toBeUndefined();
  });
});

describe("a hostile repository", () => {
  const folder = repository("hostile");
  const trace = join(base, "trace");
  const bait = join(base, "bait.sh");
  writeFileSync(bait, `#!/bin/sh\necho "$0 $@" >> ${trace}\nexit 1\n`, { mode: 0o755 });
  for (const [key, value] of [
    ["core.fsmonitor", bait],
    ["core.hooksPath", base],
    ["filter.f.clean", bait],
    ["filter.f.process", bait],
    ["diff.f.textconv", bait],
    ["core.sshCommand", bait],
    ["core.pager", bait],
    ["include.path", join(base, "included")],
  ] as const) {
    git(folder, "config", key, value);
  }
  writeFileSync(
    join(base, "included"),
    `[core]\n\tfsmonitor = ${bait}\n[alias]\n\trev-parse = !${bait}\n`,
  );
  writeFileSync(join(folder, ".gitattributes"), "* filter=f diff=f\n");
  writeFileSync(join(folder, "a.txt"), "changed\n");

  test("has git run what it names, so that this test can fail", () => {
    try {
      git(folder, "status", "--porcelain");
    } catch {
      // Only the trace matters.
    }
    expect(existsSync(trace)).toBe(true);
  });

  test("has nothing run by a run folder's description", () => {
    rmSync(trace, { force: true });
    const { git: state } = describeEnvironment("reference", folder, new Date());
    expect(state?.commit).toMatch(/^[0-9a-f]{40}$/u);
    expect(existsSync(trace)).toBe(false);
  });

  test.each([
    ["a branch that climbs out", "ref: refs/heads/../../../secret\n"],
    ["a branch that is no branch", "ref: /etc/passwd\n"],
    ["a file that is no HEAD", "\0\0\0"],
  ])("%s gives no commit", (_, head) => {
    writeFileSync(join(base, "secret"), `${"a".repeat(40)}\n`);
    writeFileSync(join(folder, ".git", "HEAD"), head);
    expect(checkedOut(folder)).toBeUndefined();
  });

  test.skipIf(process.platform === "win32")("a pipe for a HEAD is not waited for", () => {
    rmSync(join(folder, ".git", "HEAD"));
    execFileSync("mkfifo", [join(folder, ".git", "HEAD")]);
    expect(checkedOut(folder)).toBeUndefined();
  });
});
