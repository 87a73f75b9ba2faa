/**
 * Changes of a sign or a factor in formulas, one at a time. Formulas of graphs are calls (`sub(a, b)`), which mutation tools for
 * JavaScript leave alone: they change operators only.
 */
import ts from "typescript";

/** One change of one file. */
export interface Mutant {
  /** From the root of the project. */
  readonly file: string;
  readonly line: number;
  /** "sub(x, loc) to add(x, loc)", with a number where the same change is possible several times. */
  readonly what: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What the mutated text calls the module of graph constructors. */
const BUILD = "unmutated";

const swappedCalls: Readonly<Record<string, string>> = {
  add: "sub",
  sub: "add",
  mul: "div",
  div: "mul",
  max: "min",
  min: "max",
};

const swappedOperators: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.PlusToken, "-"],
  [ts.SyntaxKind.MinusToken, "+"],
  [ts.SyntaxKind.AsteriskToken, "/"],
  [ts.SyntaxKind.SlashToken, "*"],
  [ts.SyntaxKind.PlusEqualsToken, "-="],
  [ts.SyntaxKind.MinusEqualsToken, "+="],
  [ts.SyntaxKind.AsteriskEqualsToken, "/="],
]);

/** What an expression is: a node of a graph, a number of a formula, or anything else, such as an axis. */
export type Kind = "node" | "number" | "other";

/** Every change of a file's formulas. */
export const mutantsOf = (
  source: ts.SourceFile,
  file: string,
  kindOf: (expression: ts.Expression) => Kind,
): readonly Mutant[] => {
  const found: Mutant[] = [];
  const counts = new Map<string, number>();
  const change = (node: ts.Node, text: string, shown: ts.Node = node): void => {
    const before = shown.getText(source);
    const after = `${before.slice(0, node.getStart(source) - shown.getStart(source))}${text}${before.slice(node.getEnd() - shown.getStart(source))}`;
    const named = short(`${before} to ${after}`).replaceAll(`${BUILD}.`, "");
    const count = (counts.get(named) ?? 0) + 1;
    counts.set(named, count);
    found.push({
      file,
      line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
      what: count === 1 ? named : `${named} (${count})`,
      start: node.getStart(source),
      end: node.getEnd(),
      text,
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isExpression(node)) changesOf(node, { source, kindOf, change });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

interface Looking {
  readonly source: ts.SourceFile;
  readonly kindOf: (expression: ts.Expression) => Kind;
  readonly change: (node: ts.Node, text: string, shown?: ts.Node) => void;
}

const changesOf = (node: ts.Expression, looking: Looking): void => {
  changesOfCall(node, looking);
  changesOfWhole(node, looking);
  changesOfNumber(node, looking);
};

/** `add` becomes `sub`, and so on; `neg(x)` becomes `x`. */
const changesOfCall = (node: ts.Expression, { source, change }: Looking): void => {
  const swapped = swappedCalls[functionName(node) ?? ""];
  if (swapped !== undefined) change(node, `${BUILD}.${swapped}`, calledBy(node) ?? node);
  if (!ts.isCallExpression(node) || functionName(node.expression) !== "neg") return;
  const [operand] = node.arguments;
  if (operand !== undefined) change(node, operand.getText(source));
};

/** A whole formula changes its sign, and is taken twice. */
const changesOfWhole = (node: ts.Expression, { source, kindOf, change }: Looking): void => {
  if (!isWhole(node) || kindOf(node) !== "node") return;
  const text = node.getText(source);
  change(node, `${BUILD}.neg(${text})`);
  change(node, `${BUILD}.mul(2, ${text})`);
};

/** `+` becomes `-`, and so on; `-x` becomes `x`; a number is doubled. */
const changesOfNumber = (node: ts.Expression, { source, kindOf, change }: Looking): void => {
  if (ts.isBinaryExpression(node)) {
    const operator = swappedOperators.get(node.operatorToken.kind);
    if (operator === undefined || kindOf(node) !== "number") return;
    change(node.operatorToken, operator, node);
  } else if (ts.isNumericLiteral(node)) {
    if (!isFactor(node, kindOf)) return;
    const value = Number(node.text);
    change(node, value === 0 ? "1" : `${value * 2}`, shownAround(node));
  } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    if (!isFactor(node, kindOf)) return;
    change(node, node.operand.getText(source), shownAround(node));
  }
};

/** `add` of `add(a, b)`, `g.add(a, b)` and `terms.reduce(add)`. */
const functionName = (node: ts.Node): string | undefined => {
  const { parent } = node;
  const isUsed =
    ts.isCallExpression(parent) &&
    (parent.expression === node || parent.arguments.some((argument) => argument === node));
  if (!isUsed) return undefined;
  if (ts.isIdentifier(node)) return node.text;
  if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  return ["g", "build"].includes(node.expression.text) ? node.name.text : undefined;
};

const calledBy = (node: ts.Node): ts.Node | undefined =>
  ts.isCallExpression(node.parent) && node.parent.expression === node ? node.parent : undefined;

/** A value that leaves a function, gets a name, or stands in a list or table; not a part of a formula. */
const isWhole = (node: ts.Expression): boolean => {
  const { parent } = node;
  if (ts.isVariableDeclaration(parent))
    return parent.initializer === node && !ts.isIdentifier(node);
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isArrowFunction(parent)) return parent.body === node;
  return ts.isReturnStatement(parent) || ts.isArrayLiteralExpression(parent);
};

/** A number of a formula: an operand, the value of a constant or of a list of constants. */
const isFactor = (node: ts.Expression, kindOf: (expression: ts.Expression) => Kind): boolean => {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) {
    const { kind } = parent.operatorToken;
    const isArithmetic = swappedOperators.has(kind) || kind === ts.SyntaxKind.AsteriskAsteriskToken;
    return isArithmetic && kindOf(parent) === "number";
  }
  if (ts.isCallExpression(parent)) {
    return functionName(parent.expression) !== undefined && kindOf(parent) === "node";
  }
  if (ts.isVariableDeclaration(parent)) return ts.isSourceFile(parent.parent.parent.parent);
  if (ts.isPrefixUnaryExpression(parent)) return isFactor(parent, kindOf);
  return ts.isArrayLiteralExpression(parent) && ts.isVariableDeclaration(parent.parent);
};

const shownAround = (node: ts.Expression): ts.Node => {
  const { parent } = node;
  if (ts.isPrefixUnaryExpression(parent)) return shownAround(parent);
  return ts.isArrayLiteralExpression(parent) ? node : parent;
};

const short = (text: string): string => text.replaceAll(/\s+/gu, " ");

/** The text of a file with one change; `build` is the address of the module of graph constructors. */
export const applied = (source: string, { start, end, text }: Mutant, build: string): string =>
  `import * as ${BUILD} from ${JSON.stringify(build)};${source.slice(0, start)}${text}${source.slice(end)}\nvoid ${BUILD};`;
