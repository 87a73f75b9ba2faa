import type { IToken, TokenType } from "chevrotain";
import { tokenMatcher } from "chevrotain";
import * as T from "./tokens.ts";

/** Words that may stand before the name of an operation. */
export const roles: readonly string[] = ["address", "read", "write"];

/** Token types after which an expression or a type may be complete. */
const enders: readonly TokenType[] = [
  ...[T.Name, T.StatementName, T.NumberLiteral, T.StringLiteral, T.Boolean, T.Prime, T.Shared],
  ...[T.RParen, T.RBracket, T.RBrace, T.Hole, T.Ellipsis],
];

/** Whether a token is of one of the types. */
export const isOneOf = (token: IToken | undefined, types: readonly TokenType[]): boolean =>
  token !== undefined && types.some((type) => tokenMatcher(token, type));

/** Index just after the bracket that closes the one at `index`. */
const afterGroup = (tokens: readonly IToken[], index: number): number => {
  let depth = 0;
  for (let i = index; i < tokens.length; i++) {
    if (isOneOf(tokens[i], [T.LParen, T.LBracket])) depth++;
    if (isOneOf(tokens[i], [T.RParen, T.RBracket]) && --depth === 0) return i + 1;
    if (isOneOf(tokens[i], [T.RBrace])) break;
  }
  return tokens.length;
};

/** The closing brackets after `index` in the same statement whose partners are before it. */
export const closersAhead = (tokens: readonly IToken[], index: number): readonly TokenType[] => {
  const ahead: TokenType[] = [];
  for (let i = index; i < tokens.length; i++) {
    const token = tokens[i];
    if (isOneOf(token, [T.LParen, T.LBracket])) i = afterGroup(tokens, i) - 1;
    else if (isOneOf(token, [T.LBrace, T.RBrace, T.Tilde, T.Arrow])) break;
    else if (token !== undefined && isOneOf(token, [T.RParen, T.RBracket])) {
      ahead.push(token.tokenType);
    } else if (isOneOf(token, [T.Name]) && looksLikeOperation(tokens, i)) break;
  }
  return ahead;
};

/** `M' =` at `index`. */
export const isUpdate = (tokens: readonly IToken[], index: number): boolean =>
  isOneOf(tokens[index + 1], [T.Prime]) && isOneOf(tokens[index + 2], [T.Equals]);

/** `x =`, `x[t] ~`, `z[0]:`, `M' =` at `index`. */
export const looksLikeEquation = (tokens: readonly IToken[], index: number): boolean => {
  const next = tokens[index + 1];
  const after = isOneOf(next, [T.LBracket])
    ? afterGroup(tokens, index + 1)
    : isOneOf(next, [T.Prime])
      ? index + 2
      : index + 1;
  return isOneOf(tokens[after], [T.Equals, T.Tilde, T.Colon]);
};

/** `read(...) ->`, `write(...) {` and, by mistake, `write(...) =` at `index`, with or without a role before the name. */
export const looksLikeOperation = (tokens: readonly IToken[], index: number): boolean => {
  const hasRole =
    roles.includes(tokens[index]?.image ?? "") && isOneOf(tokens[index + 1], [T.Word]);
  const paren = hasRole ? index + 2 : index + 1;
  if (!isOneOf(tokens[paren], [T.LParen])) return false;
  return isOneOf(tokens[afterGroup(tokens, paren)], [T.Arrow, T.LBrace, T.Equals]);
};

/** Whether an expression or a type may end with this token. */
export const canEnd = (token: IToken | undefined): boolean => isOneOf(token, enders);
