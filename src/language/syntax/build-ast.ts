import type { CstNode } from "chevrotain";
import type { Span } from "../../diagnostics/span.ts";
import type {
  ArchDecl,
  ArchExpr,
  ArchParam,
  Block,
  DimDecl,
  Expr,
  File,
  FnDecl,
  Import,
  Item,
  Layer,
  MemoryDecl,
  NetDecl,
  Operation,
  StateDecl,
  BlockStatement,
} from "../ast.ts";
import { buildArguments, buildExpression, unquote } from "./build-expression.ts";
import { buildModel, buildTrain } from "./build-model.ts";
import { buildHead, buildParams, buildResultType, buildType } from "./build-type.ts";
import type { AstBuilder } from "./cst.ts";
import { afterNode, child, nodes, nodeSpan, token, tokens, toName } from "./cst.ts";
import { unknownRole, updateAsExpression, updateWithoutPrime } from "./errors.ts";

/** The AST of a whole `file` tree. */
export const buildFile = (builder: AstBuilder, node: CstNode, doc: string, span: Span): File => {
  const items = nodes(node, "item");
  const pick = <T>(rule: string, build: (builder: AstBuilder, node: CstNode) => T): readonly T[] =>
    items.flatMap((item) => nodes(item, rule).map((declaration) => build(builder, declaration)));
  const declarations: readonly Item[] = [
    ...pick("dimDecl", buildDim),
    ...pick("netDecl", buildNet),
    ...pick("archDecl", buildArch),
    ...pick("fnDecl", buildFn),
    ...pick("memoryDecl", buildMemory),
    ...pick("modelDecl", buildModel),
    ...pick("trainDecl", buildTrain),
  ];
  const ordered = [...declarations].sort((a, b) => a.span.start - b.span.start);
  return {
    kind: "file",
    path: builder.path,
    doc,
    imports: pick("importDecl", buildImport),
    items: ordered,
    span,
  };
};

const buildImport = (builder: AstBuilder, node: CstNode): Import => {
  const path = token(node, "StringLiteral");
  const spelled = toName(builder.path, path, node);
  return {
    names: tokens(node, "Word").map((name) => toName(builder.path, name, node)),
    path: { text: unquote(spelled.text), span: spelled.span },
    span: nodeSpan(builder.path, node) ?? spelled.span,
  };
};

const buildDim = (builder: AstBuilder, node: CstNode): DimDecl => {
  const head = { kind: "dim", ...buildHead(builder, node, token(node, "Name")) } as const;
  return token(node, "Equals") === undefined
    ? head
    : { ...head, value: buildExpression(builder, child(node, "expression"), node) };
};

const buildNet = (builder: AstBuilder, node: CstNode): NetDecl => {
  const body = child(node, "netBody");
  const block = child(body, "block");
  return {
    kind: "net",
    ...buildHead(builder, node, token(node, "Name")),
    parameters: buildParams(builder, child(node, "params")),
    result: buildResultType(builder, child(node, "resultType"), node),
    body:
      block === undefined
        ? buildPipeline(builder, child(body, "pipeline"), node)
        : buildBlock(builder, block),
  };
};

const buildArch = (builder: AstBuilder, node: CstNode): ArchDecl => ({
  kind: "arch",
  ...buildHead(builder, node, token(node, "Name")),
  parameters: nodes(node, "archParam").map((parameter): ArchParam => {
    const name = toName(builder.path, token(parameter, "Name"), parameter);
    const rest = token(parameter, "Ellipsis") !== undefined;
    return token(parameter, "Equals") === undefined
      ? { name, rest }
      : {
          name,
          rest,
          default: buildExpression(builder, child(parameter, "expression"), parameter),
        };
  }),
  body: buildPipeline(builder, child(node, "pipeline"), node),
});

