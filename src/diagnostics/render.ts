import type { ErrorCode } from "./codes.ts";
import type { Diagnostic, Label, Sources } from "./diagnostic.ts";
import type { Mark, Paint, Role } from "./frame.ts";
import { renderFrame } from "./frame.ts";
import { printable } from "./printable.ts";
import type { Span } from "./span.ts";
import { position } from "./span.ts";

const escapes: { readonly [R in Role]: string } = {
  error: "1;31",
  warning: "1;33",
  claim: "1",
  primary: "1;31",
  secondary: "1;34",
  gutter: "1;34",
};

const plain: Paint = (_role, text) => text;
const colored: Paint = (role, text) => `\u001b[${escapes[role]}m${text}\u001b[0m`;

const place = (span: Span, sources: Sources): string => {
  const text = sources.get(span.file);
  const file = printable(span.file);
  if (text === undefined) return file;
  const { line, column } = position(text, span.start);
  return `${file}:${line}:${column}`;
};

const printableLabel = ({ span, text }: Label): Label => ({ span, text: printable(text) });

const render = (diagnostic: Diagnostic, sources: Sources, paint: Paint): string => {
  const { code, severity } = diagnostic;
  const message = printable(diagnostic.message);
  const notes = diagnostic.notes.map(printable);
  const help = diagnostic.help.map(printable);
  const primary = diagnostic.primary && printableLabel(diagnostic.primary);
  const secondary = diagnostic.secondary.map(printableLabel);
  const marks: Mark[] = [
    ...(primary === undefined ? [] : [{ label: primary, primary: true }]),
    ...secondary.map((label) => ({ label, primary: false })),
  ];
  const lineOf = ({ label: { span } }: Mark): number =>
    position(sources.get(span.file) ?? "", span.start).line;
  const gutter = `${Math.max(1, ...marks.map(lineOf))}`.length;
  const margin = " ".repeat(gutter + 1);
  const output = [`${paint(severity, `${severity}[${code}]`)}${paint("claim", `: ${message}`)}`];
  const files = new Set(marks.map(({ label }) => label.span.file));
  for (const file of files) {
    const inFile = marks.filter(({ label }) => label.span.file === file);
    const first = inFile[0];
    if (first === undefined) continue;
    const arrow = first.primary ? "-->" : ":::";
    output.push(`${margin}${paint("gutter", arrow)} ${place(first.label.span, sources)}`);
    const text = sources.get(file);
    if (text !== undefined) output.push(...renderFrame(text, inFile, gutter, paint));
  }
  const equals = paint("gutter", "=");
  const continued = `\n${margin}        `;
  for (const note of notes)
    output.push(`${margin}${equals} note: ${note.replace(/\n/gu, continued)}`);
  for (const line of help)
    output.push(`${margin}${equals} help: ${line.replace(/\n/gu, continued)}`);
  return `${output.join("\n")}\n`;
};

/**
 * The diagnostics as a person reads them in a terminal: claim, place, the source lines with what is to be said
 * about them, notes and help; an empty line between two. Ends with a line break unless there is nothing to say.
 */
export const renderText = (
  diagnostics: readonly Diagnostic[],
  sources: Sources = new Map<string, string>(),
  { color = false }: { readonly color?: boolean } = {},
): string =>
  diagnostics.map((diagnostic) => render(diagnostic, sources, color ? colored : plain)).join("\n");

/** One-based line and column (in UTF-16 units) with the offset they stand for. */
interface JsonPosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

interface JsonRange {
  readonly file: string;
  readonly start: JsonPosition;
  /** Exclusive. */
  readonly end: JsonPosition;
}

/** A diagnostic as `--json` prints it. */
export interface JsonDiagnostic {
  readonly code: ErrorCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly primary?: JsonRange & { readonly label: string };
  readonly secondary: readonly (JsonRange & { readonly label: string })[];
  readonly notes: readonly string[];
  readonly help: readonly string[];
  readonly fix?: JsonRange & { readonly text: string };
}

/** The diagnostic with places as lines and columns, ready for `JSON.stringify`. */
export const toJson = (diagnostic: Diagnostic, sources: Sources): JsonDiagnostic => {
  const at = (file: string, offset: number): JsonPosition => ({
    ...position(sources.get(file) ?? "", offset),
    offset,
  });
  const range = ({ file, start, end }: Span): JsonRange => ({
    file,
    start: at(file, start),
    end: at(file, end),
  });
  const label = ({ span, text }: Label): JsonRange & { readonly label: string } => ({
    ...range(span),
    label: text,
  });
  const { code, severity, message, primary, secondary, notes, help, fix } = diagnostic;
  return {
    code,
    severity,
    message,
    ...(primary === undefined ? {} : { primary: label(primary) }),
    secondary: secondary.map(label),
    notes,
    help,
    ...(fix === undefined ? {} : { fix: { ...range(fix.span), text: fix.text } }),
  };
};

/** The diagnostics as a JSON array, ending with a line break. */
export const renderJson = (diagnostics: readonly Diagnostic[], sources: Sources): string =>
  `${JSON.stringify(
    diagnostics.map((diagnostic) => toJson(diagnostic, sources)),
    undefined,
    2,
  )}\n`;
