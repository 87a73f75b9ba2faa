import type { Command } from "commander";
import type { Diagnostic, Sources } from "../diagnostics/diagnostic.ts";
import { exits } from "./exit.ts";
import type { Io } from "./io.ts";

/** Options that every verb has. */
export interface Common {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** How a verb ends: with a result, or with what was wrong. */
export type Ending = Outcome | Wrong;

/** What a verb found out: `text` for people or `data` for programs goes to stdout. */
export interface Outcome {
  readonly kind: "outcome";
  readonly exit: number;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Diagnostic[];
  readonly sources: Sources;
}

export interface Wrong {
  readonly kind: "wrong";
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
  /** The `--config` file: an error in it is the command line's. */
  readonly configPath?: string;
}

/** A verb with its options; `act` runs when it is the one that was called. */
export interface Verb {
  readonly command: Command;
  readonly act: (io: Io) => Promise<Ending>;
}

export const outcome = (
  text: string,
  data: Readonly<Record<string, unknown>>,
  rest: Partial<Pick<Outcome, "exit" | "warnings" | "sources">> = {},
): Outcome => ({
  kind: "outcome",
  text,
  data,
  exit: rest.exit ?? exits.done,
  warnings: rest.warnings ?? [],
  sources: rest.sources ?? new Map<string, string>(),
});

export const wrong = (
  diagnostics: readonly Diagnostic[],
  rest: Partial<Pick<Wrong, "sources" | "configPath">> = {},
): Wrong => ({
  kind: "wrong",
  diagnostics,
  sources: rest.sources ?? new Map<string, string>(),
  ...(rest.configPath === undefined ? {} : { configPath: rest.configPath }),
});
