import type { CstNode, IToken } from "chevrotain";
import type { Span } from "../../diagnostics/span.ts";
import type { Name, Param, RecordType, ResultType, TypeExpr } from "../ast.ts";
import { buildExpression } from "./build-expression.ts";
import type { AstBuilder } from "./cst.ts";
import { afterNode, child, nodes, nodeSpan, token, tokenSpan, toName } from "./cst.ts";

/** What every declaration has: its name, the doc comment above and where it stands. */
export interface DeclarationHead {
  readonly name: Name;
  readonly doc: string;
  readonly span: Span;
}

/** The head of a declaration whose name is the given token. */
export const buildHead = (
  builder: AstBuilder,
  node: CstNode,
  name: IToken | undefined,
): DeclarationHead => {
  const span = nodeSpan(builder.path, node) ?? afterNode(builder.path, node);
  return { name: toName(builder.path, name, node), doc: builder.docAt(span.start), span };
};

/** The parameters of a `params` tree. */
export const buildParams = (builder: AstBuilder, node: CstNode | undefined): readonly Param[] =>
  node === undefined
    ? []
    : nodes(node, "param").map((param) => buildTyped(builder, param, token(param, "Name")));

const buildTyped = (builder: AstBuilder, node: CstNode, name: IToken | undefined): Param => ({
  name: toName(builder.path, name, node),
  type: buildType(builder, child(node, "type"), node),
  span: nodeSpan(builder.path, node) ?? afterNode(builder.path, node),
});

/** The type after `->` of a network or an operation. */
export const buildResultType = (
  builder: AstBuilder,
  node: CstNode | undefined,
  parent: CstNode,
): ResultType => {
  const record = child(node, "recordType");
  return record === undefined
    ? buildType(builder, child(node, "type"), node ?? parent)
    : buildRecordType(builder, record);
};

const buildRecordType = (builder: AstBuilder, node: CstNode): RecordType => ({
  kind: "record-type",
  fields: nodes(node, "field").map((field) => buildTyped(builder, field, token(field, "Word"))),
  span: nodeSpan(builder.path, node) ?? afterNode(builder.path, node),
});

/** The type of a `type` tree; its base is the empty name where there is none. */
export const buildType = (
  builder: AstBuilder,
  node: CstNode | undefined,
  parent: CstNode,
): TypeExpr => {
  if (node === undefined) {
    const span = afterNode(builder.path, parent);
    return { kind: "type", base: { text: "", span }, axes: [], span };
  }
  return {
    kind: "type",
    base: toName(builder.path, token(node, "Name"), node),
    axes: nodes(node, "axis").map((axis) => {
      const hole = token(axis, "Hole");
      return hole === undefined
        ? buildExpression(builder, child(axis, "expression"), axis)
        : { kind: "hole", span: tokenSpan(builder.path, hole) };
    }),
    span: nodeSpan(builder.path, node) ?? afterNode(builder.path, parent),
  };
};
