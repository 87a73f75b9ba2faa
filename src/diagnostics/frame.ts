import type { Label } from "./diagnostic.ts";
import { printable } from "./printable.ts";
import { position } from "./span.ts";

/** How a piece of a rendered diagnostic is to look. */
export type Paint = (role: Role, text: string) => string;
export type Role = "error" | "warning" | "claim" | "primary" | "secondary" | "gutter";

/** A label with its mark: `^` under what is wrong, `-` under what it is related to. */
export interface Mark {
  readonly label: Label;
  readonly primary: boolean;
}

const maximumColumns = 110;
const contextColumns = 30;
const tabStop = 4;

const zeroWidth = /^[\p{M}\u200b-\u200f\u2060\ufe00-\ufe0f]$/u;
const doubleWidth =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

/** Terminal columns of one character. */
const columnsOf = (character: string): number =>
  zeroWidth.test(character) ? 0 : doubleWidth.test(character) ? 2 : 1;

/** A source line as a terminal shows it, with the column at which each character of the source starts. */
interface ShownLine {
  readonly cells: readonly { readonly text: string; readonly columns: number }[];
  /** Index into `cells` by UTF-16 offset within the line. */
  readonly cellAt: (offset: number) => number;
}

const showLine = (line: string): ShownLine => {
  const cells: { text: string; columns: number }[] = [];
  const cellOfOffset: number[] = [];
  let column = 0;
  for (const character of line) {
    for (let unit = 0; unit < character.length; unit++) cellOfOffset.push(cells.length);
    const isTab = character === "\t";
    const columns = isTab ? tabStop - (column % tabStop) : columnsOf(character);
    const text = isTab ? " ".repeat(columns) : printable(character);
    cells.push({ text, columns });
    column += columns;
  }
  return { cells, cellAt: (offset) => cellOfOffset[offset] ?? cells.length };
};

const width = (cells: ShownLine["cells"]): number =>
  cells.reduce((sum, cell) => sum + cell.columns, 0);

/** The part of a line that is printed: everything, or a window around the marks with `…` at its cuts. */
const clip = (
  { cells }: ShownLine,
  from: number,
  to: number,
): { readonly start: number; readonly end: number } => {
  if (width(cells) <= maximumColumns) return { start: 0, end: cells.length };
  const start = Math.max(0, Math.min(from - contextColumns, cells.length - maximumColumns));
  const wanted = Math.max(start + maximumColumns, Math.min(to, start + 2 * maximumColumns));
  return { start, end: Math.min(cells.length, wanted) };
};

interface PlacedMark {
  readonly mark: Mark;
  readonly start: number;
  /** Exclusive; at the end of the line where the span goes on. */
  readonly end: number;
}

const renderLine = (line: string, marks: readonly PlacedMark[], paint: Paint): string[] => {
  const shown = showLine(line);
  const placed = marks.map(({ mark, start, end }) => {
    const from = shown.cellAt(start);
    return { mark, from, to: Math.max(from + 1, shown.cellAt(end)) };
  });
  const window = clip(
    shown,
    Math.min(...placed.map(({ from }) => from)),
    Math.max(...placed.map(({ to }) => to)),
  );
  const left = window.start > 0 ? "… " : "";
  const right = window.end < shown.cells.length ? " …" : "";
  const body = shown.cells
    .slice(window.start, window.end)
    .map((cell) => cell.text)
    .join("");
  const rows = placed.map(({ mark, from, to }) => {
    const end = Math.max(from + 1, Math.min(to, window.end));
    const indent = left.length + width(shown.cells.slice(window.start, from));
    const length = Math.max(1, width(shown.cells.slice(from, end)));
    const role = mark.primary ? "primary" : "secondary";
    const underline = (mark.primary ? "^" : "-").repeat(length);
    const text = mark.label.text === "" ? underline : `${underline} ${mark.label.text}`;
    return " ".repeat(indent) + paint(role, text);
  });
  return [(left + body + right).trimEnd(), ...rows];
};

/**
 * The lines of one file that the marks are on, with the marks below them. `gutter` is the width of the line
 * numbers; lines between two shown ones become `..`.
 */
export const renderFrame = (
  text: string,
  marks: readonly Mark[],
  gutter: number,
  paint: Paint,
): string[] => {
  const lines = text.split(/\r?\n/u);
  const starts = [...text.matchAll(/\n/gu)].map(({ index }) => index + 1);
  const byLine = new Map<number, PlacedMark[]>();
  for (const mark of marks) {
    const { span } = mark.label;
    const { line, column } = position(text, span.start);
    const lineStart = line === 1 ? 0 : (starts[line - 2] ?? 0);
    const lineLength = (lines[line - 1] ?? "").trimEnd().length;
    const end = Math.min(span.end - lineStart, Math.max(lineLength, column - 1));
    const placed = { mark, start: column - 1, end };
    byLine.set(line, [...(byLine.get(line) ?? []), placed]);
  }
  const bar = paint("gutter", "|");
  const output = [`${" ".repeat(gutter)} ${bar}`];
  let previous: number | undefined;
  for (const number of [...byLine.keys()].sort((a, b) => a - b)) {
    if (previous !== undefined && number > previous + 1) output.push(paint("gutter", ".."));
    const placed = (byLine.get(number) ?? []).sort((a, b) => a.start - b.start || a.end - b.end);
    const [source, ...rows] = renderLine(lines[number - 1] ?? "", placed, paint);
    const label = paint("gutter", `${number}`.padStart(gutter));
    output.push(`${label} ${bar} ${source ?? ""}`.trimEnd());
    for (const row of rows) output.push(`${" ".repeat(gutter)} ${bar} ${row}`);
    previous = number;
  }
  return output;
};
