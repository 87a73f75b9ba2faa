import type { CstNode, IRecognitionException, IToken } from "chevrotain";
import { EOF } from "chevrotain";
import type { Diagnostic, Fix } from "../../diagnostics/diagnostic.ts";
import { foreignEncoding } from "../../diagnostics/encoding.ts";
import type { Expr, File, Name } from "../ast.ts";
import { buildFile } from "./build-ast.ts";
import { buildExpression } from "./build-expression.ts";
import type { AstBuilder } from "./cst.ts";
import { child, tokens as tokensOf, tokenSpan } from "./cst.ts";
import { docComments } from "./doc-comments.ts";
import * as errors from "./errors.ts";
import type { TokenLayout } from "./brackets.ts";
import { layOut } from "./brackets.ts";
import { afterDimension, expectationAt, placeProvider } from "./expectations.ts";
import { GtmParser } from "./parser.ts";
import { deepBrackets, deepOperations, isStackExhausted } from "./nesting.ts";
import { quoteBefore } from "./quote.ts";
import { respell } from "./respell.ts";
import type { Tokens } from "./tokens.ts";
import * as T from "./tokens.ts";

/** A file and what is wrong with it; the file is there even with errors, with `missing` expressions. */
export interface Parsed {
  readonly file: File;
  readonly diagnostics: readonly Diagnostic[];
}

/** Building it costs milliseconds; each use sets its whole state anew. */
const parser = new GtmParser(placeProvider, true);

/** Parses one source text. Never throws for what a user may write. */
export const parse = (text: string, path: string): Parsed => {
  const { file, diagnostics } = parseOnce(text, path);
  return { file, diagnostics: withCheckedFixes(diagnostics, text, path) };
};

/** A parsed text with the offsets at which its statements begin. */
interface ParsedOnce extends Parsed {
  readonly boundaries: TokenLayout["boundaries"];
}

const parseOnce = (text: string, path: string): ParsedOnce => {
  const lexed = T.tokenize(text);
  const lexical = lexicalErrors(lexed, text, path);
  const significant = lexed.tokens.filter(
    ({ tokenType }) => tokenType !== T.Semicolon && tokenType !== T.HashComment,
  );
  const docs = docComments(lexed.docs, significant, text);
  const reported: Diagnostic[] = [];
  const builder: AstBuilder = {
    path,
    docAt: (offset) => docs.byOffset.get(offset) ?? "",
    report: (diagnostic) => reported.push(diagnostic),
  };
  const span = { file: path, start: 0, end: text.length };
  const refused = (diagnostic: Diagnostic): ParsedOnce => ({
    file: { kind: "file", path, doc: "", imports: [], items: [], span },
    diagnostics: [diagnostic],
    boundaries: [],
  });
  const encoding = foreignEncoding(text);
  if (encoding !== undefined) return refused(errors.notUtf8(path, encoding));
  const deep = deepBrackets(significant, path);
  if (deep !== undefined) return refused(errors.tooDeep(deep));
  try {
    const attempt = runParser(significant, text, path);
    const file = buildFile(builder, attempt.cst, docs.file, span);
    const chain = deepOperations(file);
    if (chain !== undefined) return refused(errors.tooDeep(chain));
    const { layout, spelling, syntax } = attempt;
    const slips = slipsIn(lexed, comparisons(attempt.cst), path);
    const causes = [...lexical.unreadable, ...spelling, ...layoutErrors(layout, path)];
    const first = [...causes, ...onePerStatement(syntax, causes, layout)];
    const diagnostics = [...first, ...elsewhere(reported, first, layout)];
    const { boundaries } = layout;
    return { file, diagnostics: inOrder([...slips, ...diagnostics]), boundaries };
  } catch (error) {
    // The parser calls itself for each operator in front of another; only a file made to do so exhausts the stack.
    if (!isStackExhausted(error)) throw error;
    return refused(errors.tooDeep({ span: { ...span, end: 0 }, what: "operations" }));
  }
};

