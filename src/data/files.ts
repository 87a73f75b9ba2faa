/** Finding and reading data files. */
import { isUtf8 } from "node:buffer";
import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { foreignEncoding } from "../diagnostics/encoding.ts";
import { expansionLimit, gunzip, gunzipHead } from "../files/inflate.ts";
import { largestFile, readWholeFile } from "../files/read.ts";
import type { DataContext } from "./context.ts";
import { beyondLimit, cannotOpen, fileNotFound, foreignText, malformedFile } from "./errors.ts";

const howToPoint = (context: DataContext): readonly string[] =>
  context.dataDirectory === undefined
    ? ["name the folder of the data files with --data-dir or the variable GTMC_DATA"]
    : [];

/** The first place that has the file; beside each name, the same name with `.gz`. */
const firstExisting = (places: readonly string[]): string | undefined =>
  places.flatMap((place) => [place, `${place}.gz`]).find((place) => existsSync(place));

/**
 * A path of the user's, looked up beside the model file and then in the data directory and its folder `folder`, with
 * and without `.gz`. `help` is said when it is nowhere.
 */
export const locate = (
  path: string,
  context: DataContext,
  { folder, help = [] }: { readonly folder?: string; readonly help?: readonly string[] } = {},
): Result<string> => {
  const { dataDirectory } = context;
  const inData = (...parts: string[]): readonly string[] =>
    dataDirectory === undefined ? [] : [join(dataDirectory, ...parts)];
  const places = isAbsolute(path)
    ? [path]
    : [
        resolve(context.baseDirectory, path),
        ...inData(path),
        ...(folder === undefined ? [] : inData(folder, path)),
      ];
  const found = firstExisting(places);
  return found === undefined
    ? failure(fileNotFound(`\`${path}\``, places, [...help, ...howToPoint(context)]))
    : success(found);
};

/** A file of the data directory, if it is there. */
export const inDataDirectory = (path: string, context: DataContext): string | undefined =>
  context.dataDirectory === undefined
    ? undefined
    : firstExisting([join(context.dataDirectory, path)]);

/** A file that only the data directory can hold. */
export const requireInDataDirectory = (
  path: string,
  what: string,
  context: DataContext,
): Result<string> => {
  const found = inDataDirectory(path, context);
  if (found !== undefined) return success(found);
  const looked = context.dataDirectory === undefined ? [] : [join(context.dataDirectory, path)];
  return failure(fileNotFound(what, looked, howToPoint(context)));
};

/** How long an expanded file says that it is, by its first bytes; `undefined` where they are not of its format. */
type Declared = (head: Uint8Array) => number | undefined;

/** Expands a text, which does not say how long it is. */
const expandText = (path: string, bytes: Uint8Array): Result<Uint8Array> => {
  const limit = expansionLimit(bytes.length);
  const expanded = gunzip(bytes, limit);
  if (expanded.kind === "whole") return success(expanded.bytes);
  if (expanded.kind === "damaged") return failure(damagedGzip(path));
  const reason = `its ${bytes.length} bytes expand to more than ${limit}`;
  return failure(beyondLimit(path, reason, ["expand it with gunzip if this is meant"]));
};

const damagedGzip = (path: string): Diagnostic => malformedFile(path, "it is no whole gzip file");

/** Expands a file as far as its header says that it goes; without a header no further than that. */
const expandDeclared = (
  path: string,
  bytes: Uint8Array,
  declared: Declared,
): Result<Uint8Array> => {
  const head = gunzipHead(bytes);
  const promised = declared(head);
  if (promised === undefined) return success(head);
  if (promised > largestFile) {
    const reason = `its header promises ${promised} bytes; at most ${largestFile} are read`;
    return failure(beyondLimit(path, reason));
  }
  const expanded = gunzip(bytes, promised);
  if (expanded.kind === "whole") return success(expanded.bytes);
  if (expanded.kind === "damaged") return failure(damagedGzip(path));
  const reason = `it goes on after the ${promised} bytes that its header promises`;
  return failure(malformedFile(path, reason));
};

/** The bytes of a file, expanded where it is gzipped; `declared` where the format has a header that says how far. */
export const readBytes = (path: string, declared?: Declared): Result<Uint8Array> => {
  const file = readWholeFile(path);
  if (!file.ok) {
    return failure(file.tooLarge ? beyondLimit(path, file.reason) : cannotOpen(path, file.reason));
  }
  const { bytes } = file;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return success(bytes);
  return declared === undefined ? expandText(path, bytes) : expandDeclared(path, bytes, declared);
};

/** The bytes of a text without its byte order mark; it must be UTF-8. */
export const readText = (path: string): Result<Uint8Array> => {
  const read = readBytes(path);
  if (!read.ok) return read;
  const bytes = read.value;
  if (isUtf8(bytes) && !bytes.includes(0)) {
    const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    return success(marked ? bytes.subarray(3) : bytes);
  }
  const at = firstForeign(bytes);
  const from = at < window ? 0 : at - (at % 4);
  const encoding = foreignEncoding(new TextDecoder().decode(bytes.subarray(from, at + window)));
  return failure(
    encoding === undefined
      ? malformedFile(path, "it is no text: it holds null bytes")
      : foreignText(path, encoding.name, lineAt(bytes, at)),
  );
};

/** So many bytes tell an encoding. */
const window = 400;

const isContinuation = (byte: number | undefined): boolean =>
  byte !== undefined && (byte & 0xc0) === 0x80;

/** The first null, or the first byte of what is not UTF-8. */
const firstForeign = (bytes: Uint8Array): number => {
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    const whole = Array.from({ length: length - 1 }, (_, i) => bytes[at + 1 + i]);
    if (byte === 0 || (byte >= 0x80 && length === 1) || !whole.every(isContinuation)) return at;
    at += length;
  }
  return bytes.length;
};

/** The line of a byte, from 1; lines end with LF, CR or both. */
export const lineAt = (bytes: Uint8Array, at: number): number => {
  let line = 1;
  for (let i = 0; i < at; i += 1) {
    if (bytes[i] === 0x0a || (bytes[i] === 0x0d && bytes[i + 1] !== 0x0a)) line += 1;
  }
  return line;
};
