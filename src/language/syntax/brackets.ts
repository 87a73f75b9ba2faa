import type { IToken, TokenType } from "chevrotain";
import { createTokenInstance } from "chevrotain";
import {
  canEnd,
  isOneOf,
  isUpdate,
  looksLikeEquation,
  looksLikeOperation,
  closersAhead,
  roles,
} from "./lookahead.ts";
import * as T from "./tokens.ts";

/** A bracket without its partner, or a reserved word where only a name makes sense. */
export type LayoutProblem =
  /** `offset` is where the closing bracket was put. */
  | { readonly kind: "unclosed"; readonly open: IToken; readonly offset: number }
  | { readonly kind: "stray"; readonly close: IToken }
  /** `offset` is where the opening brace was put. */
  | { readonly kind: "unopened"; readonly offset: number }
  | { readonly kind: "reserved"; readonly word: IToken };

export interface TokenLayout {
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

const bodies: ReadonlyMap<TokenType, Owner> = new Map<TokenType, Owner>([
  [T.Model, "model"],
  [T.Memory, "memory"],
  [T.Train, "train"],
]);
/** Token types after which an expression goes on. */
const needOperand: readonly TokenType[] = [
  T.Sign,
  T.Factor,
  T.Comparison,
  T.Caret,
  T.Equals,
  T.Tilde,
];
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
export const layOut = (tokens: readonly IToken[], text: string): TokenLayout => {
  const output: IToken[] = [];
  const stack: Open[] = [];
  const pairs: { readonly open: IToken; readonly close: IToken }[] = [];
  const problems: LayoutProblem[] = [];
  const boundaries: number[] = [];
  /** What a brace at the level of the file opens; "file" once it is open. */
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
    // One that was put there is already a problem.
    if (!T.isMadeUp(open)) {
      problems.push({ kind: "unclosed", open: open.image === "{" ? culprit(open) : open, offset });
    }
    const image = type === T.RBrace ? "}" : type === T.RParen ? ")" : "]";
    // Zero characters wide: it ends before it starts.
    output.push(createTokenInstance(type, image, offset, offset - 1, NaN, NaN, NaN, NaN));
  };

  const closeUntil = (owners: readonly Owner[]): void => {
    const known = owners.includes("file") || stack.some(({ owner }) => owners.includes(owner));
    while (known && stack.length > 0 && !owners.includes(innermost())) closeMissing();
  };

  /** Opens the body that a line shows to have begun. */
  const openMissing = (owner: Owner): void => {
    const last = output.at(-1);
    const offset = last === undefined ? 0 : T.endOf(last);
    problems.push({ kind: "unopened", offset });
    const brace = createTokenInstance(T.LBrace, "{", offset, offset - 1, NaN, NaN, NaN, NaN);
    output.push(brace);
    stack.push({ token: brace, owner });
    declared = "file";
  };

  const openBrace = (token: IToken, previous: IToken | undefined): void => {
    const isBody = canEnd(previous) || isOneOf(previous, [T.Train, T.Import]);
    if (isBody) closeUntil(braced);
    const inside = innermost();
    const owner = !isBody ? "record" : inside === "file" ? declared : "block";
    stack.push({ token, owner: owner === "file" ? "block" : owner });
    if (isBody && inside === "file") declared = "file";
  };

  const closeBracket = (token: IToken, index: number): void => {
    const closes = ({ token: open }: Open): boolean => closers.get(open.image) === token.tokenType;
    const isBrace = token.tokenType === T.RBrace;
    const inner = stack.at(-1);
    if (inner === undefined || (!closes(inner) && isExtra(token, index, isBrace))) {
      problems.push({ kind: "stray", close: token });
      return;
    }
    for (let top = stack.at(-1); top !== undefined && !closes(top); top = stack.at(-1)) {
      closeMissing();
    }
    const open = stack.pop();
    if (open !== undefined) pairs.push({ open: open.token, close: token });
    if (isBrace) boundaries.push(token.startOffset);
    output.push(token);
  };

