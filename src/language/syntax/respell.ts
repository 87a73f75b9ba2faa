import type { IToken } from "chevrotain";
import type { Name } from "../ast.ts";
import { nearestName } from "../../diagnostics/nearest.ts";
import { isOneOf, roles } from "./lookahead.ts";
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

const spelled = [...T.keywords.keys()].filter((word) => !["yes", "no", "shared"].includes(word));

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
    if (!isOneOf(next, [T.Word, T.LBrace])) return token;
    const nearest = foreign.get(token.image) ?? nearestName(token.image, [...spelled, ...roles]);
    const keyword = T.keywords.get(nearest ?? "");
    if (keyword === undefined || nearest === undefined) return token;
    respellings.push({
      word: {
        text: token.image,
        span: { file, start: token.startOffset, end: T.endOf(token) },
      },
      keyword: nearest,
    });
    return { ...token, tokenType: keyword, tokenTypeIdx: keyword.tokenTypeIdx ?? 0 };
  });
  return { tokens: respelled, respellings };
};
