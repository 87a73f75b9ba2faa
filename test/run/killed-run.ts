/** A run that is killed at chosen operations on the disk and resumed, in this process. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { call, type Called } from "../cli/call.ts";
import type { Life } from "./kill.ts";

/** Few, with a checkpoint after each. */
export const steps = 4;
const settings = [
  `steps=${steps}`,
  "log_every=1",
  "checkpoint_every=1",
  "evaluate_every=2",
].flatMap((one) => ["--set", `train.${one}`]);

/** What a run comes to that does not depend on the clock. */
export interface Course {
  readonly metrics: readonly unknown[];
  readonly parameters: string;
}

const sound = join(import.meta.dirname, "../transcripts/sound");

/** The command line of the run, and its model and data in the folder. */
export const startArguments = (cwd: string): readonly string[] => {
  cpSync(sound, cwd, { recursive: true });
  return ["run", "rows.gtm", "--backend", "reference", "--out", "run", "--quiet", ...settings];
};

/** Starts the run in a folder. */
export const start = (cwd: string): Promise<Called> => call(startArguments(cwd), { cwd });

export const courseOf = (cwd: string): Course => {
  const run = join(cwd, "run");
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trimEnd().split("\n");
  return {
    metrics: lines.map((line) =>
      Object.entries(JSON.parse(line) as object).filter(
        ([key]) => !["seconds", "steps_per_second"].includes(key),
      ),
    ),
    parameters: readFileSync(join(run, "checkpoints", "000004", "params.safetensors"), "base64"),
  };
};

/** A folder of its own for what is done in it. */
export const inFolder = async <T>(act: (cwd: string) => Promise<T>): Promise<T> => {
  const cwd = mkdtempSync(join(tmpdir(), "gtmc-killed-"));
  try {
    return await act(cwd);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
};

/** This process goes on living, so what the killed one left says that it was an earlier one. */
const bury = (cwd: string): void => {
  const lock = join(cwd, "run", ".lock");
  const holder = JSON.parse(readFileSync(lock, "utf8")) as object;
  writeFileSync(lock, JSON.stringify({ ...holder, boot: "before" }));
};

/** Kills a run at one operation, its resumption at another, resumes to the end, and expects the course of one never killed. */
export const expectSameAfter = async (
  life: Life,
  [first, second]: readonly [number, number],
  expected: Course,
): Promise<void> => {
  await inFolder(async (cwd) => {
    life.left = first;
    await start(cwd);
    life.left = Infinity;
    if (!readdirSync(cwd).includes("run")) return;
    if (readdirSync(join(cwd, "run")).includes(".lock")) bury(cwd);
    life.left = second;
    await call(["resume", "run", "--quiet"], { cwd });
    life.left = Infinity;
    if (readdirSync(join(cwd, "run")).includes(".lock")) bury(cwd);
    const resumed = await call(["resume", "run", "--quiet"], { cwd });
    expect(resumed.exit, `killed at ${first}, ${second}: ${resumed.err}`).toBe(0);
    expect(courseOf(cwd), `killed at ${first}, ${second}`).toEqual(expected);
    const left = readdirSync(join(cwd, "run")).filter((name) => name.startsWith("."));
    expect(left.filter((name) => !name.startsWith(".lock-"))).toEqual([]);
  });
};
