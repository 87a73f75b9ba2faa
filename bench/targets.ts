/** What gtmc aims at, and whether a run shows it. */
import type { Role } from "./lineup.ts";
import { ratio, type Baseline, type Result } from "./table.ts";
import type { WorkloadName } from "./workloads.ts";

interface Target {
  readonly of: Role;
  readonly baseline: Baseline;
  /** How many times as long as the contestant the baseline should take, at least. */
  readonly atLeast: number;
}

const targets: Readonly<Record<WorkloadName, readonly Target[]>> = {
  w1: [
    { of: "native", baseline: "JAX's best", atLeast: 1.7 },
    { of: "native, one thread", baseline: "peak, one thread", atLeast: 0.65 },
    { of: "wasm", baseline: "PyTorch, as written", atLeast: 2 },
    { of: "tensorflow", baseline: "PyTorch, as written", atLeast: 1.5 },
  ],
  w2: [
    { of: "native", baseline: "JAX's best", atLeast: 2.2 },
    { of: "wasm", baseline: "PyTorch, as written", atLeast: 2 },
  ],
  w3: [
    { of: "native", baseline: "JAX's best", atLeast: 1.1 },
    { of: "wasm", baseline: "PyTorch, as written", atLeast: 1 },
  ],
};

export interface Verdict {
  readonly target: string;
  readonly measured: number | null;
  readonly met: boolean | null;
}

/** A verdict for each target of the workload; null where one of the two did not take part. */
export const verdicts = (workload: WorkloadName, results: readonly Result[]): readonly Verdict[] =>
  targets[workload].map(({ of, baseline, atLeast }) => {
    const own = results.find(({ name }) => name === of);
    const measured = own && ratio(baseline, own, results);
    return {
      target: `${of}: ${atLeast} x ${baseline}`,
      measured: measured ?? null,
      met: measured === undefined ? null : measured >= atLeast,
    };
  });

/** "met: native: 1.7 x JAX's best (2.01)". */
export const showVerdict = ({ target, measured, met }: Verdict): string =>
  measured === null
    ? `not measured: ${target}`
    : `${met === true ? "met" : "not met"}: ${target} (${measured.toFixed(2)})`;
