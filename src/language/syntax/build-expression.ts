import type { CstNode } from "chevrotain";
import type { Span } from "../../diagnostics/span.ts";
import { joinSpans } from "../../diagnostics/span.ts";
import type { Argument, BinaryOperator, Expr } from "../ast.ts";
import type { AstBuilder } from "./cst.ts";
import { afterNode, child, nodes, nodeSpan, token, tokens, tokenSpan, toName } from "./cst.ts";
import { timeIndexOnValue, timeIndexShape, tooLarge } from "./errors.ts";

const operators: { readonly [text: string]: BinaryOperator } = {
  "+": "+",
  "-": "-",
  "−": "-",
  "–": "-",
  "—": "-",
  "/": "/",
  "@": "@",
  "^": "^",
  "**": "^",
  ">": ">",
  ">=": ">=",
  "<": "<",
  "<=": "<=",
  "==": "==",
  "!=": "!=",
};

/** Slips like `×` stand for `*`. */
const toOperator = (image: string): BinaryOperator => operators[image] ?? "*";

const missing = (span: Span): Expr => ({ kind: "missing", span });

/** The expression of an `expression` tree; `missing` where there is none. */
export const buildExpression = (
  builder: AstBuilder,
  node: CstNode | undefined,
  parent: CstNode,
): Expr => {
  if (node === undefined) return missing(afterNode(builder.path, parent));
  const orMissing =
    (build: (operand: CstNode) => Expr) =>
    (operand: CstNode | undefined): Expr =>
      operand === undefined ? missing(afterNode(builder.path, node)) : build(operand);
  const factors = orMissing((product) =>
    leftAssociative(builder, product, "Factor", "unary", (unary) =>
      buildUnary(builder, unary, product),
    ),
  );
  const terms = orMissing((sum) => leftAssociative(builder, sum, "Sign", "product", factors));
  return leftAssociative(builder, node, "Comparison", "sum", terms);
};

const leftAssociative = (
  builder: AstBuilder,
  node: CstNode,
  operator: string,
  rule: string,
  build: (operand: CstNode | undefined) => Expr,
): Expr => {
  const operands = nodes(node, rule);
  return tokens(node, operator).reduce((left, sign, index): Expr => {
    const right = build(operands[index + 1]);
    return {
      kind: "binary",
      operator: toOperator(sign.image),
      operatorSpan: tokenSpan(builder.path, sign),
      left,
      right,
      span: joinSpans(left.span, right.span),
    };
  }, build(operands[0]));
};

const buildUnary = (builder: AstBuilder, node: CstNode | undefined, parent: CstNode): Expr => {
  if (node === undefined) return missing(afterNode(builder.path, parent));
  const minus = token(node, "Minus");
  if (minus !== undefined) {
    const operand = buildUnary(builder, child(node, "unary"), node);
    return {
      kind: "negate",
      operand,
      span: joinSpans(tokenSpan(builder.path, minus), operand.span),
    };
  }
  const power = child(node, "power");
  const base = buildPostfix(builder, child(power, "postfix"), node);
  const caret = power === undefined ? undefined : token(power, "Caret");
  if (power === undefined || caret === undefined) return base;
  const exponent = buildUnary(builder, child(power, "unary"), power);
  return {
    kind: "binary",
    operator: "^",
    operatorSpan: tokenSpan(builder.path, caret),
    left: base,
    right: exponent,
    span: joinSpans(base.span, exponent.span),
  };
};

const buildPostfix = (builder: AstBuilder, node: CstNode | undefined, parent: CstNode): Expr => {
  if (node === undefined) return missing(afterNode(builder.path, parent));
  return nodes(node, "suffix").reduce(
    (target, suffix) => buildSuffix(builder, target, suffix),
    buildAtom(builder, child(node, "atom"), node),
  );
};

