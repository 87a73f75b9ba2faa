/** Averages over every draw, weighted by its probability. */
import type { ObjectiveGraph } from "../../../src/inference/graphs.ts";
import type { Baseline } from "../../../src/inference/spec.ts";
import type { Model } from "../../../src/ir/model.ts";
import { logSumExp, legalObjective, spec, type Numbers } from "./run.ts";

/** An iwae bound by VIMCO for one sequence. */
export const objectiveOf = (
  model: Model,
  particles: number,
  baseline: Baseline,
  steps?: number,
): ObjectiveGraph => {
  return legalObjective(
    model,
    spec({ bound: { kind: "iwae" }, estimator: { kind: "vimco", baseline } }),
    { batch: 1, particles, ragged: false, dims: {}, ...(steps === undefined ? {} : { steps }) },
  );
};

/** exp, normalised. */
export const softmaxOf = (xs: readonly number[]): number[] =>
  xs.map((x) => Math.exp(x - logSumExp(xs)));
/** An element that is there; NaN fails every comparison. */
export const at = (xs: readonly number[] | undefined, i: number): number => xs?.[i] ?? Number.NaN;
/** The largest absolute difference of two vectors. */
export const maxError = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, i) => Math.abs(x - at(b, i))));

/** A weighted mean of vectors, and the trace of their covariance from index `from` to `to`. */
export const average = (
  draws: readonly { readonly weight: number; readonly gradient: readonly number[] }[],
  [from, to]: readonly [number, number] = [0, 0],
): { readonly mean: readonly number[]; readonly variance: number } => {
  const size = draws[0]?.gradient.length ?? 0;
  const mean = Array.from({ length: size }, (_, i) =>
    draws.reduce((total, { weight, gradient }) => total + weight * at(gradient, i), 0),
  );
  const variance = draws.reduce((total, { weight, gradient }) => {
    let squared = 0;
    for (let i = from; i < to; i += 1) squared += (at(gradient, i) - at(mean, i)) ** 2;
    return total + weight * squared;
  }, 0);
  return { mean, variance };
};

/** Central differences of a function of named numbers; step 1e-5 leaves errors of 1e-10 for these smooth functions. */
export const differences = (
  value: (values: Numbers) => number,
  values: Numbers,
  names: readonly string[],
): readonly number[] =>
  names.flatMap((name) =>
    (values[name] ?? []).map((x, i) => {
      const moved = (to: number): Numbers => ({
        ...values,
        [name]: (values[name] ?? []).with(i, to),
      });
      return (value(moved(x + 1e-5)) - value(moved(x - 1e-5))) / 2e-5;
    }),
  );
