/** Fields of a table: which columns they are, and which rows are steps of which sequence. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { Asked, FoundFields } from "./collect.ts";
import { fieldsOfHeader, type FieldColumns } from "./columns.ts";
import { keyNames, type CsvTable } from "./csv.ts";
import { isMissing, isNumeric } from "./csv-numbers.ts";
import { malformedFile, missingValue, outOfOrder, unevenSteps } from "./errors.ts";
import type { StoredField } from "./stored.ts";

/** The rows sequence after sequence, each in the order of the file. */
interface Grouped {
  readonly order: Int32Array;
  readonly lengths: readonly number[];
}

/** Rows with one text in the column `sequence` are steps of one sequence, wherever they are. */
const groupRows = (table: CsvTable, ids: readonly string[] | undefined): Grouped => {
  const { rows } = table;
  if (ids === undefined)
    return { order: Int32Array.from({ length: rows }, (_, i) => i), lengths: [rows] };
  const numbers = new Map<string, number>();
  const lengths: number[] = [];
  const owners = Int32Array.from(ids, (id) => {
    const owner = numbers.get(id) ?? numbers.size;
    numbers.set(id, owner);
    lengths[owner] = (lengths[owner] ?? 0) + 1;
    return owner;
  });
  const next: number[] = [];
  let begin = 0;
  for (const length of lengths) {
    next.push(begin);
    begin += length;
  }
  const order = new Int32Array(rows);
  owners.forEach((owner, row) => {
    const at = next[owner] ?? 0;
    order[at] = row;
    next[owner] = at + 1;
  });
  return { order, lengths };
};

/** Whether texts are dates and times that sort as they stand, such as 2024-05-01 and 2024-05-01T12:00. */
const areDates = (texts: readonly string[]): boolean =>
  texts.every((text) => /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?$/u.test(text));

/** The column that orders the rows of a sequence, and whether one of its texts comes after another. */
interface Order {
  readonly name: string;
  readonly texts: readonly string[];
  readonly isLater: (text: string, than: string) => boolean;
}

const orderOf = ({ keys }: CsvTable): Order | undefined => {
  const name = keyNames.order.find((key) => keys.has(key));
  const texts = name === undefined ? undefined : keys.get(name);
  if (name === undefined || texts === undefined) return undefined;
  if (areDates(texts)) return { name, texts, isLater: (text, than) => text > than };
  if (texts.some((text) => !isMissing(text) && !isNumeric(text, false))) return undefined;
  return { name, texts, isLater: (text, than) => Number(text) > Number(than) };
};

/** The first row that does not come after the row before it in its sequence. */
const checkOrder = (
  { name, texts, isLater }: Order,
  table: CsvTable,
  { order, lengths }: Grouped,
  path: string,
  hasIds: boolean,
): Diagnostic | undefined => {
  const textOf = (row: number): string => texts[row] ?? "";
  const lineOf = (row: number): number => table.lines[row] ?? 0;
  const lost = texts.findIndex(isMissing);
  if (lost >= 0) {
    const place = `line ${lineOf(lost)}, column \`${name}\``;
    return missingValue(path, place, textOf(lost) || "an empty cell");
  }
  let at = 0;
  for (const length of lengths) {
    for (let i = 1; i < length; i += 1) {
      const [before, row] = [order[at + i - 1] ?? 0, order[at + i] ?? 0];
      if (isLater(textOf(row), textOf(before))) continue;
      const reason = `line ${lineOf(row)}: \`${name}\` is ${textOf(row)} after ${textOf(before)} on line ${lineOf(before)}`;
      return outOfOrder(path, `the steps of a sequence are not in order: ${reason}`, [
        `sort the rows by \`${name}\`${hasIds ? "" : ", add a column `sequence` where there are several"}, or rename the column where it is not the order`,
      ]);
    }
    at += length;
  }
  return undefined;
};

/**
 * The first row of a file whose whole-numbered order jumps further than the least distance between two rows, unless the
 * model takes the order as a field.
 */
