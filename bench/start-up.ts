/** How long one waits before the first step, and for `gtmc check`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programOf } from "./bundle.ts";
import { median, table } from "./table.ts";

/** The median of some fresh processes, in milliseconds. */
export interface StartUp {
  readonly what: string;
  /** Opening the backend, with its self-test. */
  readonly open: number;
  /** From source text to the end of the first step, with the backend open. */
  readonly first: number;
  /** What `first` should be at most. */
  readonly target: number | null;
}

export type Unmeasured = { readonly what: string; readonly skip: string };

const repeats = 5;

const firstStep = (backend: string, cache: string): { open: number; first: number } | string => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [programOf("bench-first-step"), backend],
    {
      env: { ...process.env, GTMC_CACHE: cache },
      encoding: "utf8",
    },
  );
  if (status !== 0) {
    return /Error: (.*)/u.exec(stderr)?.[1] ?? stderr.trim().split("\n").at(-1) ?? "it failed";
  }
  return JSON.parse(stdout) as { open: number; first: number };
};

const temporary = (): string => mkdtempSync(join(tmpdir(), "gtmc-cache-"));

interface Case {
  readonly what: string;
  readonly backend: string;
  readonly target: number | null;
  /** Whether the first run is thrown away, whose cache the others find. */
  readonly warm: boolean;
}

const cases: readonly Case[] = [
  { what: "native, nothing cached", backend: "native", target: 2500, warm: false },
  { what: "native, cached", backend: "native", target: 300, warm: true },
  { what: "wasm", backend: "wasm", target: 500, warm: false },
  { what: "tensorflow", backend: "tensorflow", target: 1500, warm: false },
  { what: "tfjs:wasm", backend: "tfjs:wasm", target: null, warm: false },
];

/** Source to the first step of W1 on every backend. */
export const startUps = (): readonly (StartUp | Unmeasured)[] =>
  cases.map(({ what, backend, target, warm }): StartUp | Unmeasured => {
    const shared = temporary();
    const runs = Array.from({ length: warm ? repeats + 1 : repeats }, () => {
      if (warm) return firstStep(backend, shared);
      const cache = temporary();
      const run = firstStep(backend, cache);
      rmSync(cache, { recursive: true });
      return run;
    }).slice(warm ? 1 : 0);
    rmSync(shared, { recursive: true });
    const failed = runs.find((run) => typeof run === "string");
    if (failed !== undefined) return { what, skip: failed };
    const measured = runs.filter((run) => typeof run !== "string");
    return {
      what,
      open: median(measured.map(({ open }) => open)),
      first: median(measured.map(({ first }) => first)),
      target,
    };
  });

/** One line a backend, and whether its target is met. */
export const waitsTable = (waits: readonly (StartUp | Unmeasured)[]): string =>
  table(
    ["backend", "opens in", "then source to first step", "target"],
    waits.map((wait) => {
      if ("skip" in wait) return [wait.what, `skipped: ${wait.skip}`, "", ""];
      const { what, open, first, target } = wait;
      const verdict = target === null ? "" : `${target} ms: ${first <= target ? "met" : "not met"}`;
      return [what, `${open.toFixed(0)} ms`, `${first.toFixed(0)} ms`, verdict];
    }),
  );

/** Milliseconds of a cold `gtmc check` of a file by the built command, or nothing before it is built. */
export const coldCheck = (file: string): number | undefined => {
  const times = Array.from({ length: repeats }, () => {
    const started = performance.now();
    const { status } = spawnSync(process.execPath, ["dist/cli/main.js", "check", file]);
    return status === 0 ? performance.now() - started : Number.NaN;
  });
  return times.some(Number.isNaN) ? undefined : median(times);
};