const buildSuffix = (builder: AstBuilder, target: Expr, node: CstNode): Expr => {
  const span = joinSpans(target.span, nodeSpan(builder.path, node) ?? target.span);
  if (token(node, "Dot") !== undefined) {
    const word = toName(builder.path, token(node, "Word"), node);
    const call = child(node, "callArguments");
    return call === undefined
      ? { kind: "field", target, field: word, span }
      : { kind: "method", target, method: word, arguments: buildArguments(builder, call), span };
  }
  const index = buildExpression(builder, child(node, "expression"), node);
  const time = readTime(index);
  if (time === undefined) return { kind: "index", target, index, span };
  if (target.kind !== "name") {
    builder.report(timeIndexOnValue(index.span, target));
    return { kind: "missing", span };
  }
  if (time === "malformed") {
    builder.report(timeIndexShape(index.span, target.text));
    return { kind: "missing", span };
  }
  const name = { text: target.text, span: target.span };
  return { kind: "at-time", name, offset: time, span };
};

/** 0 for `t`, -2 for `t-2`; `malformed` for anything else with `t` in it, `undefined` without. */
export const readTime = (index: Expr): number | "malformed" | undefined => {
  if (!mentionsTime(index)) return undefined;
  if (index.kind === "name") return 0;
  if (index.kind !== "binary" || index.left.kind !== "name") return "malformed";
  const { operator, right } = index;
  const isShift = (operator === "+" || operator === "-") && right.kind === "number";
  if (!isShift || !Number.isInteger(right.value)) return "malformed";
  return operator === "+" || right.value === 0 ? right.value : -right.value;
};

const mentionsTime = (index: Expr): boolean =>
  index.kind === "name"
    ? index.text === "t"
    : index.kind === "binary"
      ? mentionsTime(index.left) || mentionsTime(index.right)
      : index.kind === "negate" && mentionsTime(index.operand);

const buildAtom = (builder: AstBuilder, node: CstNode | undefined, parent: CstNode): Expr => {
  if (node === undefined) return missing(afterNode(builder.path, parent));
  const { path } = builder;
  const number = token(node, "NumberLiteral");
  if (number !== undefined) {
    const span = tokenSpan(path, number);
    const value = Number(number.image);
    if (!Number.isFinite(value)) builder.report(tooLarge(span, number.image));
    return { kind: "number", value, text: number.image, span };
  }
  const truth = token(node, "Boolean");
  if (truth !== undefined) {
    return { kind: "boolean", value: truth.image === "yes", span: tokenSpan(path, truth) };
  }
  const text = token(node, "StringLiteral");
  if (text !== undefined) {
    return { kind: "string", value: unquote(text.image), span: tokenSpan(path, text) };
  }
  const variable = child(node, "variable");
  if (variable !== undefined) return buildVariable(builder, variable);
  const span = nodeSpan(path, node) ?? afterNode(path, parent);
  const concat = child(node, "concat");
  if (concat !== undefined) {
    const parts = nodes(concat, "expression");
    return { kind: "concat", parts: parts.map((p) => buildExpression(builder, p, concat)), span };
  }
  const record = child(node, "record");
  if (record !== undefined) {
    const fields = nodes(record, "recordEntry").map((entry) => ({
      name: toName(path, token(entry, "Word"), entry),
      value: buildExpression(builder, child(entry, "expression"), entry),
    }));
    return { kind: "record", fields, span };
  }
  return { ...buildExpression(builder, child(node, "expression"), node), span };
};

const buildVariable = (builder: AstBuilder, node: CstNode): Expr => {
  const name = toName(builder.path, token(node, "Name"), node);
  const span = nodeSpan(builder.path, node) ?? name.span;
  const call = child(node, "callArguments");
  if (call !== undefined) {
    return { kind: "call", callee: name, arguments: buildArguments(builder, call), span };
  }
  if (token(node, "Prime") !== undefined) return { kind: "primed", name, span };
  return name.text === "" ? missing(span) : { kind: "name", text: name.text, span };
};

/** The arguments of a `callArguments` tree. */
export const buildArguments = (
  builder: AstBuilder,
  node: CstNode | undefined,
): readonly Argument[] =>
  (node === undefined ? [] : nodes(node, "argument")).map((argument) => {
    const word = token(argument, "Word");
    const value = buildExpression(builder, child(argument, "expression"), argument);
    const span = nodeSpan(builder.path, argument) ?? value.span;
    return word === undefined
      ? { value, span }
      : { name: toName(builder.path, word, argument), value, span };
  });

/** A text without its quotes, also when the closing one is missing. */
export const unquote = (image: string): string => image.replace(/^["']|["']$/gu, "");
