import type { CstParser, IParserErrorMessageProvider } from "chevrotain";
import type { GtmParser } from "./parser.ts";

/** Every grammar rule. */
export type RuleName = {
  [K in keyof GtmParser]: K extends Exclude<keyof GtmParser, InheritedName> ? K : never;
}[keyof GtmParser];

type InheritedName = keyof CstParser;

/** What may stand at a place, given the token before it. */
type Expectation = string | ((previous: string) => string);

/** By token that would have been right, or `or` where a choice of several begins. */
type Places = { readonly [token: string]: Expectation };

/** A list: first what opens it, then what may follow an element. */
const list =
  (open: string, first: string, following: string): Expectation =>
  (previous) =>
    previous === open ? first : following;

const name = (what: string): string => `the name of ${what}`;
const value = "a value: a number, a name, a call, `(…)` or `[…]`";
const equationBody = "`=` and its value, or `{` and statements";

/** Instead of the next declaration, where a dimension has no value yet. */
export const afterDimension = "`=` and a size, or the next declaration";

/** What was expected, in words, at each place of the grammar. */
export const expectations: { readonly [R in RuleName]: Places } = {
  file: {
    EOF: "a declaration: `import`, `dim`, `net`, `arch`, `fn`, `memory`, `model` or `train`",
  },
  item: {
    or: "a declaration: `import`, `dim`, `net`, `arch`, `fn`, `memory`, `model` or `train`",
  },
  importDecl: {
    LBrace: "`{` and the names to import",
    some: "a name to import",
    Word: "a name to import",
    RBrace: "`,` or `}` after the imported names",
    From: "`from` and the path of a file",
    StringLiteral: 'the path of a file, like "./memory/dnc.gtm"',
  },
  dimDecl: { Name: name("a dimension"), Equals: "`=` and a size" },
  netDecl: {
    Name: name("a network"),
    Arrow: "`->` and what the network gives",
  },
  netBody: { or: "`=` and an architecture, or `{` and statements", Equals: "`=`" },
  archDecl: {
    Name: name("an architecture"),
    LParen: "`(` and the parameters of the architecture",
    RParen: list("(", "a parameter or `)`", "`,` or `)`"),
    Equals: "`=` and layers",
  },
  archParam: {
    Name: name("a parameter"),
    or: "`...` (any number of sizes), `=` (a default), `,` or `)`",
    Ellipsis: "`...`",
    Equals: "`=`",
  },
  pipeline: { some: "a layer, like `dense(H, act)`" },
  layer: { Name: "a layer, like `dense(H, act)`", Ellipsis: "`...`" },
  fnDecl: { Name: name("a function"), Arrow: "`->` and the type of the result" },
  body: { or: equationBody, Equals: "`=`" },
  memoryDecl: {
    Name: name("a memory"),
    LBrace: "`(` and the dimensions of the memory, or `{` and its states",
    or: "a `state`, a `net` or an operation",
    RBrace: list(
      "{",
      "a `state`, a `net`, an operation or `}`",
      "an operator, a `state`, a `net`, an operation or `}`",
    ),
  },
  memoryDims: {
    LParen: "`(`",
    Name: name("a dimension"),
    RParen: list("(", "the name of a dimension or `)`", "`,` or `)`"),
  },
  stateDecl: {
    Name: name("a state"),
    Colon: "`:` and the type of the state",
    Equals: "`=` and the value before the first step",
  },
  operation: {
    StatementName: name("an operation"),
    Word: name("an operation"),
    Arrow: "`->`",
  },
  params: {
    LParen: "`(` and parameters",
    RParen: list("(", "a parameter or `)`", "`,` or `)`"),
  },
  param: { Name: name("a parameter"), Colon: "`:` and the type of the parameter" },
  resultType: { or: "a type, like `real[H]`, or a record of types, `{…}`" },
  type: {
    Name: "a type, like `real[H]`",
    LBracket: "`[`",
    some: "an axis: a dimension or `_`",
    RBracket: "`,` or `]` after an axis",
  },
  axis: { or: "an axis: a dimension or `_`", Hole: "`_`" },
  recordType: {
    LBrace: "`{`",
    some: "a field and its type, like `v: real[Z]`",
    RBrace: "`,` or `}` after a field",
  },
  field: { Word: name("a field"), Colon: "`:` and the type of the field" },
  block: {
    LBrace: "`{` and statements",
    or: "`let`, an update like `M' = …`, or `return`",
    RBrace: list(
      "{",
      "`let`, an update like `M' = …`, `return` or `}`",
      "an operator, `let`, an update like `M' = …`, `return` or `}`",
    ),
  },
  letStatement: { Name: name("a value"), Equals: "`=` and its value" },
  updateStatement: {
    StatementName: "an update like `M' = …`",
    Prime: "`'`",
    Equals: (previous) =>
      previous === "'" ? "`=` and the new value" : "`' =` and the new value of the state",
  },
  returnStatement: {},
  modelDecl: {
    Name: name("a model"),
    LBrace: "`{` and the lines of the model",
    or: "`data`, `param`, `memory`, an equation or a distribution",
    RBrace: list(
      "{",
      "`data`, `param`, `memory`, an equation, a distribution or `}`",
      "an operator, the next line of the model, or `}`",
    ),
  },
  dataDecl: {
    Name: name("a variable"),
    Colon: (previous) =>
      previous === "]" ? "`:` and the type of the data" : "`[t]`, or `:` and the type of the data",
    Shared: "`shared`",
  },
  paramDecl: {
    Name: name("a parameter"),
    Colon: "`:` and the type of the parameter",
    Equals: "`=`",
  },
  memoryInstance: {
    Name: (previous) =>
      previous === ":" ? "the kind of memory, like `LSTM(H)`" : name("a variable"),
    Colon: "`:` and the kind of memory, like `LSTM(H)`",
  },
  definition: {
    StatementName: name("a variable"),
    or: "`~` (a distribution), `=` (an equation) or `:` (a type)",
  },
  site: { Tilde: "`~`", Guide: "`guide`" },
  equation: { Colon: "`:`", Equals: "`=` and the value" },
  timeIndex: { LBracket: "`[`", RBracket: "`]`" },
  trainDecl: {
    LBrace: "`{` and settings",
    RBrace: list(
      "{",
      "a setting like `batch = 10`, or `}`",
      "an operator, a setting like `batch = 10`, or `}`",
    ),
  },
  trainSetting: { StatementName: name("a setting"), Equals: "`=` and a value" },
  override: {
    some: "what to set: a dimension, or `train.` and a setting",
    Word: "the name of a setting",
    Equals: "`=` and a value",
    EOF: "an operator or the end of the setting",
  },
  expression: { Comparison: "`>`, `>=`, `<`, `<=`, `==` or `!=`" },
  sum: { Sign: "`+` or `-`" },
  product: { Factor: "`*`, `/` or `@`" },
  unary: { or: value, Minus: "`-`" },
  power: { Caret: "`^`" },
  postfix: {},
  suffix: {
    or: "`[` or `.`",
    LBracket: "`[`",
    RBracket: "an operator or `]`",
    Dot: "`.`",
    Word: "the name of a field or an operation",
  },
  atom: {
    or: value,
    NumberLiteral: "a number",
    Boolean: "`yes` or `no`",
    StringLiteral: "a text",
    LParen: "`(`",
    RParen: "an operator or `)`",
  },
  variable: { Name: "a name", or: "`'` or `(`", Prime: "`'`" },
  callArguments: {
    LParen: "`(` and arguments",
    RParen: list("(", "an argument or `)`", "an operator, `,` or `)`"),
  },
  argument: { Word: "the name of an argument", Equals: "`=`" },
  concat: {
    LBracket: "`[`",
    some: "a value",
    RBracket: "an operator, `,` or `]`",
  },
  record: {
    LBrace: "`{`",
    RBrace: list("{", "a field and its value, like `ga: 3`, or `}`", "an operator, `,` or `}`"),
  },
  recordEntry: { Word: name("a field"), Colon: "`:` and the value of the field" },
};

const isRuleName = (rule: string): rule is RuleName => Object.hasOwn(expectations, rule);

/** What was expected at a place as `placeProvider` names it, given the token before it. */
export const expectationAt = (place: string, previous = ""): string => {
  const [rule = "", token = ""] = place.split(".");
  const places: Places = isRuleName(rule) ? expectations[rule] : {};
  const expectation = places[token] ?? "something else";
  return typeof expectation === "string" ? expectation : expectation(previous);
};

/** Makes the parser's errors name the place in the grammar, like `dimDecl.Name`, for `expectationAt`. */
export const placeProvider: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) => `${ruleName}.${expected.name}`,
  buildNotAllInputParsedMessage: ({ ruleName }) => `${ruleName}.EOF`,
  buildNoViableAltMessage: ({ ruleName }) => `${ruleName}.or`,
  buildEarlyExitMessage: ({ ruleName }) => `${ruleName}.some`,
};
