import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Environment, TrainingState } from "../index.ts";
import type { Stage } from "../experiment/stage.ts";
import type { Talk } from "./talk.ts";
import type { Verifying } from "./verification.ts";

/** A run folder and the program that trains in it. */
export interface Session {
  readonly stage: Stage;
  /** The run folder; absolute. */
  readonly folder: string;
  /** As messages name it. */
  readonly shownFolder: string;
  readonly environment: Environment;
  readonly talk: Talk;
  /** Where to begin: first values, or a checkpoint. */
  readonly state: TrainingState;
  /** What to compare with the reference before the first step. */
  readonly verifying?: Verifying;
  readonly warnings: readonly Diagnostic[];
}
