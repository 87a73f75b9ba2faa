/** Fields as a file holds them, brought together into sequences. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { emptyData, malformedFile } from "./errors.ts";
import { assemble, type PerOf, type StoredField, type StoredSplit } from "./stored.ts";

/** What is wanted of a file. */
export interface Asked {
  readonly perOf: PerOf;
  /** The fields that the model declares; without them every field of the file is wanted. */
  readonly fields?: readonly string[];
}

/** Whether a field is to be read at all. */
export const isAsked = ({ fields }: Asked, name: string): boolean =>
  fields === undefined || fields.includes(name);

/** By name: a field, why it is none, or that nobody asked for it. */
export type FoundFields = ReadonlyMap<string, Result<StoredField> | "unread">;

/** Sequences, and what of the file is not among their fields, each with the reasons. */
export interface Collected {
  readonly split: StoredSplit;
  readonly ignored: ReadonlyMap<string, readonly Diagnostic[]>;
}

/**
 * The fields that are asked for must all be readable and have the same sequences. Of the others those stay that fit
 * them.
 */
export const collect = (path: string, found: FoundFields, asked: Asked): Result<Collected> => {
  const ignored = new Map<string, readonly Diagnostic[]>();
  const usable: StoredField[] = [];
  for (const [name, field] of found) {
    if (field === "unread") ignored.set(name, []);
    else if (field.ok) usable.push(field.value);
    else ignored.set(name, field.diagnostics);
  }
  // Where nobody said what is wanted, only what never was data is left out.
  const wrong = [...ignored].flatMap(([name, reasons]) =>
    asked.fields === undefined
      ? reasons.filter(({ code }) => code !== "E0618")
      : asked.fields.includes(name)
        ? reasons
        : [],
  );
  if (wrong.length > 0) return failure(...wrong);
  if (usable.length === 0) {
    const reasons = [...ignored.values()].flat();
    return failure(...(reasons.length > 0 ? reasons : [malformedFile(path, "it has no fields")]));
  }
  const wanted = usable.filter(({ name }) => isAsked(asked, name));
  const [base, others] =
    wanted.length > 0 ? [wanted, usable.filter((field) => !wanted.includes(field))] : [usable, []];
  const fields = [...base];
  for (const other of others) {
    const fits = assemble([...base, other]);
    if (fits.ok) fields.push(other);
    else ignored.set(other.name, fits.diagnostics);
  }
  const split = assemble(fields);
  if (!split.ok) return split;
  const empty = emptiness(split.value);
  return empty === undefined
    ? success({ split: split.value, ignored })
    : failure(emptyData(path, empty));
};

const emptiness = ({ count, starts, fields }: StoredSplit): string | undefined => {
  if (count === 0) return "it has no sequences";
  const at = starts?.findIndex((start, i) => i > 0 && start === starts[i - 1]) ?? -1;
  if (at > 0) return `sequence ${at} has no steps`;
  const hollow = fields.find(({ shape }) => shape.includes(0));
  return hollow === undefined
    ? undefined
    : `\`${hollow.name}\` has the shape [${hollow.shape.join(", ")}]`;
};
