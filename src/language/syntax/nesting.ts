/** How deep a text may be nested, so that all that walks through it has room on the stack. */
import type { IToken } from "chevrotain";
import type { Span } from "../../diagnostics/span.ts";
import type { File } from "../ast.ts";
import { tokenSpan } from "./cst.ts";
import { isOneOf } from "./lookahead.ts";
import * as T from "./tokens.ts";

/** Brackets in brackets: the parser calls itself a dozen times for each. */
const mostBrackets = 100;
/** Levels of a tree: operators and suffixes in a row nest as well. */
const mostLevels = 1000;

/** What is nested too deeply, and how deep it may be. */
export interface Nesting {
  readonly span: Span;
  readonly what: "brackets" | "operations";
  readonly most: number;
}

/** The first bracket that is in too many others. */
export const deepBrackets = (tokens: readonly IToken[], file: string): Nesting | undefined => {
  let depth = 0;
  for (const token of tokens) {
    if (isOneOf(token, [T.LParen, T.LBracket, T.LBrace])) depth += 1;
    if (isOneOf(token, [T.RParen, T.RBracket, T.RBrace])) depth -= 1;
    if (depth > mostBrackets) {
      return { span: tokenSpan(file, token), what: "brackets", most: mostBrackets };
    }
  }
  return undefined;
};

interface Visit {
  readonly node: object;
  readonly depth: number;
}

const isNode = (value: unknown): value is object => typeof value === "object" && value !== null;

/** An expression that is in too many others. */
export const deepOperations = (file: File): Nesting | undefined => {
  const open: Visit[] = [{ node: file.items, depth: 0 }];
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { node, depth } = visit;
    const inner = "kind" in node ? depth + 1 : depth;
    if (inner > mostLevels && "span" in node) {
      return { span: node.span as Span, what: "operations", most: mostLevels };
    }
    for (const part of Object.values(node)) {
      if (isNode(part)) open.push({ node: part, depth: inner });
    }
  }
  return undefined;
};

/** Whether the stack was exhausted; any other error of a range is a bug. */
export const isStackExhausted = (error: unknown): boolean =>
  error instanceof RangeError && error.message.includes("call stack");
