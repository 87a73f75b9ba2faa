/** Whole processes in places that refuse them something: a named failure or none, no stack trace, nothing half written. */
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, type Built } from "../support/built.ts";

const scratch = mkdtempSync(join(tmpdir(), "gtmc-processes-"));
const world: { built?: Built } = {};
beforeAll(async () => {
  world.built = await buildProgram("processes");
  cpSync(join(import.meta.dirname, "../transcripts/sound"), scratch, { recursive: true });
}, 120_000);
afterAll(() => {
  world.built?.remove();
  rmSync(scratch, { recursive: true, force: true });
});

const main = (): string => world.built?.main ?? "";

interface Ended {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

/** What a script of the shell says, in which `gtmc` is the program. */
const shell = (script: string, env: Readonly<Record<string, string>> = {}): Ended => {
  const gtmc = `gtmc() { "${process.execPath}" "${main()}" "$@"; }`;
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", `${gtmc}\n${script}`], {
    cwd: scratch,
    encoding: "utf8",
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
  return { exit: status, out: stdout, err: stderr };
};

const isTrace = /^\s+at .*:\d+/mu;
const train = "gtmc run rows.gtm --backend reference --quiet";
const long = "a".repeat(300);

describe.skipIf(process.platform === "win32")("streams that end", () => {
  test.each([
    ["help", "gtmc --help", 0],
    ["facts", "gtmc info rows.gtm", 0],
    ["JSON", "gtmc info rows.gtm --json", 0],
    ["errors", "gtmc check nowhere.gtm 2>&1", 2],
  ])("a reader of %s that has gone is as for any program", (_, command, whole) => {
    // Where all of it fits into the pipe before the reader goes, nothing is noticed.
    const { out, err } = shell(`{ { ${command}; echo $? >&3; } | true; } 3>&1`);
    expect([`${whole}\n`, "141\n"]).toContain(out);
    expect(err).toBe("");
  });

  test("no standard error does not keep from working", () => {
    const { exit, out } = shell("gtmc check rows.gtm 2>&-");
    expect([exit, out]).toEqual([0, expect.stringContaining("well-formed")]);
    expect(shell("gtmc check nowhere.gtm 2>&-").exit).toBe(2);
  });

  test.runIf(existsSync("/dev/full"))("a full disk behind standard output is named", () => {
    for (const command of ["gtmc --help", "gtmc --version", "gtmc info rows.gtm --json"]) {
      const { exit, err } = shell(`${command} >/dev/full`);
      expect(err).toMatch(/^error\[E0816\]: standard output could not be written: ENOSPC/u);
      expect(exit).toBe(5);
    }
    expect(shell("gtmc check nowhere.gtm 2>/dev/full").exit).toBe(2);
  });
});

/** A module and all that it imports statically, by their names. */
const importedBy = (file: string, seen = new Set<string>()): readonly string[] => {
  seen.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, from = ""] of text.matchAll(/\b(?:from|import)\s*"(\.[^"]+)"/gu)) {
    const other = resolve(dirname(file), from);
    if (!seen.has(other)) importedBy(other, seen);
  }
  return [...seen].map((one) => basename(one));
};

