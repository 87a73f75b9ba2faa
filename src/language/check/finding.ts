import type { ErrorCode } from "../../diagnostics/codes.ts";
import type { Diagnostic, Fix, Label } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";

/** An edit to offer, once the edited program is known to be better. */
export interface ProposedFix {
  readonly help: string;
  /** Edits of one file; all together make the fix. */
  readonly edits: readonly Fix[];
}

/** A diagnostic and what might cure it. */
export interface Finding {
  readonly diagnostic: Diagnostic;
  readonly proposals: readonly ProposedFix[];
}

/** Takes what a check found. */
export type Report = (finding: Finding) => void;

interface Details {
  readonly label?: string;
  readonly secondary?: readonly Label[];
  readonly notes?: readonly string[];
  readonly help?: readonly string[];
  readonly proposals?: readonly ProposedFix[];
}

/** An error with its place; everything else is optional. */
export const error = (
  code: ErrorCode,
  message: string,
  span: Span,
  { label = "", secondary = [], notes = [], help = [], proposals = [] }: Details = {},
): Finding => ({
  diagnostic: {
    code,
    severity: "error",
    message,
    primary: { span, text: label },
    secondary,
    notes,
    help,
  },
  proposals,
});

/** An edit that puts the text in place of the span. */
export const replace = (span: Span, text: string): Fix => ({ span, text });

/** An edit that puts the text before the span. */
export const insertBefore = (span: Span, text: string): Fix => ({
  span: { ...span, end: span.start },
  text,
});

/** An edit that puts the text after the span. */
export const insertAfter = (span: Span, text: string): Fix => ({
  span: { ...span, start: span.end },
  text,
});
