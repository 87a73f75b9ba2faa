/** Tables of numbers. */
import { parse } from "csv-parse/sync";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { malformedFile } from "./errors.ts";

export interface NumberTable {
  /** Absent where the first line is numbers already. */
  readonly header?: readonly string[];
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] */
  readonly data: Float32Array;
}

const isNumber = (cell: string): boolean => cell.trim() !== "" && !Number.isNaN(Number(cell));

/** Comma-separated numbers, with or without a line of names. `path` is for messages. */
export const parseNumbers = (text: string, path: string): Result<NumberTable> => {
  let lines: readonly (readonly string[])[];
  try {
    lines = parse(text, { trim: true, skip_empty_lines: true, bom: true });
  } catch (error) {
    return failure(malformedFile(path, error instanceof Error ? error.message : String(error)));
  }
  const [first = []] = lines;
  const hasHeader = !first.every(isNumber);
  const body = hasHeader ? lines.slice(1) : lines;
  const columns = first.length;
  const data = new Float32Array(body.length * columns);
  for (const [row, cells] of body.entries()) {
    for (const [column, cell] of cells.entries()) {
      if (!isNumber(cell)) {
        const line = row + (hasHeader ? 2 : 1);
        return failure(
          malformedFile(path, `line ${line}, column ${column + 1}: "${cell}" is no number`),
        );
      }
      data[row * columns + column] = Number(cell);
    }
  }
  if (body.length === 0) return failure(malformedFile(path, "it has no rows"));
  return success({ ...(hasHeader ? { header: first } : {}), rows: body.length, columns, data });
};