interface Attempt {
  readonly cst: CstNode;
  readonly layout: TokenLayout;
  readonly spelling: readonly Diagnostic[];
  readonly syntax: readonly Diagnostic[];
}

/** Parses, and when that fails, once more with misspelt keywords put right. */
const runParser = (tokens: readonly IToken[], text: string, path: string): Attempt => {
  const run = (
    input: readonly IToken[],
  ): {
    readonly cst: CstNode;
    readonly layout: TokenLayout;
    readonly syntax: readonly Diagnostic[];
  } => {
    const layout = layOut(input, text);
    parser.input = [...layout.tokens];
    const cst = parser.file();
    const syntax = parser.errors.map((exception) =>
      syntaxError(exception, layout.tokens, text, path),
    );
    return { cst, layout, syntax };
  };
  const first = run(tokens);
  if (first.syntax.length === 0) return { ...first, spelling: [] };
  const respelled = respell(tokens, text, path);
  if (respelled.respellings.length === 0) return { ...first, spelling: [] };
  return { ...run(respelled.tokens), spelling: respelled.respellings.map(errors.misspelt) };
};

/** The problems of the layout; a reserved word is reported where it is used as a name first. */
const layoutErrors = ({ problems }: TokenLayout, path: string): readonly Diagnostic[] => {
  const seen = problems.filter(
    (problem, index) =>
      problem.kind !== "reserved" ||
      !problems
        .slice(0, index)
        .some((other) => other.kind === "reserved" && other.word.image === problem.word.image),
  );
  return seen.map((problem) => errors.layoutProblem(problem, path));
};

/** Where the tree has comparisons. */
const comparisons = (tree: CstNode): ReadonlySet<number> => {
  const found = new Set<number>();
  const pending = [tree];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const { startOffset } of tokensOf(node, "Comparison")) found.add(startOffset);
    for (const element of Object.values(node.children).flat()) {
      if ("children" in element) pending.push(element);
    }
  }
  return found;
};

/** What is spelt as in other notations, apart from `==` where it compares. */
const slipsIn = (
  { tokens }: Tokens,
  compared: ReadonlySet<number>,
  path: string,
): readonly Diagnostic[] =>
  tokens.flatMap((token) => {
    const slip = T.slips.find((candidate) => candidate.token === token.tokenType);
    return slip === undefined || compared.has(token.startOffset)
      ? []
      : [errors.slipped(slip, tokenSpan(path, token), token.image)];
  });

const lexicalErrors = (
  { tokens, unknown }: Tokens,
  text: string,
  path: string,
): { readonly unreadable: readonly Diagnostic[] } => {
  const open = tokens.filter((token) => token.tokenType === T.OpenString);
  return {
    unreadable: [
      ...open.map((token) => errors.openString(tokenSpan(path, token))),
      ...unknown.map(({ offset, length }) =>
        errors.unknownCharacters(
          { file: path, start: offset, end: offset + length },
          text.slice(offset, offset + length),
        ),
      ),
    ],
  };
};

const syntaxError = (
  exception: IRecognitionException,
  tokens: readonly IToken[],
  text: string,
  file: string,
): Diagnostic => {
  const { token } = exception;
  const atEnd = token.tokenType === EOF;
  const index = atEnd ? tokens.length : tokens.indexOf(token);
  const previous = tokens[index - 1];
  const isDimension = tokens[index - 2]?.tokenType === T.Dim;
  return errors.unexpected({
    file,
    text,
    expectation: isDimension ? afterDimension : expectationAt(exception.message, previous?.image),
    wantsName: /\.(?:Name|Word|StatementName)$|^unary/u.test(exception.message),
    after: quoteBefore(tokens, index, text),
    previous,
    actual: atEnd ? undefined : token,
  });
};

/** How many statements begin at or before an offset: a number for the statement it is in. */
const statementAt = ({ boundaries }: Pick<TokenLayout, "boundaries">, offset = 0): number =>
  boundaries.filter((start) => start <= offset).length;

