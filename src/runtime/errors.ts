/** What can be wrong with a choice of backend. */
import { problem, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { didYouMean } from "../diagnostics/nearest.ts";
import type { Unavailable } from "./backend.ts";

export const unknownBackend = (name: string, known: readonly string[]): Diagnostic =>
  problem(
    "E0701",
    `there is no backend ${name}`,
    [`the backends are auto, ${known.join(", ")}`],
    didYouMean(name, known, ["use auto, which takes the fastest"]),
  );

export const unavailableBackend = (
  { name, reason }: Unavailable,
  others: readonly string[],
): Diagnostic =>
  problem(
    "E0702",
    `the backend ${name} cannot be used here: ${reason}`,
    [],
    [`use auto, or one of ${others.join(", ")}`],
  );

export const missingPrimitives = (backend: string, primitives: readonly string[]): Diagnostic =>
  problem(
    "E0703",
    `the backend ${backend} lacks ${primitives.join(", ")}`,
    [],
    ["use another backend, such as `--backend auto` or `--backend reference`"],
  );

export const compilerFailed = (
  command: string,
  outcome: string,
  lines: readonly string[],
): Diagnostic =>
  problem("E0704", `the C compiler ${command} ${outcome}`, lines, [
    "use another compiler by setting CC, or another backend by --backend",
  ]);

export const notStarted = (threads: number, bytes: number, memory: boolean): Diagnostic =>
  memory
    ? problem(
        "E0705",
        `there is no memory for ${Math.ceil(bytes / 2 ** 20)} MB of intermediate values`,
        [],
        ["use a smaller batch: --set train.batch=<n>; `gtmc info` shows what a step takes"],
      )
    : problem(
        "E0705",
        `${threads} threads could not be started`,
        [],
        ["set GTMC_THREADS to a smaller number"],
      );

export const profileOfAnother = (backend: string): Diagnostic =>
  problem(
    "E0706",
    `only the backend native can be profiled, not ${backend}`,
    [],
    ["use --backend native with --profile"],
  );

export const profileUnavailable = (reason: string): Diagnostic =>
  problem(
    "E0702",
    "only the backend native can be profiled, and it cannot be used here",
    [reason],
    ["leave --profile out to run on another backend"],
  );

/** A warning: nothing is wrong but that the next run compiles again. */
export const cacheNotUsed = (
  from: string,
  { reason, help }: { readonly reason: string; readonly help: string },
): Diagnostic => ({
  ...problem(
    "E0840",
    `compiled code is not kept: the folder that ${from} gives is not used`,
    [
      reason,
      "code is loaded only from where nobody else can put any; this process compiles for itself",
    ],
    [`${help}, or set GTMC_CACHE to a folder that only you can write to`],
  ),
  severity: "warning",
});
