import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { OpenExperiment } from "../index.ts";
import type { Talk } from "./talk.ts";

/** An experiment and what is said of it. */
export interface CliSession {
  readonly experiment: OpenExperiment;
  readonly talk: Talk;
  readonly verify?: boolean;
  readonly warnings: readonly Diagnostic[];
}