/** Errors in statements where none of `causes` is; there they would only be its consequences. */
const elsewhere = (
  errors: readonly Diagnostic[],
  causes: readonly Diagnostic[],
  layout: TokenLayout,
): readonly Diagnostic[] => {
  const taken = new Set(
    causes.flatMap(({ primary, secondary }) =>
      [primary, ...secondary].map((label) => statementAt(layout, label?.span.start)),
    ),
  );
  return errors.filter(({ primary }) => !taken.has(statementAt(layout, primary?.span.start)));
};

/** The first error of each statement that has none of `causes`. */
const onePerStatement = (
  errors: readonly Diagnostic[],
  causes: readonly Diagnostic[],
  layout: TokenLayout,
): readonly Diagnostic[] => {
  const first = new Map<number, Diagnostic>();
  for (const error of inOrder(elsewhere(errors, causes, layout))) {
    const statement = statementAt(layout, error.primary?.span.start);
    if (!first.has(statement)) first.set(statement, error);
  }
  return [...first.values()];
};

const inOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  [...diagnostics].sort((a, b) => (a.primary?.span.start ?? 0) - (b.primary?.span.start ?? 0));

/** Characters that are parsed anew for fixes; what a longer file would cost is not worth its last fixes. */
const mostReparsed = 500_000;

/** Keeps a fix only when the text with it is better, and only the first ones of a long text. */
const withCheckedFixes = (
  diagnostics: readonly Diagnostic[],
  text: string,
  path: string,
): readonly Diagnostic[] => {
  let left = mostReparsed;
  return diagnostics.map((diagnostic) => {
    const { fix, ...rest } = diagnostic;
    if (fix === undefined) return diagnostic;
    left -= text.length;
    if (left < 0) return rest;
    const fixed = text.slice(0, fix.span.start) + fix.text + text.slice(fix.span.end);
    return removes(diagnostic, fix, diagnostics, parseOnce(fixed, path)) ? diagnostic : rest;
  });
};

const signature = ({ code, message }: Diagnostic): string => `${code} ${message}`;

/**
 * Whether the error is gone in the edited text, no other has come, and the statements that the edit touches can be
 * read: apart from slips, each of which has an edit of its own.
 */
const removes = (
  diagnostic: Diagnostic,
  { span, text }: Fix,
  before: readonly Diagnostic[],
  after: ParsedOnce,
): boolean => {
  const known = before.map(signature);
  const own = signature(diagnostic);
  const count = (all: readonly string[]): number => all.filter((one) => one === own).length;
  const left = after.diagnostics.map(signature);
  if (count(left) >= count(known) || !left.every((one) => known.includes(one))) return false;
  const first = statementAt(after, span.start);
  const last = statementAt(after, span.start + text.length);
  return after.diagnostics.every(({ code, primary }) => {
    const at = statementAt(after, primary?.span.start);
    return code === errors.slipCode || at < first || at > last;
  });
};

/** An expression with the path it is to be assigned to, `train.lr = 3e-4`. */
export interface ParsedOverride {
  readonly path: readonly Name[];
  readonly value: Expr;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses `path = expression`, the form of overrides on a command line. */
export const parseOverride = (text: string, source: string): ParsedOverride => {
  const lexed = T.tokenize(text);
  const lexical = lexicalErrors(lexed, text, source);
  const tokens = lexed.tokens.filter(({ tokenType }) => tokenType !== T.Semicolon);
  parser.input = [...tokens];
  const cst = parser.override();
  const syntax = parser.errors.map((exception) => syntaxError(exception, tokens, text, source));
  const reported: Diagnostic[] = [];
  const builder: AstBuilder = {
    path: source,
    docAt: () => "",
    report: (diagnostic) => reported.push(diagnostic),
  };
  const value = buildExpression(builder, child(cst, "expression"), cst);
  const path = tokensOf(cst, "Word").map((word) => ({
    text: word.image,
    span: tokenSpan(source, word),
  }));
  const causes = [...slipsIn(lexed, comparisons(cst), source), ...lexical.unreadable];
  const diagnostics =
    causes.length > 0 ? causes : syntax.length > 0 ? syntax.slice(0, 1) : reported;
  return { path, value, diagnostics };
};
