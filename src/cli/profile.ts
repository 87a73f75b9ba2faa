/** Where the time of training went, by kernel: `gtmc run --profile`. */
import { count } from "../experiment/words.ts";
import { join, relative, resolve } from "node:path";
import type {
  ExecutableTimes,
  Experiment,
  KernelTime,
  SourceLine,
  Profiler,
  Program,
} from "../index.ts";
import type { Io } from "./io.ts";
import { columns } from "./text.ts";

/** Times of a run, as profile.json and `--json` have them; seconds and FLOP. */
export interface Profile {
  readonly threads: number;
  /** FLOP/s that all threads together reach at most on this machine. */
  readonly peak: number;
  /** Absent where not one step was taken. */
  readonly step?: TimedExecutable;
  /** Evaluations. */
  readonly others: readonly TimedExecutable[];
}

export interface TimedExecutable extends Omit<ExecutableTimes, "kernels" | "updates"> {
  /** The longest first. */
  readonly kernels: readonly TimedKernel[];
}

/** With the line of the model that it comes from, where there is one. */
export interface TimedKernel extends KernelTime, Partial<SourceLine> {}

/** Keeps the profile in the run folder; what of it is to be printed. Both are empty where none was asked for. */
export const concludeProfile = async (
  io: Io,
  { profiler, program, folder }: Experiment,
): Promise<{ readonly text: string; readonly data: { readonly profile?: Profile } }> => {
  if (profiler === undefined) return { text: "", data: {} };
  const { runFiles, writeJson } = await import("../index.ts");
  const profile = readProfile(profiler, placesFrom(io.cwd, program));
  writeJson(join(folder, runFiles.profile), profile);
  return { text: profileText(profile), data: { profile } };
};

/** Files as messages name them: as they were given, or from here where that is shorter. */
const placesFrom =
  (cwd: string, program: Pick<Program, "locate">) =>
  (name: string): SourceLine | undefined => {
    const place = program.locate(name);
    if (place === undefined) return undefined;
    const fromHere = relative(cwd, resolve(cwd, place.file));
    return fromHere.length < place.file.length ? { ...place, file: fromHere } : place;
  };

/** The times so far, the training step apart from all else. */
export const readProfile = (
  { threads, peak, times }: Profiler,
  locate: Program["locate"],
): Profile => {
  const timed = ({ runs, seconds, interval, kernels }: ExecutableTimes): TimedExecutable => ({
    runs,
    seconds,
    ...(interval === undefined ? {} : { interval }),
    kernels: kernels
      .map((kernel) => ({ ...kernel, ...locate(kernel.origin ?? "") }))
      .toSorted((a, b) => b.seconds - a.seconds),
  });
  const all = times();
  const step = all.find(({ updates }) => updates);
  return {
    threads,
    peak,
    ...(step === undefined ? {} : { step: timed(step) }),
    others: all.filter((one) => one !== step).map(timed),
  };
};

/** How many kernels have lines of their own. */
const SHOWN = 25;

/** The step's kernels, the longest first. */
export const profileText = ({ threads, peak, step }: Profile): string => {
  if (step === undefined) return "";
  const { runs, seconds, interval, kernels } = step;
  const inKernels = total(kernels, (kernel) => kernel.seconds);
  const flops = total(kernels, (kernel) => kernel.flops * kernel.runs);
  const shown = kernels.slice(0, SHOWN);
  const rest = kernels.slice(SHOWN);
  const share = (part: number): string => `${((100 * part) / seconds).toFixed(1)}%`;
  const ofPeak = (work: number, time: number): readonly string[] =>
    work === 0 || time === 0
      ? ["", ""]
      : [(work / time / 1e9).toFixed(1), `${((100 * work) / time / peak).toFixed(1)}%`];
  const micro = (time: number, times: number): string =>
    times === 0 ? "" : ((1e6 * time) / times).toFixed(1);
  const rows = [
    ["share", "µs per run", "runs per step", "GFLOP/s", "of peak", "kernel", "for", "line"],
    ...shown.map((one) => [
      share(one.seconds),
      micro(one.seconds, one.runs),
      perStep(one.runs / runs),
      ...ofPeak(one.flops * one.runs, one.seconds),
      one.kernel === "barrier" ? "waiting for other threads" : (one.shape ?? one.kernel),
      one.origin ?? "",
      one.file === undefined ? "" : `${one.file}:${one.line ?? ""}`,
    ]),
    ...(rest.length === 0
      ? []
      : [
          [
            share(total(rest, (one) => one.seconds)),
            ...["", "", "", "", `${count(rest.length)} more`],
          ],
        ]),
    [share(seconds - inKernels), "", "", "", "", "between kernels"],
    [share(seconds), micro(seconds, runs), "1", ...ofPeak(flops, seconds), "the step"],
  ];
  const outside =
    interval === undefined
      ? ""
      : `; an iteration takes ${(1e3 * interval).toFixed(2)} ms with its data and what is read back`;
  return (
    `\nprofile of ${count(runs)} training steps on ${count(threads)} thread${threads === 1 ? "" : "s"}` +
    `${outside}\n${columns(rows, [0, 1, 2, 3, 4])}` +
    `peak: ${(peak / 1e9).toFixed(1)} GFLOP/s, measured; times are those of the first thread\n`
  );
};

const perStep = (runs: number): string => (Number.isInteger(runs) ? count(runs) : runs.toFixed(1));

const total = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);
