import type { IToken } from "chevrotain";
import * as T from "./tokens.ts";

const openers: ReadonlySet<string> = new Set(["(", "[", "{"]);
const closers: ReadonlySet<string> = new Set([")", "]", "}"]);
const separators: ReadonlySet<string> = new Set([...openers, "}", ",", "=", "~", "->", ">>"]);
const longest = 40;

/**
 * The source before the token at `index` that belongs together and stands on one line: `x[t]`,
 * `net f(h: real[H])`, `a,`. Only the last token where that would be long.
 */
export const quoteBefore = (tokens: readonly IToken[], index: number, text: string): string => {
  const last = tokens[index - 1];
  if (last === undefined) return "";
  const end = T.endOf(last);
  let start = last.startOffset;
  let depth = 0;
  for (let i = index - 1; i >= 0; i--) {
    const token = tokens[i];
    if (token === undefined || text.slice(token.startOffset, end).includes("\n")) break;
    if (closers.has(token.image)) depth++;
    if (openers.has(token.image) && token !== last) depth--;
    if (depth > 0) continue;
    start = token.startOffset;
    const before = tokens[i - 1];
    if (before === undefined || separators.has(before.image)) break;
    if (token.tokenType === T.StatementName) break;
  }
  const quote = text.slice(start, end);
  return quote.length <= longest ? quote : last.image;
};
