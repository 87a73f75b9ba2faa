/** What the process that tries mutants is told, and what it says. */
import type { Mutant } from "./mutate.ts";

export interface Job {
  readonly todo: readonly {
    /** The same as long as the mutant and the tests are. */
    readonly key: string;
    readonly mutant: Mutant;
    /** Test files, those that fail soonest first. */
    readonly tests: readonly string[];
  }[];
  /** Outcomes are appended here, a line of JSON each. */
  readonly results: string;
}

export type Outcome =
  | { readonly end: "caught"; readonly by: string }
  | { readonly end: "survived" }
  /** It did not come to an end, which is noticed too. */
  | { readonly end: "hung" };

/** A line of the results. */
export type Line = { readonly key: string; readonly what: string } & (
  Outcome | { readonly end: "begun" }
);
