/** A `--config` file: JSON by the paths of `--set`, nested or with dots, as overrides with their places in the file. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Name } from "../language/ast.ts";
import { parseSetting, type SettingOverride } from "../language/settings.ts";
import { listGiven, setTwice } from "./errors.ts";

/** A value that is no object, as the text has it. */
interface Leaf {
  readonly path: readonly Name[];
  readonly raw: string;
  readonly start: number;
}

/** The overrides of a text that `JSON.parse` takes and whose value is an object. */
export const readConfigFile = (text: string, file: string): Result<readonly SettingOverride[]> => {
  const diagnostics: Diagnostic[] = [];
  const settings: SettingOverride[] = [];
  const earlier = new Map<string, Span>();
  for (const leaf of leavesOf(text, file)) {
    const setting = settingOf(leaf, file);
    if (!setting.ok) {
      diagnostics.push(...setting.diagnostics);
      continue;
    }
    const name = setting.value.path.map((one) => one.text).join(".");
    const { span } = setting.value.value;
    const part = [...earlier.keys()].find((other) => other.startsWith(`${name}.`));
    const first = earlier.get(part ?? name);
    if (first !== undefined) diagnostics.push(setTwice(name, span, first));
    earlier.set(name, span);
    settings.push(setting.value);
  }
  return diagnostics.length > 0 ? failure(...diagnostics) : success(settings);
};

/** Leaves in the order of the text. */
const leavesOf = (text: string, file: string): readonly Leaf[] => {
  const leaves: Leaf[] = [];
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  };
  const skip = (): string => take(/[\s,:]*/uy);
  const value = (path: readonly Name[]): void => {
    skip();
    const start = at;
    if (text[at] === "{") {
      at += 1;
      for (skip(); at < text.length && text[at] !== "}"; skip()) {
        const begin = at;
        const key = JSON.parse(take(string)) as string;
        const span = { file, start: begin, end: at };
        value([...path, ...key.split(".").map((word) => ({ text: word.trim(), span }))]);
      }
      at += 1;
      return;
    }
    if (text[at] === "[") {
      // Lists hold nothing that could be set; their text is only skipped.
      for (let depth = 0; at < text.length;) {
        const token = text[at] === '"' ? take(string) : (text[at++] ?? "");
        depth += token === "[" ? 1 : token === "]" ? -1 : 0;
        if (depth === 0) break;
      }
    } else if (text[at] === '"') take(string);
    else take(/[^\s,\]}]*/uy);
    leaves.push({ path, raw: text.slice(start, at), start });
  };
  value([]);
  return leaves;
};

const string = /"(?:[^"\\]|\\.)*"/uy;

const words: ReadonlyMap<string, string> = new Map([
  ["true", "yes"],
  ["false", "no"],
  ["null", "no"],
]);

/**
 * A leaf as an override. It is parsed at its place behind as many spaces as it takes, so that all spans within the value are
 * those of the file; keys and quotes before it leave room for its path.
 */
const settingOf = ({ path, raw, start }: Leaf, file: string): Result<SettingOverride> => {
  const span = { file, start, end: start + raw.length };
  if (raw.startsWith("[")) return failure(listGiven(path, span));
  const quoted = raw.startsWith('"');
  const written = quoted
    ? (JSON.parse(raw) as string)
    : (words.get(raw) ?? raw.replace(/e\+/iu, "e"));
  const before = `${path.map((one) => one.text).join(".")}=`;
  const parsed = parseSetting(before.padStart(start + (quoted ? 1 : 0)) + written, file);
  if (!parsed.ok) {
    return failure(...parsed.diagnostics.map((one) => withinFile(one, span)));
  }
  const names = parsed.value.path.map((name, i) => ({
    ...name,
    span: path[i]?.span ?? name.span,
  }));
  return success({ path: names, value: parsed.value.value });
};

/** What a parser says of text that only looks like the file's is about the value. */
const withinFile = (
  { code, severity, message, primary, notes, help }: Diagnostic,
  span: Span,
): Diagnostic => ({
  code,
  severity,
  message,
  primary: { span, text: primary?.text ?? "" },
  secondary: [],
  notes,
  help,
});