describe.skipIf(process.platform === "win32")("places that cannot be written", () => {
  test.each([
    ["below a file", `${train} --out rows.csv/run`, 5, "E0816"],
    ["where the system has none", `${train} --out /proc/a/b`, 5, "E0816"],
    ["of a long name", `${train} --out ${long}`, 5, "E0816"],
    ["where a folder is", `${train} --out .`, 2, "E0814"],
    ["that are model files of a long name", `gtmc check ${long}.gtm`, 2, "E0812"],
    ["that are folders", "gtmc info rows.gtm --config .", 2, "E0812"],
    ["that are runs of a long name", `gtmc eval ${long}`, 2, "E0815"],
    [
      "of few bytes",
      `ulimit -f 0; ${train} --out few 2>&1 | cat >&2; [ ! -e few ]; exit 5`,
      5,
      "E0816",
    ],
    ["that are gone", `mkdir gone; cd gone; rmdir ../gone; gtmc check rows.gtm`, 5, "E0816"],
  ])("%s", (_, command, exit, code) => {
    const found = shell(command);
    expect(found.err).toMatch(new RegExp(`^error\\[${code}\\]`, "u"));
    expect(found.err).not.toMatch(isTrace);
    expect(found.exit).toBe(exit);
    expect(readdirSync(scratch).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("a disk that fills while a run trains; where there is room again, it goes on", (context) => {
    const disk = join(scratch, "disk");
    mkdirSync(disk);
    const options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk];
    context.skip(spawnSync("mount", options).status !== 0, "no disk may be mounted here");
    try {
      const full = shell(`${train} --out disk/run --set train.steps=600 --set train.log_every=1`);
      expect(full.err).toMatch(/^error\[E0816\]: the disk is full/u);
      expect(full.err).not.toMatch(isTrace);
      expect(full.exit).toBe(5);
      expect(readdirSync(join(disk, "run")).filter((name) => name.startsWith("."))).toEqual([]);
      spawnSync("mount", ["-o", "remount,size=8m", disk]);
      expect(shell("gtmc resume disk/run --quiet").exit).toBe(0);
    } finally {
      spawnSync("umount", [disk]);
    }
  }, 120_000);

  test("few files that may be open", () => {
    const ends = [19, 20, 22, 25].map((most) =>
      shell(`ulimit -n ${most}; ${train} --out few-${most}`),
    );
    // With fewer, Node itself does not begin: it opens what the program imports before any of it runs.
    const first = importedBy(main());
    const ours = ends.filter(({ err }) => !first.some((file) => err.includes(`${file}'`)));
    expect(ours.length).toBeGreaterThan(1);
    for (const { exit, err } of ours) {
      expect(err).not.toMatch(isTrace);
      if (exit !== 0)
        expect([exit, err]).toEqual([5, expect.stringMatching(/^error\[E0816\]: too many/u)]);
    }
  }, 60_000);
});

describe("folders that the environment names", () => {
  test.each([
    ["no HOME", { HOME: "" }],
    ["caches where none can be", { XDG_CACHE_HOME: "/proc", TMPDIR: "/proc" }],
    ["temporary files below a file", { GTMC_CACHE: "cold", TMPDIR: join(scratch, "rows.csv") }],
  ])(
    "%s",
    (_, env) => {
      const before = readdirSync(scratch);
      const { exit, err } = shell("gtmc run rows.gtm --quiet --no-verify --out env", env);
      expect(err).not.toMatch(isTrace);
      expect(exit, err).toBe(0);
      rmSync(join(scratch, "env"), { recursive: true });
      expect(readdirSync(scratch)).toEqual(before);
    },
    60_000,
  );
});

describe.skipIf(process.platform === "win32")("signals", () => {
  /** Sends signals once standard error has said something, or after a while. */
  const interrupt = (
    argv: readonly string[],
    signals: readonly NodeJS.Signals[],
    until?: RegExp,
  ): Promise<Ended & { readonly signal: NodeJS.Signals | null }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [main(), ...argv], {
        cwd: scratch,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let [out, err, sent] = ["", "", false];
      const send = (): void => {
        if (sent) return;
        sent = true;
        for (const [i, signal] of signals.entries()) setTimeout(() => child.kill(signal), 1100 * i);
      };
      if (until === undefined) setTimeout(send, 1500);
      child.stdout.on("data", (text: Buffer) => (out += text.toString()));
      child.stderr.on("data", (text: Buffer) => {
        err += text.toString();
        if (until?.test(err) === true) send();
      });
      const late = setTimeout(() => child.kill("SIGKILL"), 40_000);
      child.on("close", (exit, signal) => {
        clearTimeout(late);
        resolve({ exit, signal, out, err });
      });
    });
  const endless = ["rows.gtm", "--backend", "reference", "--set", "train.steps=100000000"];

  test.each([["SIGINT"], ["SIGTERM"], ["SIGHUP"]] as const)(
    "%s of training leaves a checkpoint",
    async (signal) => {
      const run = `run-${signal}`;
      const first = await interrupt(["run", ...endless, "--out", run], [signal], /^step/mu);
      expect([first.exit, first.err]).toEqual([
        130,
        expect.stringContaining("a checkpoint was written"),
      ]);
      expect(first.err).toContain(`go on with: gtmc resume ${run}`);
      expect(readdirSync(join(scratch, run)).filter((name) => name.startsWith("."))).toEqual([]);
      expect(readdirSync(join(scratch, run, "checkpoints"))).toContain("latest");
      if (signal !== "SIGINT") return;
      const again = await interrupt(["resume", run], ["SIGINT", "SIGINT"], /^step/mu);
      expect(again.exit, again.err).toBe(130);
      // What computes without a pause and has nothing to keep ends at once, as any program.
      const evaluation = ["eval", run, "--particles", "100000000"];
      expect(await interrupt(evaluation, ["SIGTERM"])).toMatchObject({
        signal: "SIGTERM",
        out: "",
        err: "",
      });
    },
    120_000,
  );

  test("a run that ends before its first step can be resumed", async () => {
    const run = "before";
    const begun = await interrupt(["run", ...endless, "--out", run], ["SIGKILL"], /^run /mu);
    expect(begun.signal).toBe("SIGKILL");
    const { exit, err } = shell(`gtmc resume ${run} --quiet --set train.steps=1`);
    expect(exit, err).toBe(0);
    expect(readFileSync(join(scratch, run, "log.txt"), "utf8")).toContain("first values");
  }, 60_000);
});
