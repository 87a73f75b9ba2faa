/** Files of named fields: .npz keys, JSON keys, CSV columns become fields of sequences. */
import { basename, extname } from "node:path";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { printShape, volume, type DenseArray, type Numbers } from "./array.ts";
import { parseNumbers, type NumberTable } from "./csv.ts";
import type { FieldShape } from "./dataset.ts";
import { malformedFile } from "./errors.ts";
import { readBytes } from "./files.ts";
import { parseIdx } from "./idx.ts";
import { parseJsonFields } from "./json.ts";
import { parseNpy, parseNpz } from "./npy.ts";
import { assemble, type PerOf, type StoredField, type StoredFile } from "./stored.ts";

/** An array [sequences, (steps,) …] as a field; `lengths` where sequences are padded. */
export const fieldOfArray = (
  name: string,
  per: FieldShape["per"],
  { shape, data }: DenseArray,
  lengths?: readonly number[],
): StoredField | string => {
  if (per === "shared") return { name, per, shape, values: data };
  const [sequences, steps, ...event] = shape;
  if (sequences === undefined) return "a scalar has no axis of sequences";
  if (per === "sequence") return { name, per, shape: shape.slice(1), values: data };
  if (steps === undefined) return `${printShape(shape)} has no axis of time`;
  const given = lengths ?? Array.from({ length: sequences }, () => steps);
  if (given.length !== sequences || given.some((n) => !(n >= 0 && n <= steps))) {
    return `its lengths must be ${sequences} numbers from 0 to ${steps}`;
  }
  return {
    name,
    per,
    shape: event,
    values: unpad(data, steps, volume(event), given),
    lengths: given,
  };
};

/** Leaves out what pads the sequences. */
const unpad = (data: Numbers, steps: number, size: number, lengths: readonly number[]): Numbers => {
  if (lengths.every((length) => length === steps)) return data;
  const total = lengths.reduce((a, b) => a + b, 0) * size;
  const values = data instanceof Uint8Array ? new Uint8Array(total) : new Float32Array(total);
  let at = 0;
  lengths.forEach((length, i) => {
    values.set(data.subarray(i * steps * size, (i * steps + length) * size), at);
    at += length * size;
  });
  return values;
};

const assembleFile = (
  path: string,
  fields: readonly (StoredField | string)[],
): Result<StoredFile> => {
  const reasons = fields.filter((field) => typeof field === "string");
  if (reasons.length > 0) return failure(...reasons.map((why) => malformedFile(path, why)));
  const whole = assemble(fields.filter((field) => typeof field !== "string"));
  return whole.ok ? success({ kind: "whole", all: whole.value }) : whole;
};

/** Arrays by name; one called `lengths` [sequences] says how long padded sequences are. */
const ofArrays = (
  path: string,
  arrays: ReadonlyMap<string, DenseArray>,
  perOf: PerOf,
): Result<StoredFile> => {
  const lengths = arrays.get("lengths");
  return assembleFile(
    path,
    [...arrays]
      .filter(([name]) => name !== "lengths")
      .map(([name, array]) => {
        const field = fieldOfArray(name, perOf(name), array, lengths && [...lengths.data]);
        return typeof field === "string" ? `\`${name}\`: ${field}` : field;
      }),
  );
};

/**
 * Columns "x.0", "x.1", … together are the field `x`, a column of another name is a scalar field, all columns of a
 * file without a header are `x`.
 */
const columnsByField = ({
  header,
  columns,
}: NumberTable): ReadonlyMap<string, readonly number[]> => {
  if (header === undefined) return new Map([["x", Array.from({ length: columns }, (_, i) => i)]]);
  const fields = new Map<string, number[]>();
  header.forEach((column, i) => {
    const name = /^(.+)\.\d+$/u.exec(column)?.[1] ?? column;
    fields.set(name, [...(fields.get(name) ?? []), i]);
  });
  return fields;
};

/** Lines with equal numbers in the column `sequence` are the steps of one sequence; without it there is one. */
const ofTable = (path: string, table: NumberTable, perOf: PerOf): Result<StoredFile> => {
  const { rows, columns, data, header } = table;
  const key = header?.indexOf("sequence") ?? -1;
  const firsts: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const starts =
      row === 0 || (key >= 0 && data[row * columns + key] !== data[(row - 1) * columns + key]);
    if (starts) firsts.push(row);
  }
  const lengths = firsts.map((first, i) => (firsts[i + 1] ?? rows) - first);
  const pick = (from: readonly number[], chosen: readonly number[]): Float32Array =>
    Float32Array.from(from.flatMap((row) => chosen.map((c) => data[row * columns + c] ?? 0)));
  const everyRow = Array.from({ length: rows }, (_, row) => row);
  const fields = [...columnsByField(table)].filter(([name]) => name !== "sequence");
  // Fields by sequence beside fields by step are read from a sequence's first line.
  const stepwise = fields.some(([name]) => perOf(name) === "step");
  return assembleFile(
    path,
    fields.map(([name, chosen]): StoredField => {
      const per = perOf(name);
      const named = header !== undefined && header.includes(name);
      const shape = named ? [] : [chosen.length];
      if (per === "step") return { name, per, shape, values: pick(everyRow, chosen), lengths };
      if (per === "shared")
        return { name, per, shape: [rows, ...shape], values: pick(everyRow, chosen) };
      return { name, per, shape, values: pick(stepwise ? firsts : everyRow, chosen) };
    }),
  );
};

/** Reads a file by its ending: .npy, .npz, .csv, .json, or IDX; each may be gzipped. */
export const readFields = (path: string, perOf: PerOf): Result<StoredFile> => {
  const bytes = readBytes(path);
  if (!bytes.ok) return bytes;
  const plain = path.replace(/\.gz$/u, "");
  const text = (): string => new TextDecoder().decode(bytes.value);
  const single = (array: Result<DenseArray>): Result<StoredFile> =>
    array.ok ? ofArrays(path, new Map([["x", array.value]]), perOf) : array;
  if (extname(plain) === ".npz") {
    const arrays = parseNpz(bytes.value, path);
    return arrays.ok ? ofArrays(path, arrays.value, perOf) : arrays;
  }
  if (extname(plain) === ".npy") return single(parseNpy(bytes.value, path));
  if (extname(plain) === ".csv") {
    const table = parseNumbers(text(), path);
    return table.ok ? ofTable(path, table.value, perOf) : table;
  }
  if (extname(plain) === ".json") return parseJsonFields(text(), path, perOf);
  if (/(\.idx|-ubyte)$/u.test(plain)) return single(parseIdx(bytes.value, path));
  const known = ".npy, .npz, .csv, .json, .idx";
  return failure(malformedFile(path, `\`${basename(plain)}\` has none of the endings ${known}`));
};
