/** Rows of cells between separators (RFC 4180), found in one pass over the bytes of a text. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { beyondLimit, malformedFile } from "./errors.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;
const quote = 0x22;

/** A row may have so many cells, and a cell so many bytes. */
const limits = { cells: 100_000, bytes: 100_000 } as const;

/** What separates cells, by its byte and its name. */
export type Separator = "," | ";" | "\t";

/** What a reader of rows does; both may refuse the file. */
export interface RowVisitor {
  /** `from` to before `to` is the cell without blanks and quotes around it. */
  cell(column: number, from: number, to: number, quoted: boolean, line: number): void;
  /** After the cells of a row; `line` is where it began, from 1. */
  row(cells: number, line: number): Diagnostic | undefined;
}

/** The cell as text. */
export const cellText = (bytes: Uint8Array, from: number, to: number, quoted: boolean): string => {
  const text = new TextDecoder().decode(bytes.subarray(from, to));
  return quoted ? text.replaceAll('""', '"') : text;
};

const isLineEnd = (byte: number | undefined): boolean =>
  byte === undefined || byte === lineFeed || byte === carriageReturn;

/** Where the line that begins at `from` ends, and how often each separator is in it outside of quotes. */
export const firstLine = (
  bytes: Uint8Array,
): { readonly text: string; readonly separator: Separator } => {
  let at = 0;
  while (at < bytes.length && (isLineEnd(bytes[at]) || bytes[at] === space)) at += 1;
  const from = at;
  const counts = new Map<number, number>();
  let isQuoted = false;
  for (; at < bytes.length && (isQuoted || !isLineEnd(bytes[at])); at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) isQuoted = !isQuoted;
    else if (!isQuoted) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  }
  const text = new TextDecoder().decode(bytes.subarray(from, Math.min(at, from + limits.bytes)));
  return { text, separator: counts.has(tab) ? "\t" : counts.has(0x3b) ? ";" : "," };
};

/** Visits all rows that are not blank; returns why the text is no table. */
export const visitRows = (
  bytes: Uint8Array,
  separator: Separator,
  path: string,
  visitor: RowVisitor,
): Diagnostic | undefined => {
  const comma = separator.charCodeAt(0);
  const isBlank = (byte: number | undefined): boolean =>
    byte === space || (byte === tab && comma !== tab);
  let at = 0;
  let line = 1;

  /** Skips a cell in quotes, counting the lines in it; returns where its text ends. */
  const quoted = (): number | Diagnostic => {
    const opened = line;
    for (at += 1; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === quote) {
        if (bytes[at + 1] !== quote) break;
        at += 1;
      } else if (byte === lineFeed || (byte === carriageReturn && bytes[at + 1] !== lineFeed)) {
        line += 1;
      }
    }
    if (at >= bytes.length) {
      return malformedFile(path, `line ${opened}: a quote is opened and never closed`);
    }
    const end = at;
    at += 1;
    while (isBlank(bytes[at])) at += 1;
    return bytes[at] === comma || isLineEnd(bytes[at])
      ? end
      : malformedFile(path, `line ${line}: text follows a closing quote`);
  };

  const bare = (): number => {
    while (at < bytes.length && bytes[at] !== comma && !isLineEnd(bytes[at])) at += 1;
    let end = at;
    while (isBlank(bytes[end - 1])) end -= 1;
    return end;
  };

  /** One cell; true where the row goes on after it, false where it ends, undefined for a blank row. */
  const cell = (column: number): boolean | Diagnostic | undefined => {
    while (isBlank(bytes[at])) at += 1;
    const isQuoted = bytes[at] === quote;
    const from = isQuoted ? at + 1 : at;
    const began = line;
    const end = isQuoted ? quoted() : Math.max(from, bare());
    if (typeof end !== "number") return end;
    if (end - from > limits.bytes) {
      const reason = `line ${began}: a cell of ${end - from} characters`;
      return beyondLimit(path, reason);
    }
    const goesOn = bytes[at] === comma;
    if (column === 0 && !goesOn && !isQuoted && end === from) return undefined;
    visitor.cell(column, from, end, isQuoted, began);
    if (goesOn) at += 1;
    return goesOn;
  };

  while (at < bytes.length) {
    const began = line;
    let cells = 0;
    for (;;) {
      const more = cell(cells);
      if (typeof more === "object") return more;
      if (more === undefined) break;
      cells += 1;
      if (!more) break;
      if (cells === limits.cells) {
        return beyondLimit(path, `line ${began}: more than ${limits.cells} cells`, [
          "save arrays of this size as .npy",
        ]);
      }
    }
    if (bytes[at] === carriageReturn && bytes[at + 1] === lineFeed) at += 1;
    at += 1;
    line += 1;
    const refused = cells === 0 ? undefined : visitor.row(cells, began);
    if (refused !== undefined) return refused;
  }
  return undefined;
};
