import type { IToken, TokenType } from "chevrotain";
import { createTokenInstance } from "chevrotain";
import { canEnd, isOneOf, looksLikeEquation, looksLikeOperation, roles } from "./lookahead.ts";
import * as T from "./tokens.ts";

/** A bracket without its partner, or a reserved word where only a name makes sense. */
export type LayoutProblem =
  /** `offset` is where the closing bracket was put. */
  | { readonly kind: "unclosed"; readonly open: IToken; readonly offset: number }
  | { readonly kind: "stray"; readonly close: IToken }
  | { readonly kind: "reserved"; readonly word: IToken };

export interface Layout {
  readonly tokens: readonly IToken[];
  readonly problems: readonly LayoutProblem[];
  /** Offsets at which statements and declarations begin, and those of closing braces. */
  readonly boundaries: readonly number[];
}

/** What a pair of braces is for; it decides which keywords may stand in it. */
type Owner = "file" | "model" | "memory" | "train" | "block" | "record" | "bracket";

interface Open {
  readonly token: IToken;
  readonly owner: Owner;
}

const statementKeywords: { readonly [O in Owner]: readonly TokenType[] } = {
  file: [T.Import, T.Dim, T.Net, T.Arch, T.Fn, T.Memory, T.Model, T.Train],
  model: [T.Data, T.Param, T.Memory, T.Guide],
  memory: [T.State, T.Net],
  train: [],
  block: [T.Let, T.Return],
  record: [],
  bracket: [],
};

const statements: readonly TokenType[] = [...new Set(Object.values(statementKeywords).flat())];

const closers: ReadonlyMap<string, TokenType> = new Map([
  ["{", T.RBrace],
  ["(", T.RParen],
  ["[", T.RBracket],
]);

const braced: readonly Owner[] = ["file", "model", "memory", "train", "block", "record"];
const closingTypes: readonly TokenType[] = [...closers.values()];
const keywordTypes: readonly TokenType[] = [...T.keywords.values()];

const retype = (token: IToken, type: TokenType): IToken => ({
  ...token,
  tokenType: type,
  tokenTypeIdx: type.tokenTypeIdx ?? 0,
});

/**
 * Finds where statements begin and which brackets have no partner, and closes those, so that the parser never runs
 * from one statement into the next. What is a legal file is not changed by this: in one, two operands never stand
 * side by side, so a name after a complete expression begins a statement; brackets are balanced; and each keyword
 * stands only in the braces it belongs to.
 */
