/** JSON as a stream of events, read from its bytes with a stack of its own: a deep text costs no call stack. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { beyondLimit, malformedFile } from "./errors.ts";
import { lineAt } from "./files.ts";

/** The receiver of what is read; each function may return why the file is refused. `at` is an offset. */
export interface JsonReader {
  open(container: "list" | "object", at: number): void;
  close(container: "list" | "object"): void;
  key(name: string, at: number): Diagnostic | undefined;
  /** A text with its quotes, a number, true, false, null, and NaN and Infinity as Python writes them. */
  scalar(image: string, at: number): void;
}

const deepest = 64;
const longestWord = 1000;
const scalarForm =
  /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|-?NaN|-?Infinity)$/u;
const code = (character: string): number => character.charCodeAt(0);
const quote = code('"');
const backslash = code("\\");
const closers: ReadonlyMap<number, "list" | "object"> = new Map([
  [code("]"), "list"],
  [code("}"), "object"],
]);
const openers: ReadonlyMap<number, "list" | "object"> = new Map([
  [code("["), "list"],
  [code("{"), "object"],
]);

const isWhite = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Letters, digits, signs and points. */
const isWordByte = (byte = 0): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x2b ||
  byte === 0x2d ||
  byte === 0x2e;

/** Where the text that begins at `from` ends. */
const textEnd = (bytes: Uint8Array, from: number): number | undefined => {
  for (let at = from + 1; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === backslash) at += 1;
  }
  return undefined;
};

const wordEnd = (bytes: Uint8Array, from: number): number => {
  let at = from;
  while (at < bytes.length && isWordByte(bytes[at])) at += 1;
  return at;
};

type Expected = "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end" | "end";

/** Reads a whole text; returns why it is none. `path` is for messages. */
export const readJson = (
  bytes: Uint8Array,
  path: string,
  reader: JsonReader,
): Diagnostic | undefined => {
  const containers: ("list" | "object")[] = [];
  const decoder = new TextDecoder();
  let expected: Expected = "value";
  let at = 0;

  const wrong = (reason: string): Diagnostic =>
    malformedFile(path, `it is no JSON: line ${lineAt(bytes, at)}: ${reason}`);
  const afterValue = (): Expected => (containers.length === 0 ? "end" : "comma or end");

  /** A container that begins or ends here. */
  const bracket = (byte: number): Diagnostic | "taken" | undefined => {
    const opened = openers.get(byte);
    if (opened !== undefined && expected.startsWith("value")) {
      if (containers.length === deepest) {
        const reason = `line ${lineAt(bytes, at)}: it is nested deeper than ${deepest}`;
        return beyondLimit(path, reason);
      }
      containers.push(opened);
      reader.open(opened, at);
      expected = opened === "list" ? "value or end" : "key or end";
      at += 1;
      return "taken";
    }
    const closed = closers.get(byte);
    if (closed === undefined || !expected.endsWith("or end")) return undefined;
    if (containers.pop() !== closed) return wrong(`a ${closed} ends that did not begin`);
    reader.close(closed);
    expected = afterValue();
    at += 1;
    return "taken";
  };

  const punctuation = (byte: number): boolean => {
    if (expected === "comma or end" && byte === code(",")) {
      expected = containers.at(-1) === "list" ? "value" : "key";
    } else if (expected === "colon" && byte === code(":")) expected = "value";
    else return false;
    at += 1;
    return true;
  };

  const quoted = (): Diagnostic | undefined => {
    const end = textEnd(bytes, at);
    if (end === undefined) return wrong("a text is not closed");
    const image = decoder.decode(bytes.subarray(at, end));
    if (expected.startsWith("value")) {
      reader.scalar(image, at);
      expected = afterValue();
    } else {
      const refused = reader.key(unquote(image), at);
      if (refused !== undefined) return refused;
      expected = "colon";
    }
    at = end;
    return undefined;
  };

  const word = (): Diagnostic | undefined => {
    const end = wordEnd(bytes, at);
    const image = decoder.decode(bytes.subarray(at, Math.min(end, at + longestWord)));
    if (end - at > longestWord || !scalarForm.test(image)) {
      return wrong(`\`${image.slice(0, 40)}\` is no value`);
    }
    reader.scalar(image, at);
    expected = afterValue();
    at = end;
    return undefined;
  };

  const step = (byte: number): Diagnostic | undefined => {
    const taken = bracket(byte);
    if (taken === "taken") return undefined;
    if (taken !== undefined) return taken;
    if (punctuation(byte)) return undefined;
    if (byte === quote && /^(?:value|key)/u.test(expected)) return quoted();
    if (expected.startsWith("value") && isWordByte(byte)) return word();
    const found = decoder.decode(bytes.subarray(at, at + 20)).split(/\s/u)[0] ?? "";
    return wrong(`found \`${found}\`, expected ${wanted[expected]}`);
  };

  const ended = (): boolean => expected === "end";
  for (;;) {
    while (isWhite(bytes[at])) at += 1;
    const byte = bytes[at];
    if (byte === undefined) break;
    const refused = step(byte);
    if (refused !== undefined) return refused;
  }
  return ended() ? undefined : wrong("the file ends too early");
};

const wanted: Readonly<Record<Expected, string>> = {
  value: "a value",
  "value or end": "a value or `]`",
  key: "a name in quotes",
  "key or end": "a name in quotes or `}`",
  colon: "`:`",
  "comma or end": "`,` or the end of the list or object",
  end: "nothing more",
};

/** The characters of a text in quotes; where its escapes are wrong, as it stands. */
const unquote = (image: string): string => {
  try {
    return String(JSON.parse(image));
  } catch {
    return image.slice(1, -1);
  }
};
