import type { CstElement, CstNode, IToken } from "chevrotain";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import type { Name } from "../ast.ts";

/** What the builders of the AST share while they walk one concrete syntax tree. */
export interface AstBuilder {
  readonly path: string;
  /** Text of the doc comment above what starts at this offset. */
  readonly docAt: (offset: number) => string;
  readonly report: (diagnostic: Diagnostic) => void;
}

const isNode = (element: CstElement): element is CstNode => "children" in element;
const isToken = (element: CstElement): element is IToken => "image" in element;

/** Tokens consumed under this name, in order, without those that recovery made up. */
export const tokens = (node: CstNode, name: string): readonly IToken[] =>
  (node.children[name] ?? []).filter(isToken).filter((token) => !Number.isNaN(token.startOffset));

/** Sub-trees of this rule, in order. */
export const nodes = (node: CstNode, rule: string): readonly CstNode[] =>
  (node.children[rule] ?? []).filter(isNode);

export const token = (node: CstNode, name: string): IToken | undefined => tokens(node, name)[0];

export const child = (node: CstNode | undefined, rule: string): CstNode | undefined =>
  node === undefined ? undefined : nodes(node, rule)[0];

export const tokenSpan = (file: string, { startOffset, image }: IToken): Span => ({
  file,
  start: startOffset,
  end: startOffset + image.length,
});

/** The text a tree was made from; `undefined` where recovery left it without tokens. */
export const nodeSpan = (file: string, { location }: CstNode): Span | undefined => {
  const start = location?.startOffset ?? NaN;
  const end = location?.endOffset ?? NaN;
  return Number.isNaN(start) || Number.isNaN(end) ? undefined : { file, start, end: end + 1 };
};

/** The empty span just after a tree, where a skipped part of it would have been. */
export const afterNode = (file: string, node: CstNode | undefined): Span => {
  const span = node === undefined ? undefined : nodeSpan(file, node);
  const end = span?.end ?? 0;
  return { file, start: end, end };
};

/** The name a token spells; the empty text where recovery found none. */
export const toName = (file: string, from: IToken | undefined, parent: CstNode): Name =>
  from === undefined
    ? { text: "", span: afterNode(file, parent) }
    : { text: from.image, span: tokenSpan(file, from) };
