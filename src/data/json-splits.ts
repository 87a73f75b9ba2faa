/** The parts of a JSON object that are splits. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import type { Split, Splits } from "./dataset.ts";
import { malformedFile, noSplit } from "./errors.ts";
import type { JsonValue } from "./json-lists.ts";

const splitOfKey: ReadonlyMap<string, Split> = new Map([
  ["train", "train"],
  ["validation", "validation"],
  ["valid", "validation"],
  ["test", "test"],
]);

/** A part of an object and the key that it has in the file. */
export interface JsonPart {
  readonly key: string;
  readonly value: JsonValue;
}

/** The splits of an object, each at most once; warnings name what else there is. */
export const partsOf = (
  entries: ReadonlyMap<string, JsonValue>,
  path: string,
): Result<Partial<Splits<JsonPart>>> => {
  const parts = new Map<Split, JsonPart>();
  const others: string[] = [];
  for (const [key, value] of entries) {
    const split = splitOfKey.get(key);
    const first = split === undefined ? undefined : parts.get(split);
    if (first !== undefined) {
      return failure(malformedFile(path, `it has both \`${first.key}\` and \`${key}\``));
    }
    if (split === undefined) others.push(key);
    else parts.set(split, { key, value });
  }
  const warnings = others.length === 0 ? [] : [noSplit(path, others)];
  return success(Object.fromEntries(parts), warnings);
};
