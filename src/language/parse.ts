import { invariant } from "../diagnostics/invariant.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { File } from "./ast.ts";

/** A file and what is wrong with it; the file is there even with errors, with `missing` expressions. */
export interface Parsed {
  readonly file: File;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses one source text. Never throws for what a user may write. */
export const parse = (_text: string, _path: string): Parsed => {
  invariant(false, "under construction");
};
