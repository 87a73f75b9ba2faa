/** Sequences in JSON: nested lists of numbers, sequences of any length. */
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import { printShape } from "./array.ts";
import { splitEntries, type FieldShape } from "./dataset.ts";
import { malformedFile } from "./errors.ts";
import {
  assemble,
  type PerOf,
  type StoredField,
  type StoredFile,
  type StoredSplit,
} from "./stored.ts";

/** A nested list all of whose lists of one depth are equally long, or why it is none. */
type Flat = { readonly shape: readonly number[]; readonly values: readonly number[] } | string;

const flatten = (value: unknown): Flat => {
  if (typeof value === "number") return { shape: [], values: [value] };
  if (typeof value === "boolean") return { shape: [], values: [Number(value)] };
  if (!Array.isArray(value)) return `${JSON.stringify(value).slice(0, 40)} is no number or list`;
  const values: number[] = [];
  let shape: readonly number[] | undefined;
  for (const item of value) {
    const flat = flatten(item);
    if (typeof flat === "string") return flat;
    shape ??= flat.shape;
    if (printShape(shape) !== printShape(flat.shape)) {
      return `lists of unequal shapes, ${printShape(shape)} and ${printShape(flat.shape)}`;
    }
    for (const number of flat.values) values.push(number);
  }
  return { shape: [value.length, ...(shape ?? [])], values };
};

const fieldOf = (name: string, per: FieldShape["per"], value: unknown): StoredField | string => {
  const about = (reason: string): string => `\`${name}\`: ${reason}`;
  if (!Array.isArray(value) || value.length === 0) return about("expected a list of sequences");
  if (per !== "step") {
    const flat = flatten(value);
    if (typeof flat === "string") return about(flat);
    const shape = per === "shared" ? flat.shape : flat.shape.slice(1);
    return { name, per, shape, values: Float32Array.from(flat.values) };
  }
  const values: number[] = [];
  const lengths: number[] = [];
  let shape: readonly number[] | undefined;
  for (const [i, sequence] of value.entries()) {
    const flat = flatten(sequence);
    if (typeof flat === "string") return about(`sequence ${i}: ${flat}`);
    const [steps, ...event] = flat.shape;
    if (steps === undefined) return about(`sequence ${i} is a number, not a list of steps`);
    if (steps > 0) {
      shape ??= event;
      if (printShape(shape) !== printShape(event)) {
        const other = `${printShape(event)}, those before ${printShape(shape)}`;
        return about(`sequence ${i} has steps of shape ${other}`);
      }
    }
    for (const number of flat.values) values.push(number);
    lengths.push(steps);
  }
  return { name, per, shape: shape ?? [], values: Float32Array.from(values), lengths };
};

/** Whether a value is an object with keys. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const splitOf = (value: unknown, path: string, perOf: PerOf): Result<StoredSplit> => {
  const named = isObject(value) ? Object.entries(value) : [["x", value] as const];
  const fields = named.map(([name, field]) => fieldOf(name, perOf(name), field));
  const reasons = fields.filter((field) => typeof field === "string");
  return reasons.length > 0
    ? failure(...reasons.map((reason) => malformedFile(path, reason)))
    : assemble(fields.filter((field) => typeof field !== "string"));
};

/** The value of a text, or why it has none. */
export const parseJson = (text: string, path: string): Result<unknown> => {
  try {
    return success(JSON.parse(text) as unknown);
  } catch (error) {
    return failure(malformedFile(path, error instanceof Error ? error.message : String(error)));
  }
};

/**
 * Either a list of sequences, the field `x`, or an object of such lists by field. An object with the keys `train`
 * and `test`, and perhaps `validation` or `valid`, holds one of them for each split.
 */
export const parseJsonFields = (text: string, path: string, perOf: PerOf): Result<StoredFile> => {
  const parsed = parseJson(text, path);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  if (!isObject(value) || value["train"] === undefined || value["test"] === undefined) {
    const all = splitOf(value, path, perOf);
    return all.ok ? success({ kind: "whole", all: all.value }) : all;
  }
  const train = splitOf(value["train"], path, perOf);
  if (!train.ok) return train;
  const test = splitOf(value["test"], path, perOf);
  if (!test.ok) return test;
  const given = value["validation"] ?? value["valid"];
  const validation = given === undefined ? undefined : splitOf(given, path, perOf);
  if (validation !== undefined && !validation.ok) return validation;
  const splits = {
    train: train.value,
    ...(validation === undefined ? {} : { validation: validation.value }),
    test: test.value,
  };
  const differing = splitEntries(splits).flatMap(([split, { fields }]) => {
    const field = train.value.fields.find((one, i) => {
      const other = fields[i];
      return other?.name !== one.name || printShape(other.shape) !== printShape(one.shape);
    });
    return field === undefined ? [] : `train and ${split} differ in the field \`${field.name}\``;
  });
  return differing.length === 0
    ? success({ kind: "split", splits })
    : failure(...differing.map((why) => malformedFile(path, why)));
};
