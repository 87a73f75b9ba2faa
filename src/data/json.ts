/** Sequences in JSON: nested lists of numbers, sequences of any length. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import { printShape } from "./array.ts";
import { collect, type Asked, type Collected, type FoundFields } from "./collect.ts";
import { mapSplits, splitEntries, type FieldShape, type Splits } from "./dataset.ts";
import { emptyData, malformedFile, notData } from "./errors.ts";
import { partsOf, type JsonPart } from "./json-splits.ts";
import { parseJson, type JsonValue, type NumberLists } from "./json-lists.ts";
import { givenLengths, unpad } from "./lengths.ts";
import type { StoredField, StoredFile } from "./stored.ts";

/** A list at `depth` that is not as long as the first there. */
interface Uneven {
  readonly depth: number;
  readonly at: number;
}

const firstUneven = ({ lengths }: NumberLists, from: number): Uneven | undefined => {
  for (let depth = from; depth < lengths.length; depth += 1) {
    const level = lengths[depth] ?? [];
    const at = level.findIndex((length) => length !== level[0]);
    if (at >= 0) return { depth, at };
  }
  return undefined;
};

/** In which list of depth 1 a list further down lies. */
const ownerOf = ({ lengths }: NumberLists, { depth, at }: Uneven): number => {
  let index = at;
  for (let level = depth - 1; level >= 1; level -= 1) {
    let owner = 0;
    for (const length of lengths[level] ?? []) {
      if (index < length) break;
      index -= length;
      owner += 1;
    }
    index = owner;
  }
  return index;
};

const shapeFrom = ({ lengths }: NumberLists, depth: number): readonly number[] =>
  lengths.slice(depth).map((level) => level[0] ?? 0);

const describeUneven = (lists: NumberLists, uneven: Uneven): string => {
  const level = lists.lengths[uneven.depth] ?? [];
  const [first, other] = [level[0] ?? 0, level[uneven.at] ?? 0];
  return `sequence ${ownerOf(lists, uneven) + 1}: lists of unequal lengths, ${first} and ${other}`;
};

/** How deep lists are at least. */
const axesOf: Readonly<Record<FieldShape["per"], number>> = { shared: 0, sequence: 1, step: 2 };

const tooFlat = (value: Exclude<JsonValue, { readonly kind: "unfit" }>): string =>
  value.kind === "object"
    ? "an object, not a list of sequences"
    : value.lists.lengths.length === 0
      ? "a single number, not a list of sequences"
      : "sequence 1 is a number, not a list of steps";

/** Lists as a field, or why they are none. */
const fieldOf = (
  name: string,
  per: FieldShape["per"],
  lists: NumberLists,
  padded: readonly number[] | undefined,
): StoredField | string => {
  const [, steps] = lists.lengths;
  const axes = axesOf[per];
  const uneven = firstUneven(lists, axes);
  if (uneven !== undefined) return describeUneven(lists, uneven);
  const { values } = lists;
  const shape = shapeFrom(lists, axes);
  if (per === "shared") return { name, per, shape, values };
  if (per === "sequence" || steps === undefined) return { name, per, shape, values };
  if (padded === undefined) return { name, per, shape, values, lengths: [...steps] };
  const kept = unpad({ values, shape, steps: [...steps] }, padded);
  return typeof kept === "string" ? kept : { name, per, shape, values: kept, lengths: padded };
};

/** A value of a text that is no field: what it is. */
const isLists = (
  value: JsonValue | undefined,
): value is Extract<JsonValue, { readonly kind: "lists" }> => value?.kind === "lists";

const splitOf = (value: JsonValue, path: string, asked: Asked): Result<Collected> => {
  const named =
    value.kind === "object" ? value.entries : new Map<string, JsonValue>([["x", value]]);
  const given = named.get("lengths");
  // Lengths that cannot be read must not turn what pads the sequences into data.
  if (given?.kind === "unfit" && asked.perOf("lengths") === "step") return failure(given.why);
  const lengths =
    isLists(given) && given.lists.lengths.length === 1
      ? givenLengths([...named.keys()], given.lists.values, asked)
      : undefined;
  const found: FoundFields = new Map(
    [...named]
      .filter(([name]) => name !== "lengths" || lengths === undefined)
      .map(([name, entry]): [string, Result<StoredField>] => {
        const about = (reason: string): Result<never> =>
          failure(malformedFile(path, `\`${name}\`: ${reason}`));
        if (entry.kind === "unfit") return [name, failure(entry.why)];
        const per = asked.perOf(name);
        if (isLists(entry) && entry.lists.lengths[0]?.[0] === 0) {
          return [name, failure(emptyData(path, `\`${name}\` has no sequences`))];
        }
        if (entry.kind === "object" || entry.lists.lengths.length < axesOf[per]) {
          return [name, failure(notData(path, `\`${name}\`: ${tooFlat(entry)}`))];
        }
        const field = fieldOf(name, per, entry.lists, lengths);
        return [name, typeof field === "string" ? about(field) : success(field)];
      }),
  );
  return collect(path, found, asked);
};

/** The splits of a file with the fields that all of them have, in one order. */
const joinSplits = (path: string, parts: Splits<Collected>): Result<StoredFile> => {
  const { fields } = parts.train.split;
  for (const [name, { split }] of splitEntries(parts)) {
    const differing =
      fields.find(({ name: wanted, shape }) => {
        const found = split.fields.find((field) => field.name === wanted);
        return found === undefined || printShape(found.shape) !== printShape(shape);
      }) ?? split.fields.find((field) => fields.every((other) => other.name !== field.name));
    if (differing !== undefined) {
      const reason = `train and ${name} differ in the field \`${differing.name}\``;
      return failure(malformedFile(path, reason));
    }
  }
  const order = fields.map(({ name }) => name);
  const splits = mapSplits(parts, ({ split }) => ({
    ...split,
    fields: [...split.fields].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)),
  }));
  const ignored = new Map(splitEntries(parts).flatMap(([, part]) => [...part.ignored]));
  return success({ kind: "split", splits, ignored });
};

/**
 * Either a list of sequences, the field `x`, or an object of such lists by field. An object with the keys `train`
 * and `test`, and perhaps `validation` or `valid`, holds one of them for each split.
 */
export const parseJsonFields = (
  bytes: Uint8Array,
  path: string,
  asked: Asked,
): Result<StoredFile> => {
  const value = parseJson(bytes, path);
  if ("code" in value) return failure(value);
  const parts = hasSplits(value)
    ? partsOf(value.entries, path)
    : success<Partial<Splits<JsonPart>>>({});
  if (!parts.ok) return parts;
  const { train, validation, test } = parts.value;
  if (train === undefined || test === undefined) {
    const all = splitOf(value, path, asked);
    return all.ok
      ? success({ kind: "whole", all: all.value.split, ignored: all.value.ignored })
      : all;
  }
  const read = mapSplits(
    { train, ...(validation === undefined ? {} : { validation }), test },
    (part) => splitOf(part.value, `${path} (${part.key})`, asked),
  );
  const wrong = splitEntries(read).flatMap(([, part]) => (part.ok ? [] : part.diagnostics));
  if (wrong.length > 0) return failure(...wrong);
  const joined = joinSplits(
    path,
    mapSplits(read, (part) => {
      invariant(part.ok, "a split failed");
      return part.value;
    }),
  );
  return joined.ok ? success(joined.value, parts.warnings) : joined;
};

const hasSplits = (value: JsonValue): value is Extract<JsonValue, { readonly kind: "object" }> =>
  value.kind === "object" && value.entries.has("train") && value.entries.has("test");
