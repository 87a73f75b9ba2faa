/** Figures of a run: medians, paired ratios, and the table that shows them. */
import type { Role } from "./lineup.ts";

/** What a contestant did in a workload. */
export interface Result {
  readonly name: Role;
  readonly version: string;
  /** Milliseconds per step: the median of each turn. */
  readonly turns: readonly number[];
  readonly best: number;
  /** Bytes. */
  readonly peak: number;
}

/** What others are measured against; JAX's best is the faster of its variants in each turn. */
export const baselines = ["JAX's best", "PyTorch, as written", "PyTorch, hoisted"] as const;
export type Baseline = (typeof baselines)[number] | "peak, one thread";

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Milliseconds a turn, or nothing where none of it took part. */
const turnsOf = (baseline: Baseline, results: readonly Result[]): readonly number[] | undefined => {
  const taken = results.filter(({ name }) =>
    baseline === "JAX's best" ? name.startsWith("JAX") : name === baseline,
  );
  const [first] = taken;
  return first?.turns.map((_, turn) =>
    Math.min(...taken.map(({ turns }) => turns[turn] ?? Number.NaN)),
  );
};

/** How many times slower than a contestant the baseline is: the median over turns, or nothing without a baseline. */
export const ratio = (
  baseline: Baseline,
  own: Result,
  results: readonly Result[],
): number | undefined => {
  const theirs = turnsOf(baseline, results);
  return theirs && median(theirs.map((ms, turn) => ms / (own.turns[turn] ?? Number.NaN)));
};

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** A table in Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");

/** One line a contestant, with ratios to every baseline that took part. */
export const resultsTable = (title: string, results: readonly Result[]): string => {
  const present = baselines.filter((baseline) => turnsOf(baseline, results) !== undefined);
  return table(
    [
      title,
      "ms per step (median)",
      "best",
      ...present.map((baseline) => `${baseline} is slower by`),
      "peak memory",
    ],
    results.map((own) => [
      own.name,
      median(own.turns).toFixed(1),
      own.best.toFixed(1),
      ...present.map((baseline) => ratio(baseline, own, results)?.toFixed(2) ?? ""),
      own.peak === 0 ? "" : `${(own.peak / 1e6).toFixed(0)} MB`,
    ]),
  );
};
