import type { IToken, TokenType } from "chevrotain";
import { createTokenInstance, tokenMatcher } from "chevrotain";
import * as T from "./tokens.ts";

/** A bracket without its partner. */
export type BracketProblem =
  /** `offset` is where the closing bracket was put. */
  | { readonly kind: "unclosed"; readonly open: IToken; readonly offset: number }
  | { readonly kind: "stray"; readonly close: IToken };

export interface Layout {
  readonly tokens: readonly IToken[];
  readonly problems: readonly BracketProblem[];
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

const roles: readonly string[] = ["address", "read", "write"];

/** Token types after which an expression or a type may be complete. */
const enders: readonly TokenType[] = [
  ...[T.Name, T.StatementName, T.NumberLiteral, T.StringLiteral, T.Boolean, T.Prime, T.Shared],
  ...[T.RParen, T.RBracket, T.RBrace, T.Hole, T.Ellipsis],
];

const isOneOf = (token: IToken | undefined, types: readonly TokenType[]): boolean =>
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

/** `x =`, `x[t] ~`, `z[0]:`, `M' =` at `index`. */
const looksLikeEquation = (tokens: readonly IToken[], index: number): boolean => {
  const next = tokens[index + 1];
  const after = isOneOf(next, [T.LBracket])
    ? afterGroup(tokens, index + 1)
    : isOneOf(next, [T.Prime])
      ? index + 2
      : index + 1;
  return isOneOf(tokens[after], [T.Equals, T.Tilde, T.Colon]);
};

/** `read(...) ->` and `write(...) {` at `index`, with or without a role before the name. */
const looksLikeOperation = (tokens: readonly IToken[], index: number): boolean => {
  const hasRole =
    roles.includes(tokens[index]?.image ?? "") && isOneOf(tokens[index + 1], [T.Word]);
  const paren = hasRole ? index + 2 : index + 1;
  if (!isOneOf(tokens[paren], [T.LParen])) return false;
  return isOneOf(tokens[afterGroup(tokens, paren)], [T.Arrow, T.LBrace]);
};

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
  const problems: BracketProblem[] = [];
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
    const isBody = isOneOf(previous, enders) || isOneOf(previous, [T.Train, T.Import]);
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

  const beginsStatement = (index: number, previous: IToken | undefined): boolean => {
    const token = tokens[index];
    if (token === undefined || previous === undefined || stack.length === 0) return false;
    const isFirst = text.slice(T.endOf(previous), token.startOffset).includes("\n");
    const isComplete = isOneOf(previous, enders) || previous.tokenType === T.LBrace;
    const equation = looksLikeEquation(tokens, index);
    if (innermost() === "bracket") {
      const opening = stack.findLast(({ token: open }) => open.image !== "[")?.token ?? token;
      const dedented = indent(token.startOffset) <= indent(opening.startOffset);
      if (!(isFirst && isComplete && equation && dedented)) return false;
      closeUntil(["file", "model", "memory", "train", "block", "record"]);
      return stack.length > 0;
    }
    if (!isComplete) return isFirst && equation && !isOneOf(previous, T.keywords);
    const isRoleName = previous.tokenType === T.StatementName && roles.includes(previous.image);
    if (isRoleName && !isFirst) return false;
    const operation = looksLikeOperation(tokens, index);
    if (operation && innermost() === "block") closeUntil(["memory"]);
    return isFirst || equation || operation;
  };

  for (const [index, token] of tokens.entries()) {
    const previous = output.at(-1);
    const next = tokens[index + 1];
    const type = token.tokenType;
    const isWord = isOneOf(token, [T.Word]);
    const isField = isOneOf(previous, [T.Dot]);
    const isKey = isWord && (isOneOf(next, [T.Equals, T.Colon]) || isOneOf(next, [T.LParen]));
    const takesParen = type === T.Return || type === T.Guide || type === T.Let;
    const isName =
      type === T.Name ||
      (type === T.From && !isOneOf(next, [T.StringLiteral])) ||
      (isKey && T.keywords.includes(type) && !(takesParen && isOneOf(next, [T.LParen])));
    if (isField) output.push(isWord ? retype(token, T.Name) : token);
    else if (isName && beginsStatement(index, previous)) {
      boundaries.push(token.startOffset);
      output.push(retype(token, T.StatementName));
    } else if (isWord && !isName && statements.includes(type)) placeKeyword(token, index);
    else if (type === T.LBrace) {
      openBrace(token, previous);
      output.push(token);
    } else if (type === T.LParen || type === T.LBracket) {
      stack.push({ token, owner: "bracket" });
      output.push(token);
    } else if (isOneOf(token, [...closers.values()])) closeBracket(token);
    else if (type === T.Comma && isOneOf(next, [...closers.values()]) && !isOpening(previous)) {
      continue;
    } else output.push(token);
  }
  while (stack.length > 0) closeMissing();
  return { tokens: output, problems, boundaries };
};

const isOpening = (token: IToken | undefined): boolean =>
  token === undefined || isOneOf(token, [T.LParen, T.LBracket, T.LBrace, T.Comma]);
