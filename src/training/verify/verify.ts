/** Whether compiled programs compute what the graphs that they were made of say. */
import { success, type Result } from "../../diagnostics/diagnostic.ts";
import type { Graph } from "../../graph/op.ts";
import type { Feed } from "../feed.ts";
import type { Trial } from "../forward.ts";
import { compare, repeatFirst, type Difference } from "./compare.ts";
import { compileTime, referenceTime } from "./cost.ts";

/** How much is done. */
export interface VerifyOptions {
  /** What all comparisons together may take. */
  readonly seconds: number;
  /** Compare at least one sequence of every program, whatever it takes. */
  readonly force: boolean;
}

export interface OpenTrial extends Trial {
  readonly dispose: () => void;
}

/** A compiled program, and what defines it. */
export interface Claim {
  /** "training step", "draws of prior". */
  readonly program: string;
  /** The batch that it was compiled for. */
  readonly batch: number;
  /** Compiles it, where that has not been done. */
  readonly open: () => Result<OpenTrial>;
  /** Whether `open` has yet to compile, which takes time. */
  readonly compiles: boolean;
  /** Everything that it takes; other sequences and other noise for another attempt. */
  readonly feed: (attempt: number) => Feed;
  /** The same for so many sequences, as it is before any pass. */
  readonly define: (batch: number) => Graph;
  /** The axis of its outputs that counts sequences, where they have one. */
  readonly sequenceAxis?: number;
}

/** What came of a comparison. */
export type Verdict =
  | { readonly kind: "equal"; readonly program: string; readonly sequences: number }
  /** Left out, as it would have taken so many seconds. */
  | { readonly kind: "skipped"; readonly program: string; readonly seconds: number }
  | { readonly kind: "different"; readonly program: string; readonly difference: Difference };

/** A difference may come of a choice that rounding tips over; one that stays whatever is drawn does not. */
const ATTEMPTS = 5;
/** More tell no more. */
const MOST_SEQUENCES = 8;

/** Compares programs with the reference, one after the other, while the time lasts. Ends with the first that differs. */
export const verifyPrograms = (
  claims: readonly Claim[],
  { seconds, force }: VerifyOptions,
): Result<readonly Verdict[]> => {
  const begun = performance.now();
  const verdicts: Verdict[] = [];
  for (const claim of claims) {
    const left = seconds - (performance.now() - begun) / 1000;
    const verdict = verifyProgram(claim, left, force);
    if (!verdict.ok) return verdict;
    verdicts.push(verdict.value);
    if (verdict.value.kind === "different") break;
  }
  return success(verdicts);
};

const verifyProgram = (claim: Claim, left: number, force: boolean): Result<Verdict> => {
  const { program, batch, define } = claim;
  const smallest = define(1);
  const compiling = claim.compiles ? compileTime(smallest) : 0;
  const each = referenceTime(smallest);
  if (compiling + each > left && !force) {
    return success({ kind: "skipped", program, seconds: compiling + each });
  }
  const affordable = Math.max(1, Math.floor((left - compiling) / each));
  const sequences = largestDivisor(batch, Math.min(MOST_SEQUENCES, affordable));
  const opened = claim.open();
  if (!opened.ok) return opened;
  const difference = differenceOf(claim, opened.value, define(sequences), sequences);
  opened.value.dispose();
  return success(
    difference === undefined
      ? { kind: "equal", program, sequences }
      : { kind: "different", program, difference },
  );
};

/** What stays wrong whatever is drawn. */
const differenceOf = (
  claim: Claim,
  trial: Trial,
  definition: Graph,
  sequences: number,
): Difference | undefined => {
  const layout = { sequenceAxis: claim.sequenceAxis, repeats: claim.batch / sequences };
  let difference: Difference | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const fed = repeatFirst(claim.feed(attempt), trial.inputs, definition.inputs, sequences);
    const found = trial.run(fed.whole);
    difference = compare(definition, fed.few, found, layout);
    if (difference === undefined) return undefined;
  }
  return difference;
};

/** Of a batch that holds each of so many sequences equally often, means are those of the sequences. */
const largestDivisor = (batch: number, most: number): number => {
  let divisor = Math.min(batch, most);
  while (batch % divisor !== 0) divisor -= 1;
  return divisor;
};