export const layOut = (tokens: readonly IToken[], text: string): Layout => {
  const output: IToken[] = [];
  const stack: Open[] = [];
  const pairs: { readonly open: IToken; readonly close: IToken }[] = [];
  const problems: LayoutProblem[] = [];
  const boundaries: number[] = [];
  let declared: Owner = "file";

  const indent = (offset: number): number => {
    const start = text.lastIndexOf("\n", offset - 1) + 1;
    return text.slice(start).search(/\S/u);
  };
  const innermost = (): Owner => stack.at(-1)?.owner ?? "file";

  /** The brace to blame: one inside that was closed by a brace further left, or the unclosed one itself. */
  const culprit = (open: IToken): IToken =>
    pairs.find(
      (pair) =>
        pair.open.image === "{" &&
        pair.open.startOffset > open.startOffset &&
        indent(pair.close.startOffset) < indent(pair.open.startOffset),
    )?.open ?? open;

  const closeMissing = (): void => {
    const open = stack.pop()?.token;
    const type = closers.get(open?.image ?? "");
    if (open === undefined || type === undefined) return;
    const last = output.at(-1) ?? open;
    const offset = T.endOf(last);
    problems.push({ kind: "unclosed", open: open.image === "{" ? culprit(open) : open, offset });
    const image = type === T.RBrace ? "}" : type === T.RParen ? ")" : "]";
    // Zero characters wide: it ends before it starts.
    output.push(createTokenInstance(type, image, offset, offset - 1, NaN, NaN, NaN, NaN));
  };

  const closeUntil = (owners: readonly Owner[]): void => {
    const known = owners.includes("file") || stack.some(({ owner }) => owners.includes(owner));
    while (known && stack.length > 0 && !owners.includes(innermost())) closeMissing();
  };

  const openBrace = (token: IToken, previous: IToken | undefined): void => {
    const isBody = canEnd(previous) || isOneOf(previous, [T.Train, T.Import]);
    const inside = innermost();
    const owner = !isBody ? "record" : inside === "file" ? declared : "block";
    stack.push({ token, owner: owner === "file" ? "block" : owner });
  };

  const closeBracket = (token: IToken): void => {
    const matches = ({ token: open }: Open): boolean => closers.get(open.image) === token.tokenType;
    const isBrace = token.tokenType === T.RBrace;
    const reach = isBrace ? 0 : stack.findLastIndex(({ token: open }) => open.image === "{") + 1;
    if (!stack.slice(reach).some(matches)) {
      problems.push({ kind: "stray", close: token });
      return;
    }
    for (let top = stack.at(-1); top !== undefined && !matches(top); top = stack.at(-1)) {
      closeMissing();
    }
    const open = stack.pop();
    if (open !== undefined) pairs.push({ open: open.token, close: token });
    if (isBrace) boundaries.push(token.startOffset);
    output.push(token);
  };

  /** Closes what the keyword cannot stand in, when there is something around that it can. */
  const placeKeyword = (token: IToken, index: number): void => {
    const isInstance = !isOneOf(tokens[index + 2], [T.LParen, T.LBrace]);
    const owners = (["file", "model", "memory", "block"] as const).filter((owner) => {
      const legal = statementKeywords[owner].includes(token.tokenType);
      return token.tokenType === T.Memory ? legal && (owner === "model") === isInstance : legal;
    });
    closeUntil(owners);
    if (innermost() === "file") {
      const owner = { Model: "model", Memory: "memory", Train: "train" } as const;
      const name = token.tokenType.name;
      declared = name === "Model" || name === "Memory" || name === "Train" ? owner[name] : "block";
    }
    boundaries.push(token.startOffset);
    output.push(token);
  };

  /** Closes brackets that a line with an equation shows to be open by mistake. */
  const leaveBrackets = (token: IToken): void => {
    const opening = stack.findLast(({ token: open }) => open.image !== "[")?.token ?? token;
    if (indent(token.startOffset) > indent(opening.startOffset)) return;
    closeUntil(braced);
  };

  const isFirstOnLine = (token: IToken, previous: IToken): boolean =>
    text.slice(T.endOf(previous), token.startOffset).includes("\n");

  const beginsStatement = (token: IToken, index: number, previous: IToken): boolean => {
    const isFirst = isFirstOnLine(token, previous);
    const equation = looksLikeEquation(tokens, index);
    if (isFirst && equation && canEnd(previous)) leaveBrackets(token);
    if (innermost() === "bracket" || stack.length === 0) return false;
    if (previous.tokenType === T.LBrace) return true;
    if (!canEnd(previous)) {
      return isFirst && equation && !keywordTypes.includes(previous.tokenType);
    }
    if (!isFirst && isRole(previous)) return false;
    const operation = looksLikeOperation(tokens, index);
    if (operation && innermost() === "block") closeUntil(["memory"]);
    return isFirst || equation || operation;
  };

  /** A keyword cannot follow what needs a name or a value, nor be a parameter. */
  const isMisused = (token: IToken, previous: IToken, next: IToken | undefined): boolean => {
    if (!keywordTypes.includes(token.tokenType) || isOneOf(token, [T.Boolean])) return false;
    const owner = innermost();
    if (owner === "bracket" && isOneOf(next, [T.Equals])) return false;
    if (isOneOf(next, [T.Colon])) return owner === "bracket";
    const mayFollow = canEnd(previous) || previous.tokenType === T.LBrace;
    return !mayFollow && !isFirstOnLine(token, previous);
  };

  const placeWord = (token: IToken, index: number, previous: IToken | undefined): void => {
    const next = tokens[index + 1];
    if (isOneOf(previous, [T.Dot])) output.push(retype(token, T.Name));
    else if (previous !== undefined && isMisused(token, previous, next)) {
      problems.push({ kind: "reserved", word: token });
      output.push(retype(token, T.Name));
    } else if (canBeName(token, next)) {
      const begins = previous !== undefined && beginsStatement(token, index, previous);
      if (begins) boundaries.push(token.startOffset);
      output.push(begins ? retype(token, T.StatementName) : token);
    } else if (statements.includes(token.tokenType)) placeKeyword(token, index);
    else output.push(token);
  };

  for (const [index, token] of tokens.entries()) {
    const previous = output.at(-1);
    if (isOneOf(token, [T.Word])) placeWord(token, index, previous);
    else if (closingTypes.includes(token.tokenType)) closeBracket(token);
    else if (!isTrailingComma(token, previous, tokens[index + 1])) {
      if (isOneOf(token, [T.Arrow])) closeUntil(braced);
      if (token.tokenType === T.LBrace) openBrace(token, previous);
      if (isOneOf(token, [T.LParen, T.LBracket])) stack.push({ token, owner: "bracket" });
      output.push(token);
    }
  }
  while (stack.length > 0) closeMissing();
  return { tokens: output, problems, boundaries };
};

const isRole = ({ tokenType, image }: IToken): boolean =>
  tokenType === T.StatementName && roles.includes(image);

/** A name, or a keyword that its next token makes one: `data = `, `step(`. */
const canBeName = ({ tokenType }: IToken, next: IToken | undefined): boolean => {
  if (tokenType === T.Name) return true;
  if (tokenType === T.From) return !isOneOf(next, [T.StringLiteral]);
  if (isOneOf(next, [T.Equals, T.Colon])) return true;
  return isOneOf(next, [T.LParen]) && ![T.Return, T.Guide, T.Let].includes(tokenType);
};

/** A comma before a closing bracket may be there or not. */
const isTrailingComma = (
  token: IToken,
  previous: IToken | undefined,
  next: IToken | undefined,
): boolean =>
  token.tokenType === T.Comma &&
  isOneOf(next, closingTypes) &&
  previous !== undefined &&
  !isOneOf(previous, [T.LParen, T.LBracket, T.LBrace, T.Comma]);
