/** Nested lists of numbers from JSON: numbers go into typed memory as they come, lists become their lengths. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { cannotHold, malformedFile, missingValue, notData } from "./errors.ts";
import { lineAt } from "./files.ts";
import { growingCounts, growingFloats, type Growing } from "./growing.ts";
import { holdDecimal } from "./held.ts";
import { readJson, type JsonReader } from "./json-events.ts";

/** Lists in lists, all numbers at one depth. */
export interface NumberLists {
  readonly values: Float32Array;
  /** By depth, the lengths of all lists there: first the outermost, one; last those that hold the numbers. */
  readonly lengths: readonly Int32Array[];
}

export type JsonValue =
  | { readonly kind: "lists"; readonly lists: NumberLists }
  | { readonly kind: "object"; readonly entries: ReadonlyMap<string, JsonValue> }
  /** A whole value, but none that a model can take. */
  | { readonly kind: "unfit"; readonly why: Diagnostic };

interface Document {
  readonly bytes: Uint8Array;
  /** For messages. */
  readonly path: string;
}

const unfit = (why: Diagnostic): JsonValue => ({ kind: "unfit", why });

/** A text among numbers is a fault, texts alone are something else than data. */
const notNumber = (path: string, place: string, image: string, seenNumbers: boolean): Diagnostic =>
  (seenNumbers ? malformedFile : notData)(path, `${place}: ${image.slice(0, 40)} is not a number`);

/** A scalar as a number, or why it is none. */
const numberOf = (
  image: string,
  at: number,
  { bytes, path }: Document,
  seenNumbers: boolean,
): number | Diagnostic => {
  if (image === "true") return 1;
  if (image === "false") return 0;
  const line = (): string => `line ${lineAt(bytes, at)}`;
  if (image === "null" || image.endsWith("NaN")) return missingValue(path, line(), image);
  if (image.endsWith("Infinity")) return Number(image);
  if (image.startsWith('"')) {
    return notNumber(path, line(), image, seenNumbers);
  }
  const held = holdDecimal(image);
  return typeof held === "number" ? held : cannotHold(path, line(), image, held === "rounded");
};

/** Collects one list with all that is in it. */
class Lists {
  private depth = 0;
  private deepest = 0;
  /** In how many lists numbers are; undefined before the first. */
  private numberDepth: number | undefined;
  private readonly counts: number[] = [];
  private readonly lengths: Growing<Int32Array>[] = [];
  private readonly values = growingFloats();
  private fault: Diagnostic | undefined;

  private readonly document: Document;

  public constructor(document: Document) {
    this.document = document;
  }

  public open(at: number): void {
    const tooDeep = this.numberDepth !== undefined && this.depth >= this.numberDepth;
    if (tooDeep) this.mixed(at);
    this.count();
    this.depth += 1;
    this.deepest = Math.max(this.deepest, this.depth);
    this.counts[this.depth - 1] = 0;
    if (this.lengths.length < this.depth) this.lengths.push(growingCounts());
  }

  /** Lists of one depth end in the order in which they begin. */
  public close(): void {
    this.depth -= 1;
    this.lengths[this.depth]?.push(this.counts[this.depth] ?? 0);
  }

  public scalar(image: string, at: number): void {
    this.count();
    if (this.fault !== undefined) return;
    const value = numberOf(image, at, this.document, this.numberDepth !== undefined);
    if (typeof value !== "number") {
      this.fault = value;
      return;
    }
    this.numberDepth ??= this.depth;
    if (this.numberDepth !== this.depth || this.deepest > this.depth) this.mixed(at);
    this.values.push(value);
  }

  /** An object where a number belongs. */
  public object(at: number): void {
    const { bytes, path } = this.document;
    this.fault ??= notData(path, `line ${lineAt(bytes, at)}: an object in a list of numbers`, [
      'write one list for each field: {"x": [...], "y": [...]}',
    ]);
  }

  public get isOpen(): boolean {
    return this.depth > 0;
  }

  public whole(): JsonValue {
    if (this.fault !== undefined) return unfit(this.fault);
    const lengths = this.lengths.map((level) => level.whole());
    return { kind: "lists", lists: { values: this.values.whole(), lengths } };
  }

  private count(): void {
    if (this.depth > 0) this.counts[this.depth - 1] = (this.counts[this.depth - 1] ?? 0) + 1;
  }

  private mixed(at: number): void {
    const { bytes, path } = this.document;
    this.fault ??= malformedFile(
      path,
      `line ${lineAt(bytes, at)}: lists are nested to unequal depths`,
    );
  }
}

/** Builds the value of a text: objects, and in them lists of numbers. */
const builder = (
  document: Document,
): JsonReader & { readonly result: () => JsonValue | undefined } => {
  const { bytes, path } = document;
  const objects: { readonly entries: Map<string, JsonValue>; key: string }[] = [];
  let lists: Lists | undefined;
  let result: JsonValue | undefined;
  const finish = (value: JsonValue): void => {
    const object = objects.at(-1);
    if (object === undefined) result = value;
    else object.entries.set(object.key, value);
  };
  return {
    open: (container, at) => {
      if (container === "list") {
        lists ??= new Lists(document);
        lists.open(at);
      } else if (lists === undefined) objects.push({ entries: new Map(), key: "" });
      else lists.object(at);
    },
    close: (container) => {
      if (container === "list") {
        lists?.close();
        if (lists === undefined || lists.isOpen) return;
        const value = lists.whole();
        lists = undefined;
        finish(value);
      } else if (lists === undefined) {
        const entries = objects.pop()?.entries ?? new Map<string, JsonValue>();
        finish({ kind: "object", entries });
      }
    },
    key: (name, at) => {
      const object = objects.at(-1);
      if (lists !== undefined || object === undefined) return undefined;
      object.key = name;
      return object.entries.has(name)
        ? malformedFile(path, `line ${lineAt(bytes, at)}: a second ${JSON.stringify(name)}`)
        : undefined;
    },
    scalar: (image, at) => {
      if (lists !== undefined) {
        lists.scalar(image, at);
        return;
      }
      const value = numberOf(image, at, document, false);
      if (typeof value !== "number") finish(unfit(value));
      else finish({ kind: "lists", lists: { values: Float32Array.of(value), lengths: [] } });
    },
    result: () => result,
  };
};

/** The value of a text, or why it has none. `path` is for messages. */
export const parseJson = (bytes: Uint8Array, path: string): JsonValue | Diagnostic => {
  const reader = builder({ bytes, path });
  const refused = readJson(bytes, path, reader);
  return refused ?? reader.result() ?? malformedFile(path, "it is no JSON: it holds no value");
};
