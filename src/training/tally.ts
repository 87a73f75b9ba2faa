/** What the chunks of particles of one batch say of each of its sequences. */
import type { HostArray } from "../runtime/backend.ts";
import { emptyLogSum, logSumAdd, logSumValue, type LogSum } from "./log-sum.ts";
import type { Problem } from "./problem.ts";

/** Sums over chunks for the sequences of a batch that count, its first ones. */
export interface Tally {
  readonly rows: number;
  /** Bounds of the sequences, nats. */
  readonly bounds: () => readonly number[];
  /** Sums of their terms. */
  readonly elbos: () => readonly number[];
  /** (Σ w)² / Σ w² of each. */
  readonly effective: () => readonly number[];
  /** Terms by step, summed over sequences. */
  readonly series: () => ReadonlyMap<string, readonly number[]>;
  /** [T, rows] by term, summed over the chunks. */
  readonly terms: Map<string, Float64Array>;
  readonly weights: LogSum[];
  chunks: number;
  particles: number;
  /** The first chunk in which a sequence had a number that is none. */
  readonly suspects: Map<number, number>;
}

export const createTally = (rows: number, bound: Problem["bound"]): Tally => {
  const tally: Tally = {
    rows,
    terms: new Map(),
    weights: Array.from({ length: rows }, () => emptyLogSum),
    chunks: 0,
    particles: 0,
    suspects: new Map(),
    elbos: () => {
      const sums = Array.from({ length: rows }, () => 0);
      for (const [name, values] of tally.terms) {
        const sign = name.startsWith("kl.") ? -1 : 1;
        values.forEach((x, i) => (sums[i % rows] = (sums[i % rows] ?? 0) + sign * x));
      }
      return sums.map((sum) => sum / tally.chunks);
    },
    bounds: () =>
      bound === "terms"
        ? tally.elbos()
        : tally.weights.map((sum) => logSumValue(sum) - Math.log(tally.particles)),
    effective: () => tally.weights.map(({ sum, squares }) => (sum * sum) / squares),
    series: () =>
      new Map(
        [...tally.terms].map(([name, values]) => {
          const steps = Array.from({ length: values.length / rows }, () => 0);
          values.forEach((x, i) => {
            const t = Math.floor(i / rows);
            steps[t] = (steps[t] ?? 0) + x / tally.chunks;
          });
          return [name, steps];
        }),
      ),
  };
  return tally;
};

/** Takes a chunk in: log weights [K, B] and terms [T, B]. */
export const takePart = (
  tally: Tally,
  { shape, data }: HostArray,
  terms: ReadonlyMap<string, HostArray>,
  part: number,
): void => {
  const { rows, weights, suspects } = tally;
  const [particles = 1, batch = 1] = shape;
  tally.chunks += 1;
  tally.particles += particles;
  const suspect = (row: number, x: number): void => {
    if (!Number.isFinite(x) && !suspects.has(row)) suspects.set(row, part);
  };
  for (let row = 0; row < rows; row += 1) {
    for (let k = 0; k < particles; k += 1) {
      const weight = data[k * batch + row] ?? NaN;
      suspect(row, weight);
      weights[row] = logSumAdd(weights[row] ?? emptyLogSum, weight);
    }
  }
  for (const [name, term] of terms) {
    const steps = term.shape[0] ?? 1;
    const sums = tally.terms.get(name) ?? new Float64Array(steps * rows);
    tally.terms.set(name, sums);
    for (let i = 0; i < steps * rows; i += 1) {
      const row = i % rows;
      const x = term.data[Math.floor(i / rows) * batch + row] ?? NaN;
      suspect(row, x);
      sums[i] = (sums[i] ?? 0) + x;
    }
  }
};

/** A number that spoils a mean over sequences, and where it stands. */
export interface BadNumber {
  readonly row: number;
  readonly part: number;
  readonly value: number;
  /** Absent where all terms are finite and only their sum is not. */
  readonly term?: string;
  /** From 1; absent for a term without time. */
  readonly step?: number;
}

/**
 * The first term that is not a number, or the first infinite one of a sequence whose bound is not finite. An infinite divergence
 * beside a finite bound is a fact: some particles are impossible, others are not.
 */
export const findBad = (tally: Tally): BadNumber | undefined => {
  const { rows, terms, suspects } = tally;
  const bounds = tally.bounds();
  for (const [row, part] of [...suspects].sort(([a], [b]) => a - b)) {
    const value = bounds[row] ?? NaN;
    const finite = Number.isFinite(value);
    let infinite: BadNumber | undefined;
    for (const [term, sums] of terms) {
      const steps = sums.length / rows;
      for (let t = 0; t < steps; t += 1) {
        const x = sums[t * rows + row] ?? NaN;
        if (Number.isFinite(x)) continue;
        const bad = { row, part, value: x, term, ...(steps > 1 ? { step: t + 1 } : {}) };
        if (Number.isNaN(x)) return bad;
        infinite ??= bad;
      }
    }
    if (!finite) return infinite ?? { row, part, value };
  }
  return undefined;
};

/** The first infinity of each term that has one, beside bounds that are finite. */
export const findInfinite = ({ rows, terms, suspects }: Tally): readonly BadNumber[] =>
  [...terms].flatMap(([term, sums]) => {
    const steps = sums.length / rows;
    for (const [row, part] of [...suspects].sort(([a], [b]) => a - b)) {
      for (let t = 0; t < steps; t += 1) {
        const value = sums[t * rows + row] ?? 0;
        if (Number.isFinite(value)) continue;
        return [{ row, part, value, term, ...(steps > 1 ? { step: t + 1 } : {}) }];
      }
    }
    return [];
  });
