/** Tables of numbers in text: separated by commas, semicolons or tabs. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { cellText, firstLine, visitRows } from "./csv-cells.ts";
import { namesOf } from "./csv-header.ts";
import { isGrouped, isNumeric, numberOfCell, quickNumber } from "./csv-numbers.ts";
import { emptyData, malformedFile, notData, wrongColumns } from "./errors.ts";

/** Columns that are more than numbers: which sequence a row belongs to, and its place there. */
export const keyNames = { sequence: "sequence", order: ["step", "time", "t"] } as const;

export interface CsvTable {
  /** Absent where the first line is data. */
  readonly header?: readonly string[];
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns]; 0 where a cell is not a number. */
  readonly data: Float32Array;
  /** By column, what is wrong with its first cell that is not a number. */
  readonly faults: ReadonlyMap<number, Diagnostic>;
  /** The texts of the key columns that are there, by name. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** The line of each row. */
  readonly lines: Int32Array;
}

/** Rows are at most as many as lines, and have a byte for each of their cells. */
const mostRows = (bytes: Uint8Array, columns: number): number => {
  let lines = 1;
  for (const byte of bytes) if (byte === 0x0a || byte === 0x0d) lines += 1;
  return Math.min(lines, Math.floor(bytes.length / columns) + 1);
};

interface Format {
  readonly separator: ReturnType<typeof firstLine>["separator"];
  readonly path: string;
  readonly header: boolean | null;
}

/** The first row that is not blank. */
const firstRow = (
  bytes: Uint8Array,
  { separator, path }: Format,
): readonly string[] | Diagnostic => {
  const cells: string[] = [];
  const done = malformedFile(path, "");
  const stopped = visitRows(bytes, separator, path, {
    cell: (_, from, to, quoted) => cells.push(cellText(bytes, from, to, quoted)),
    row: () => done,
  });
  return stopped === undefined || stopped === done ? cells : stopped;
};

/** A column of texts alone is something else than data. */
const textColumn = (path: string, { message, help }: Diagnostic): Diagnostic =>
  notData(path, message.slice(`cannot read ${path}: `.length), help);

const pointsOnly = "write numbers with a decimal point and nothing between thousands";

/** Watches that decimals are written with a point or with a comma, not with both: one of them may stand between thousands. */
const decimalMarks = (
  mayBeComma: boolean,
): {
  readonly mayBeComma: boolean;
  /** The mark of numbers that need not be watched. */
  readonly quick: number;
  readonly see: (cell: string, line: number) => void;
  readonly mixed: () => string | undefined;
} => {
  const first = new Map<string, number>();
  return {
    mayBeComma,
    quick: mayBeComma ? NaN : 0x2e,
    see: (cell, line) => {
      const mark = mayBeComma ? /[.,]/u.exec(cell)?.[0] : undefined;
      if (mark !== undefined && !first.has(mark)) first.set(mark, line);
    },
    mixed: () => {
      const [point, comma] = [first.get("."), first.get(",")];
      return point === undefined || comma === undefined
        ? undefined
        : `line ${point} has a decimal point, line ${comma} a decimal comma`;
    },
  };
};

/** Fills the table, row by row. */
const readRows = (
  bytes: Uint8Array,
  { separator, path }: Format,
  columns: number,
  header: readonly string[] | undefined,
): Result<CsvTable> => {
  const most = mostRows(bytes, columns);
  const data = new Float32Array(most * columns);
  const lines = new Int32Array(most);
  const faults = new Map<number, Diagnostic>();
  const numeric = new Uint8Array(columns);
  const keys = new Map<string, string[]>();
  const keyOf = (header ?? []).map((name): string[] | undefined => {
    if (name !== keyNames.sequence && !keyNames.order.some((key) => key === name)) return undefined;
    const texts: string[] = [];
    keys.set(name, texts);
    return texts;
  });
  const marks = decimalMarks(separator !== ",");
  let rows = header === undefined ? 0 : -1;
  const put = (column: number, from: number, to: number, quoted: boolean, line: number): void => {
    const quick = quickNumber(bytes, from, to, marks.quick);
    if (!Number.isNaN(quick)) {
      numeric[column] = 1;
      data[rows * columns + column] = quick;
      return;
    }
    const cell = cellText(bytes, from, to, quoted).trim();
    const value = numberOfCell(cell, marks.mayBeComma);
    if (typeof value === "number") {
      numeric[column] = 1;
      data[rows * columns + column] = value;
      marks.see(cell, line);
    } else if (!faults.has(column)) {
      if (isGrouped(cell)) marks.see(",", line);
      faults.set(column, value(path, `line ${line}, column ${column + 1}`));
    }
  };
  const refused = visitRows(bytes, separator, path, {
    cell: (column, from, to, quoted, line) => {
      if (rows < 0 || column >= columns) return;
      keyOf[column]?.push(cellText(bytes, from, to, quoted));
      put(column, from, to, quoted, line);
    },
    row: (cells, line) => {
      if (cells !== columns) {
        const reason = `line ${line}: ${cells} cells, where the first line has ${columns}`;
        return malformedFile(path, reason);
      }
      if (rows >= 0) lines[rows] = line;
      rows += 1;
      return undefined;
    },
  });
  if (refused !== undefined) return failure(refused);
  if (rows < 1) return failure(emptyData(path, "it has no rows"));
  const mixed = marks.mixed();
  if (mixed !== undefined) return failure(wrongColumns(path, mixed, [pointsOnly]));
  return success({
    ...(header === undefined ? {} : { header }),
    rows,
    columns,
    data: data.subarray(0, rows * columns),
    faults: new Map(
      [...faults].map(([column, fault]) => [
        column,
        fault.code === "E0604" && numeric[column] === 0 ? textColumn(path, fault) : fault,
      ]),
    ),
    keys,
    lines: lines.subarray(0, rows),
  });
};

/**
 * The rows of a text. Where `header` is `null`, the first line names the columns if it holds names, and a line that may be
 * either is refused. `path` is for messages.
 */
export const parseTable = (
  bytes: Uint8Array,
  path: string,
  header: boolean | null,
): Result<CsvTable> => {
  const { text, separator } = firstLine(bytes);
  const format = { separator, path, header };
  const words = text.trim().split(/\s+/u);
  if (separator === "," && words.length > 1 && words.every((word) => isNumeric(word, false))) {
    return failure(
      wrongColumns(path, "its columns are separated by spaces", [
        'separate them by commas: numpy.savetxt(…, delimiter=",")',
      ]),
    );
  }
  const first = firstRow(bytes, format);
  if ("code" in first) return failure(first);
  if (first.length === 0) return failure(emptyData(path, "it has no rows"));
  const names = namesOf(first, path, header, separator !== ",");
  if (!names.ok) return names;
  const table = readRows(bytes, format, first.length, names.value);
  return table.ok ? success(table.value, names.warnings) : table;
};