const buildPipeline = (
  builder: AstBuilder,
  node: CstNode | undefined,
  parent: CstNode,
): ArchExpr => ({
  kind: "arch-expr",
  layers: (node === undefined ? [] : nodes(node, "layer")).map((layer): Layer => ({
    name: toName(builder.path, token(layer, "Name"), layer),
    arguments: buildArguments(builder, child(layer, "callArguments")),
    repeated: token(layer, "Ellipsis") !== undefined,
    span: nodeSpan(builder.path, layer) ?? afterNode(builder.path, parent),
  })),
  span:
    (node === undefined ? undefined : nodeSpan(builder.path, node)) ??
    afterNode(builder.path, parent),
});

const buildFn = (builder: AstBuilder, node: CstNode): FnDecl => ({
  kind: "fn",
  ...buildHead(builder, node, token(node, "Name")),
  parameters: buildParams(builder, child(node, "params")),
  result: buildType(builder, child(node, "type"), node),
  body: buildBody(builder, child(node, "body"), node),
});

const buildMemory = (builder: AstBuilder, node: CstNode): MemoryDecl => {
  const dims = child(node, "memoryDims");
  return {
    kind: "memory",
    ...buildHead(builder, node, token(node, "Name")),
    dims:
      dims === undefined
        ? []
        : tokens(dims, "Name").map((name) => toName(builder.path, name, dims)),
    states: nodes(node, "stateDecl").map((state): StateDecl => ({
      kind: "state",
      ...buildHead(builder, state, token(state, "Name")),
      type: buildType(builder, child(state, "type"), state),
      initial: buildExpression(builder, child(state, "expression"), state),
    })),
    nets: nodes(node, "netDecl").map((net) => buildNet(builder, net)),
    operations: nodes(node, "operation").map((operation) => buildOperation(builder, operation)),
  };
};

const roles = ["address", "read", "write"] as const;

const buildOperation = (builder: AstBuilder, node: CstNode): Operation => {
  const first = token(node, "StatementName");
  const second = token(node, "Word");
  const head = buildHead(builder, node, second ?? first);
  const role = roles.find((name) => name === first?.image);
  if (role === undefined && first !== undefined && second !== undefined) {
    builder.report(unknownRole(toName(builder.path, first, node), head.name));
  }
  const operation = {
    kind: "operation",
    ...head,
    role: role ?? "step",
    parameters: buildParams(builder, child(node, "params")),
    body: buildBody(builder, child(node, "body"), node),
  } as const;
  if (token(node, "Arrow") !== undefined) {
    return { ...operation, result: buildResultType(builder, child(node, "resultType"), node) };
  }
  if (operation.body.kind !== "block" && operation.body.kind !== "missing") {
    builder.report(updateAsExpression(operation.name, operation.body.span));
  }
  return operation;
};

const buildBody = (
  builder: AstBuilder,
  node: CstNode | undefined,
  parent: CstNode,
): Expr | Block => {
  const block = child(node, "block");
  return block === undefined
    ? buildExpression(builder, child(node, "expression"), node ?? parent)
    : buildBlock(builder, block);
};

const buildBlock = (builder: AstBuilder, node: CstNode): Block => {
  const { path } = builder;
  const spanOf = (statement: CstNode): Span => nodeSpan(path, statement) ?? afterNode(path, node);
  const valueOf = (statement: CstNode): Expr =>
    buildExpression(builder, child(statement, "expression"), statement);
  const statements: readonly BlockStatement[] = [
    ...nodes(node, "letStatement").map((statement) => ({
      kind: "let" as const,
      name: toName(path, token(statement, "Name"), statement),
      value: valueOf(statement),
      span: spanOf(statement),
    })),
    ...nodes(node, "updateStatement").map((statement) => {
      const name = toName(path, token(statement, "StatementName"), statement);
      if (token(statement, "Prime") === undefined && token(statement, "Equals") !== undefined) {
        builder.report(updateWithoutPrime(name));
      }
      return {
        kind: "update" as const,
        name,
        value: valueOf(statement),
        span: spanOf(statement),
      };
    }),
    ...nodes(node, "returnStatement").map((statement) => ({
      kind: "return" as const,
      value: valueOf(statement),
      span: spanOf(statement),
    })),
  ];
  return {
    kind: "block",
    statements: [...statements].sort((a, b) => a.span.start - b.span.start),
    span: nodeSpan(path, node) ?? afterNode(path, node),
  };
};
