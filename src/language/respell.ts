import type { IToken } from "chevrotain";
import type { Name } from "./ast.ts";
import { nearestName } from "../diagnostics/nearest.ts";
import * as T from "./tokens.ts";

/** A word that stands where only a keyword makes sense. */
export interface Respelling {
  readonly word: Name;
  readonly keyword: string;
}

/** What other languages call it. */
const foreign: ReadonlyMap<string, string> = new Map([
  ["def", "fn"],
  ["func", "fn"],
  ["function", "fn"],
  ["const", "let"],
  ["var", "let"],
  ["network", "net"],
  ["dimension", "dim"],
]);

const roles: readonly string[] = ["address", "read", "write"];
const spelled: readonly string[] = T.keywords
  .filter((type) => type !== T.Yes && type !== T.No && type !== T.Shared)
  .map((type) => `${type.PATTERN}`);

/**
 * Turns misspelt keywords into the keywords they were meant to be: a name that is the first on its line, followed
 * on the same line by another name (`modle VRNN`) or a brace (`trian {`). Only for files that do not parse.
 */
export const respell = (
  tokens: readonly IToken[],
  text: string,
  file: string,
): { readonly tokens: readonly IToken[]; readonly respellings: readonly Respelling[] } => {
  const respellings: Respelling[] = [];
  const sameLine = (a: IToken, b: IToken): boolean =>
    !text.slice(T.endOf(a), b.startOffset).includes("\n");
  const respelled = tokens.map((token, index) => {
    const previous = tokens[index - 1];
    const next = tokens[index + 1];
    if (token.tokenType !== T.Name || next === undefined || !sameLine(token, next)) return token;
    if (previous !== undefined && sameLine(previous, token)) return token;
    const isName = next.tokenType.CATEGORIES?.includes(T.Word) === true;
    if (!isName && next.tokenType !== T.LBrace) return token;
    const nearest = foreign.get(token.image) ?? nearestName(token.image, [...spelled, ...roles]);
    const keyword = T.keywords.find((type) => type.PATTERN === nearest);
    if (keyword === undefined) return token;
    respellings.push({
      word: {
        text: token.image,
        span: { file, start: token.startOffset, end: T.endOf(token) },
      },
      keyword: `${keyword.PATTERN}`,
    });
    return { ...token, tokenType: keyword, tokenTypeIdx: keyword.tokenTypeIdx ?? 0 };
  });
  return { tokens: respelled, respellings };
};
