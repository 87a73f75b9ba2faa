/** Finding and reading data files. */
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import type { DataContext } from "./context.ts";
import { fileNotFound, malformedFile } from "./errors.ts";

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

/** The bytes of a file, decompressed where it is gzipped. */
export const readBytes = (path: string): Result<Uint8Array> => {
  try {
    const bytes = readFileSync(path);
    return success(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes);
  } catch (error) {
    return failure(malformedFile(path, error instanceof Error ? error.message : String(error)));
  }
};
