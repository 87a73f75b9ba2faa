import type { ErrorCode } from "./codes.ts";
import type { Span } from "./span.ts";

/** A place in a source with what to say about it. */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

/** An edit that removes the cause. Offered only after the edited source was checked again. */
export interface Fix {
  readonly span: Span;
  readonly text: string;
}

/** What is wrong with a user's model, command line, data or run. Never thrown: returned. */
export interface Diagnostic {
  readonly code: ErrorCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** Absent where there is no source to point into (a data file, a missing flag). */
  readonly primary?: Label;
  readonly secondary: readonly Label[];
  /** Facts. */
  readonly notes: readonly string[];
  /** Edits, in words. */
  readonly help: readonly string[];
  readonly fix?: Fix;
}

/** An error without a place in a source. */
export const problem = (
  code: ErrorCode,
  message: string,
  notes: readonly string[] = [],
  help: readonly string[] = [],
): Diagnostic => ({ code, severity: "error", message, secondary: [], notes, help });

/** An error at a place; `text` says what is there. */
export const problemAt = (
  code: ErrorCode,
  message: string,
  span: Span,
  text: string,
  help: readonly string[] = [],
  notes: readonly string[] = [],
): Diagnostic => ({ ...problem(code, message, notes, help), primary: { span, text } });

/** A source text and where it is from; imports are looked up beside it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Source texts by file name, for printing the lines that spans point into. */
export type Sources = ReadonlyMap<string, string>;

/** A value, or the diagnostics that say why there is none. Warnings may come with a value. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export const success = <T>(value: T, warnings: readonly Diagnostic[] = []): Result<T> => ({
  ok: true,
  value,
  warnings,
});

export const failure = (...diagnostics: readonly Diagnostic[]): Result<never> => ({
  ok: false,
  diagnostics,
});