  /** Whether a closing bracket that does not fit is one too many; only `}` reaches beyond its braces. */
  const isExtra = (token: IToken, index: number, isBrace: boolean): boolean => {
    const reach = isBrace ? 0 : stack.findLastIndex(({ token: open }) => open.image === "{") + 1;
    const expected = stack.slice(reach).map(({ token: open }) => closers.get(open.image));
    return isStray(expected.reverse(), [token.tokenType, ...closersAhead(tokens, index + 1)]);
  };

  /** Closes what the keyword cannot stand in, when there is something around that it can. */
  const placeKeyword = (token: IToken, index: number): void => {
    const isInstance = !isOneOf(tokens[index + 2], [T.LParen, T.LBrace]);
    const owners = (["file", "model", "memory", "block"] as const).filter((owner) => {
      const legal = statementKeywords[owner].includes(token.tokenType);
      return token.tokenType === T.Memory ? legal && (owner === "model") === isInstance : legal;
    });
    closeUntil(owners);
    const [owner] = owners;
    const isUnopened =
      innermost() === "file" ? owner === declared : innermost() === "memory" && owner === "block";
    if (owner !== undefined && owner !== "file" && isUnopened) openMissing(owner);
    if (innermost() === "file") {
      declared = bodies.get(token.tokenType) ?? "block";
    }
    boundaries.push(token.startOffset);
    output.push(token);
  };

  /** Closes `[` before `=`, which stands in none. */
  const closeIndices = (): void => {
    while (stack.at(-1)?.token.image === "[") closeMissing();
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
    if (innermost() === "bracket" && !(isFirst && canEnd(previous))) return false;
    const operation = looksLikeOperation(tokens, index);
    const looksLike = operation || looksLikeEquation(tokens, index);
    if (looksLike && innermost() === "bracket") leaveBrackets(token);
    if (innermost() === "memory" && isUpdate(tokens, index)) openMissing("block");
    if (innermost() === "bracket" || stack.length === 0) return false;
    const begins = canBeginAfter(previous, isFirst, looksLike);
    if (begins && operation && innermost() === "block") closeUntil(["memory"]);
    return begins;
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
    else if (closingTypes.includes(token.tokenType)) closeBracket(token, index);
    else if (!isTrailingComma(token, previous, tokens[index + 1])) {
      if (isOneOf(token, [T.Arrow])) closeUntil(braced);
      if (isOneOf(token, [T.Equals])) closeIndices();
      if (token.tokenType === T.LBrace) openBrace(token, previous);
      if (isOneOf(token, [T.LParen, T.LBracket])) stack.push({ token, owner: "bracket" });
      output.push(token);
    }
  }
  while (stack.length > 0) closeMissing();
  return { tokens: output, problems, boundaries };
};

/**
 * Whether the first of the closing brackets ahead is one too many, rather than one missing before it. `expected` are
 * the closing brackets of what is open, innermost first; what makes fewer changes is right.
 */
const isStray = (
  expected: readonly (TokenType | undefined)[],
  [close, ...ahead]: readonly TokenType[],
): boolean => {
  const [inner, ...outer] = expected;
  if (close === undefined || inner === close) return false;
  if (!expected.includes(close)) return true;
  return changes(expected, ahead) < changes(outer, [close, ...ahead]);
};

/** How many brackets must be added or dropped for the ones ahead to close what is open. */
const changes = (
  expected: readonly (TokenType | undefined)[],
  ahead: readonly TokenType[],
): number => {
  let previous = [...ahead.keys(), ahead.length].reverse();
  for (const open of [...expected].reverse()) {
    const row = [(previous.at(-1) ?? 0) + 1];
    for (const [i, close] of [...ahead.entries()].reverse()) {
      const same = previous[i + 1] ?? 0;
      const other = 1 + Math.min(previous[i] ?? 0, row[0] ?? 0);
      row.unshift(open === close ? same : other);
    }
    previous = row;
  }
  return previous[0] ?? 0;
};

/** Whether a name after this token begins a statement, given where it stands and what follows it. */
const canBeginAfter = (previous: IToken, isFirst: boolean, looksLike: boolean): boolean => {
  if (previous.tokenType === T.LBrace) return true;
  if (!canEnd(previous)) return isFirst && looksLike && isOneOf(previous, needOperand);
  return isFirst || (looksLike && !isRole(previous));
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