const checkEvenness = (
  { name, texts }: Order,
  table: CsvTable,
  { order, lengths }: Grouped,
  path: string,
  { fields }: Asked,
): Diagnostic | undefined => {
  if (fields?.includes(name) === true) return undefined;
  const numbers = texts.map(Number);
  if (!numbers.every(Number.isSafeInteger)) return undefined;
  const firsts = new Set<number>();
  lengths.reduce((begin, length) => {
    firsts.add(begin);
    return begin + length;
  }, 0);
  const distance = (at: number): number =>
    (numbers[order[at] ?? 0] ?? 0) - (numbers[order[at - 1] ?? 0] ?? 0);
  const inner = Array.from(order.keys()).filter((at) => !firsts.has(at));
  const least = inner.reduce((smallest, at) => Math.min(smallest, distance(at)), Infinity);
  const jump = inner.find((at) => distance(at) !== least);
  if (jump === undefined) return undefined;
  const [before, row] = [order[jump - 1] ?? 0, order[jump] ?? 0];
  return unevenSteps(
    path,
    name,
    `line ${table.lines[row] ?? 0} has ${numbers[row] ?? 0} after ${numbers[before] ?? 0}`,
  );
};

const pick = (
  { data, columns }: CsvTable,
  rows: Int32Array | readonly number[],
  chosen: readonly number[],
): Float32Array => {
  const values = new Float32Array(rows.length * chosen.length);
  let to = 0;
  for (const row of rows) {
    for (const column of chosen) {
      values[to] = data[row * columns + column] ?? 0;
      to += 1;
    }
  }
  return values;
};

/** The first row of each sequence, whose value all its rows must have. */
const constantRows = (
  table: CsvTable,
  { order, lengths }: Grouped,
  chosen: readonly number[],
  complain: (line: number) => Diagnostic,
): Result<readonly number[]> => {
  const { data, columns, lines } = table;
  const firsts: number[] = [];
  let at = 0;
  for (const length of lengths) {
    const first = order[at] ?? 0;
    firsts.push(first);
    for (let i = 1; i < length; i += 1) {
      const row = order[at + i] ?? 0;
      const differs = chosen.some((c) => data[row * columns + c] !== data[first * columns + c]);
      if (differs) return failure(complain(lines[row] ?? 0));
    }
    at += length;
  }
  return success(firsts);
};

const fieldOf = (
  name: string,
  { columns: chosen, scalar }: FieldColumns,
  table: CsvTable,
  grouped: Grouped,
  path: string,
  stepwise: boolean,
  { perOf }: Asked,
): Result<StoredField> => {
  const fault = chosen.map((column) => table.faults.get(column)).find((one) => one !== undefined);
  if (fault !== undefined) return failure(fault);
  const per = perOf(name);
  const shape = scalar ? [] : [chosen.length];
  const { order, lengths } = grouped;
  if (per === "step") {
    return success({ name, per, shape, values: pick(table, order, chosen), lengths });
  }
  if (per === "shared") {
    const values = pick(table, order, chosen);
    return success({ name, per, shape: [table.rows, ...shape], values });
  }
  if (!stepwise) return success({ name, per, shape, values: pick(table, order, chosen) });
  const firsts = constantRows(table, grouped, chosen, (line) =>
    malformedFile(path, `line ${line}: \`${name}\`, one value per sequence, changes within one`),
  );
  return firsts.ok
    ? success({ name, per, shape, values: pick(table, firsts.value, chosen) })
    : firsts;
};

/** The fields of a table by name. Columns of a file without a header are the vector `x`. */
export const fieldsOfTable = (table: CsvTable, path: string, asked: Asked): Result<FoundFields> => {
  const { header, columns, keys, lines } = table;
  const all = Array.from({ length: columns }, (_, column) => column);
  const named =
    header === undefined
      ? new Map([["x", success({ columns: all, scalar: false })]])
      : fieldsOfHeader(header, path, asked.fields);
  const fields = [...named].filter(
    ([name]) => name !== keyNames.sequence || asked.perOf(name) !== "step",
  );
  // Fields by sequence beside fields by step have one value for all steps.
  const stepwise = fields.some(([name]) => asked.perOf(name) === "step");
  const ids = stepwise ? keys.get(keyNames.sequence) : undefined;
  const lost = ids?.indexOf("") ?? -1;
  if (lost >= 0) {
    const place = `line ${lines[lost] ?? 0}, column \`${keyNames.sequence}\``;
    return failure(missingValue(path, place, "an empty cell"));
  }
  const grouped = groupRows(table, ids);
  const key = stepwise ? orderOf(table) : undefined;
  const disorder = key && checkOrder(key, table, grouped, path, ids !== undefined);
  if (disorder !== undefined) return failure(disorder);
  const jump = key && checkEvenness(key, table, grouped, path, asked);
  return success(
    new Map(
      fields.map(([name, chosen]) => [
        name,
        chosen.ok ? fieldOf(name, chosen.value, table, grouped, path, stepwise, asked) : chosen,
      ]),
    ),
    jump === undefined ? [] : [jump],
  );
};
