import type { Example } from "./entry.ts";

/** What the reference says of a function. */
export interface FunctionText {
  /** Signatures, each as a function of these types would be declared: "softmax(x: real[N]) -> simplex[N]". */
  readonly usage: readonly string[];
  readonly meaning: string;
  /** Where it is not what a reader expects of such a function. */
  readonly gradient?: string;
  readonly examples: readonly Example[];
}
