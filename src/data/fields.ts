/** Files of named fields: .npz keys, JSON keys, CSV columns become fields of sequences. */
import { basename, extname } from "node:path";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { printShape, type DenseArray } from "./array.ts";
import { collect, isAsked, type Asked, type FoundFields } from "./collect.ts";
import { parseTable } from "./csv.ts";
import type { FieldShape } from "./dataset.ts";
import { badArgument, malformedFile, notData } from "./errors.ts";
import { readBytes, readText } from "./files.ts";
import { declaredIdxBytes, parseIdx } from "./idx.ts";
import { parseJsonFields } from "./json.ts";
import { givenLengths, unpad } from "./lengths.ts";
import { declaredNpyBytes, parseNpy, parseNpz } from "./npy.ts";
import type { StoredField, StoredFile } from "./stored.ts";
import { fieldsOfTable } from "./table-fields.ts";

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
  const all = Array.from({ length: sequences }, () => steps);
  const values = unpad({ values: data, shape: event, steps: all }, lengths ?? all);
  return typeof values === "string"
    ? values
    : { name, per, shape: event, values, lengths: lengths ?? all };
};

const collectFile = (path: string, found: FoundFields, asked: Asked): Result<StoredFile> => {
  const collected = collect(path, found, asked);
  return collected.ok
    ? success({
        kind: "whole",
        all: collected.value.split,
        ignored: collected.value.ignored,
      })
    : collected;
};

/** Arrays by name; one called `lengths` [sequences] says how long padded sequences are. */
const ofArrays = (
  path: string,
  arrays: ReadonlyMap<string, Result<DenseArray> | "unread">,
  asked: Asked,
): Result<StoredFile> => {
  const given = arrays.get("lengths");
  // Lengths that cannot be read must not turn what pads the sequences into data.
  if (given !== undefined && given !== "unread" && !given.ok && asked.perOf("lengths") === "step") {
    return given;
  }
  const lengths =
    given !== undefined && given !== "unread" && given.ok && given.value.shape.length === 1
      ? givenLengths([...arrays.keys()], given.value.data, asked)
      : undefined;
  const found: FoundFields = new Map(
    [...arrays]
      .filter(([name]) => name !== "lengths" || lengths === undefined)
      .map(([name, array]): [string, Result<StoredField> | "unread"] => {
        if (array === "unread" || !array.ok) return [name, array];
        const per = asked.perOf(name);
        const field = fieldOfArray(name, per, array.value, lengths);
        if (typeof field !== "string") return [name, success(field)];
        const isOther = array.value.shape.length < { shared: 0, sequence: 1, step: 2 }[per];
        return [name, failure((isOther ? notData : malformedFile)(path, `\`${name}\`: ${field}`))];
      }),
  );
  return collectFile(path, found, asked);
};

/** How a file is read: what is wanted of it, and whether its first line names its columns. */
export interface ReadOptions extends Asked {
  readonly header: boolean | null;
}

type Reader = (path: string, options: ReadOptions) => Result<StoredFile>;

const single =
  (
    parse: (bytes: Uint8Array, path: string) => Result<DenseArray>,
    declared: (head: Uint8Array) => number | undefined,
  ): Reader =>
  (path, asked) => {
    const bytes = readBytes(path, declared);
    if (!bytes.ok) return bytes;
    const array = parse(bytes.value, path);
    return array.ok ? ofArrays(path, new Map([["x", array]]), asked) : array;
  };

const readNpz: Reader = (path, asked) => {
  const bytes = readBytes(path);
  if (!bytes.ok) return bytes;
  const isWanted = (key: string): boolean => key === "lengths" || isAsked(asked, key);
  const arrays = parseNpz(bytes.value, path, isWanted);
  return arrays.ok ? ofArrays(path, arrays.value, asked) : arrays;
};

const readCsv: Reader = (path, options) => {
  const text = readText(path);
  if (!text.ok) return text;
  const table = parseTable(text.value, path, options.header);
  if (!table.ok) return table;
  const found = fieldsOfTable(table.value, path, options);
  if (!found.ok) return found;
  const file = collectFile(path, found.value, options);
  return file.ok ? success(file.value, [...table.warnings, ...found.warnings]) : file;
};

const readJson: Reader = (path, asked) => {
  const text = readText(path);
  return text.ok ? parseJsonFields(text.value, path, asked) : text;
};

const readers: Readonly<Record<string, Reader>> = {
  ".npy": single(parseNpy, declaredNpyBytes),
  ".npz": readNpz,
  ".csv": readCsv,
  ".tsv": readCsv,
  ".json": readJson,
  ".idx": single(parseIdx, declaredIdxBytes),
};

/** Reads a file by its ending; each may be gzipped. */
export const readFields = (path: string, options: ReadOptions): Result<StoredFile> => {
  const plain = path.replace(/\.gz$/u, "");
  const ending = plain.endsWith("-ubyte") ? ".idx" : extname(plain);
  const read = Object.hasOwn(readers, ending) ? readers[ending] : undefined;
  if (read === undefined) {
    const known = Object.keys(readers).join(", ");
    return failure(malformedFile(path, `\`${basename(plain)}\` has none of the endings ${known}`));
  }
  if (options.header !== null && read !== readCsv) {
    const expected = "left out: only tables of text have a line of names";
    return failure(badArgument("sequences", "header", expected, `${options.header}`));
  }
  return read(path, options);
};
