import type { CstNode } from "chevrotain";
import type {
  DataDecl,
  Equation,
  Expr,
  InitialValue,
  Member,
  MemoryInstance,
  ModelDecl,
  ParamDecl,
  SiteDecl,
  TrainDecl,
} from "../ast.ts";
import { buildArguments, buildExpression, readTime } from "./build-expression.ts";
import type { DeclarationHead } from "./build-type.ts";
import { buildHead, buildType } from "./build-type.ts";
import type { AstBuilder } from "./cst.ts";
import { afterNode, child, nodes, nodeSpan, token, tokens, toName } from "./cst.ts";
import { dataIndex, initialSite, leftIndex } from "./errors.ts";

/** The AST of a `modelDecl` tree. */
export const buildModel = (builder: AstBuilder, node: CstNode): ModelDecl => {
  const members: readonly Member[] = [
    ...nodes(node, "dataDecl").map((member) => buildData(builder, member)),
    ...nodes(node, "paramDecl").map((member) => buildParam(builder, member)),
    ...nodes(node, "memoryInstance").map((member) => buildInstance(builder, member)),
    ...nodes(node, "definition").map((member) => buildDefinition(builder, member)),
  ];
  return {
    kind: "model",
    ...buildHead(builder, node, token(node, "Name")),
    members: [...members].sort((a, b) => a.span.start - b.span.start),
  };
};

const buildData = (builder: AstBuilder, node: CstNode): DataDecl => {
  const head = buildHead(builder, node, token(node, "Name"));
  const timeIndex = child(node, "timeIndex");
  if (timeIndex !== undefined) {
    const index = buildExpression(builder, child(timeIndex, "expression"), timeIndex);
    if (index.kind !== "missing" && readTime(index) !== 0) {
      builder.report(dataIndex(index.span, head.name.text));
    }
  }
  return {
    kind: "data",
    ...head,
    indexed: timeIndex !== undefined,
    shared: token(node, "Shared") !== undefined,
    type: buildType(builder, child(node, "type"), node),
  };
};

const buildParam = (builder: AstBuilder, node: CstNode): ParamDecl => {
  const parameter = {
    kind: "param",
    ...buildHead(builder, node, token(node, "Name")),
    type: buildType(builder, child(node, "type"), node),
  } as const;
  return token(node, "Equals") === undefined
    ? parameter
    : { ...parameter, initial: buildExpression(builder, child(node, "expression"), node) };
};

const buildInstance = (builder: AstBuilder, node: CstNode): MemoryInstance => {
  const [variable, memory] = tokens(node, "Name");
  return {
    kind: "memory-instance",
    ...buildHead(builder, node, variable),
    memory: toName(builder.path, memory, node),
    arguments: buildArguments(builder, child(node, "callArguments")),
  };
};

type Index = "none" | "step" | "initial";

const readIndex = (builder: AstBuilder, node: CstNode | undefined, name: string): Index => {
  if (node === undefined) return "none";
  const index = buildExpression(builder, child(node, "expression"), node);
  if (index.kind === "number" && index.value === 0) return "initial";
  if (index.kind !== "missing" && readTime(index) !== 0)
    builder.report(leftIndex(index.span, name));
  return "step";
};

const buildDefinition = (
  builder: AstBuilder,
  node: CstNode,
): InitialValue | Equation | SiteDecl => {
  const head = buildHead(builder, node, token(node, "StatementName"));
  const index = readIndex(builder, child(node, "timeIndex"), head.name.text);
  const site = child(node, "site");
  if (site !== undefined) {
    if (index === "initial") builder.report(initialSite(head.name));
    return buildSite(builder, site, head, index === "step");
  }
  const equation = child(node, "equation");
  const type = child(equation, "type");
  const value = buildExpression(builder, child(equation, "expression"), equation ?? node);
  const typed = type === undefined ? {} : { type: buildType(builder, type, node) };
  return index === "initial"
    ? { kind: "initial", ...head, ...typed, value }
    : { kind: "equation", ...head, indexed: index === "step", ...typed, value };
};

const buildSite = (
  builder: AstBuilder,
  node: CstNode,
  head: DeclarationHead,
  indexed: boolean,
): SiteDecl => {
  const [first, second] = nodes(node, "expression");
  const prior = buildExpression(builder, first, node);
  const site = { kind: "site", ...head, indexed, prior } as const;
  if (token(node, "Guide") === undefined) return site;
  const guide: Expr = buildExpression(builder, second, node);
  const isPrior = guide.kind === "name" && guide.text === "prior";
  return { ...site, guide: isPrior ? { kind: "guide-prior", span: guide.span } : guide };
};

/** The AST of a `trainDecl` tree. */
export const buildTrain = (builder: AstBuilder, node: CstNode): TrainDecl => ({
  kind: "train",
  entries: nodes(node, "trainSetting").map((entry) => ({
    name: toName(builder.path, token(entry, "StatementName"), entry),
    value: buildExpression(builder, child(entry, "expression"), entry),
    span: nodeSpan(builder.path, entry) ?? afterNode(builder.path, node),
  })),
  span: nodeSpan(builder.path, node) ?? afterNode(builder.path, node),
});
