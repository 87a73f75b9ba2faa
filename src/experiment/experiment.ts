import type { Environment, RunLock } from "../run/index.ts";
import type { TrainingState } from "../training/state.ts";
import type { Stage } from "./stage.ts";

/** A run folder with the program, the data, the backend and the parameters that belong to it. */
export interface Experiment extends Stage {
  /** The run folder; absolute. */
  readonly folder: string;
  /** As messages name it. */
  readonly shownFolder: string;
  /** Where and by what the run was made. */
  readonly environment: Environment;
  /** Parameters and optimizer: first values, or those of a checkpoint. */
  readonly state: TrainingState;
}

/** An experiment that may train: its folder is this process's until `release` is called or the process ends. */
export interface OpenExperiment extends Experiment {
  readonly release: RunLock["release"];
  /** Whether nothing is left to do: all steps are done and concluded. */
  readonly finished: boolean;
}
