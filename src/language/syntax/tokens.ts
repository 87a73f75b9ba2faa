import type { IToken, TokenType } from "chevrotain";
import { createToken, Lexer } from "chevrotain";

const firstLetter = "[\\p{L}_]";
const laterLetters = "[\\p{L}\\p{M}\\p{N}_]*";
const namePattern = new RegExp(`${firstLetter}${laterLetters}`, "uy");
const letterBefore = new RegExp(`[\\p{L}\\p{M}\\p{N}_'’′]$`, "u");

const matchName = (text: string, offset: number): RegExpExecArray | null => {
  namePattern.lastIndex = offset;
  return namePattern.exec(text);
};

/**
 * Where a name may start, for the lexer's table by first character: ASCII letters, Latin-1 letters, and one code
 * in each of the 255-wide buckets in which Chevrotain puts all higher codes.
 */
const nameStarts: number[] = [
  ...Array.from({ length: 128 }, (_, code) => code).filter((code) =>
    /[A-Za-z_]/u.test(String.fromCharCode(code)),
  ),
  ...Array.from({ length: 128 }, (_, index) => index + 128),
  ...Array.from({ length: 257 }, (_, bucket) => Math.min(65535, 256 + bucket * 255)),
];

/** Any word after a dot, before `=` in an argument or before `:` in a record: names and reserved words alike. */
export const Word: TokenType = createToken({ name: "Word", pattern: Lexer.NA });

export const Name: TokenType = createToken({
  name: "Name",
  pattern: { exec: matchName },
  start_chars_hint: nameStarts,
  line_breaks: false,
  categories: [Word],
});

/**
 * The name that begins a statement in braces. The lexer does not make it: `layout.ts` turns a `Name` into one, so
 * that an expression cannot run into the next line and recovery knows where to go on.
 */
export const StatementName: TokenType = createToken({
  name: "StatementName",
  pattern: Lexer.NA,
  categories: [Word],
});

const keyword = (text: string, name: string, categories: TokenType[] = []): TokenType =>
  createToken({ name, pattern: text, longer_alt: Name, categories: [Word, ...categories] });

export const Import: TokenType = keyword("import", "Import");
export const Dim: TokenType = keyword("dim", "Dim");
export const Net: TokenType = keyword("net", "Net");
export const Arch: TokenType = keyword("arch", "Arch");
export const Fn: TokenType = keyword("fn", "Fn");
export const Memory: TokenType = keyword("memory", "Memory");
export const State: TokenType = keyword("state", "State");
export const Let: TokenType = keyword("let", "Let");
export const Return: TokenType = keyword("return", "Return");
export const Model: TokenType = keyword("model", "Model");
export const Data: TokenType = keyword("data", "Data");
export const Shared: TokenType = keyword("shared", "Shared");
export const Param: TokenType = keyword("param", "Param");
export const Guide: TokenType = keyword("guide", "Guide");
export const Train: TokenType = keyword("train", "Train");

export const Boolean: TokenType = createToken({ name: "Boolean", pattern: Lexer.NA });
const Yes: TokenType = keyword("yes", "Yes", [Boolean]);
const No: TokenType = keyword("no", "No", [Boolean]);

/** A word of the import declaration and an ordinary name everywhere else. */
export const From: TokenType = createToken({
  name: "From",
  pattern: "from",
  longer_alt: Name,
  categories: [Name, Word],
});

const symbol = (pattern: string | RegExp, name: string, categories: TokenType[] = []): TokenType =>
  createToken({ name, pattern, categories });

export const Sign: TokenType = createToken({ name: "Sign", pattern: Lexer.NA });
export const Factor: TokenType = createToken({ name: "Factor", pattern: Lexer.NA });
export const Comparison: TokenType = createToken({ name: "Comparison", pattern: Lexer.NA });

export const LBrace: TokenType = symbol("{", "LBrace");
export const RBrace: TokenType = symbol("}", "RBrace");
export const LParen: TokenType = symbol("(", "LParen");
export const RParen: TokenType = symbol(")", "RParen");
export const LBracket: TokenType = symbol("[", "LBracket");
export const RBracket: TokenType = symbol("]", "RBracket");
export const Comma: TokenType = symbol(",", "Comma");
export const Colon: TokenType = symbol(":", "Colon");
export const Equals: TokenType = symbol("=", "Equals");
export const Tilde: TokenType = symbol("~", "Tilde");
export const Arrow: TokenType = symbol("->", "Arrow");
export const Then: TokenType = symbol(">>", "Then");
export const Ellipsis: TokenType = symbol("...", "Ellipsis");
export const Dot: TokenType = symbol(".", "Dot");
const Plus: TokenType = symbol("+", "Plus", [Sign]);
export const Minus: TokenType = symbol("-", "Minus", [Sign]);
const Star: TokenType = symbol("*", "Star", [Factor]);
const Slash: TokenType = symbol("/", "Slash", [Factor]);
const At: TokenType = symbol("@", "At", [Factor]);
export const Caret: TokenType = symbol("^", "Caret");
const comparisons: readonly TokenType[] = [
  symbol(">=", "AtLeast", [Comparison]),
  symbol("<=", "AtMost", [Comparison]),
  symbol("!=", "Unequal", [Comparison]),
  symbol(">", "Greater", [Comparison]),
  symbol("<", "Less", [Comparison]),
];
export const Prime: TokenType = symbol("'", "Prime");

/** `_` among the axes of a type. */
export const Hole: TokenType = createToken({ name: "Hole", pattern: "_", longer_alt: Name });

export const NumberLiteral: TokenType = symbol(/\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/, "NumberLiteral");
export const StringLiteral: TokenType = symbol(/"[^"\n]*"/, "StringLiteral");

/**
 * What people bring from other notations. Each is read as what it stands for (`categories`), so that the rest of
 * the line is still checked, and reported with the spelling of this language.
 */
export interface Slip {
  readonly token: TokenType;
  /** What to write instead; the empty text where it is to be removed. */
  readonly instead: string;
  readonly message: string;
}

const slip = (
  pattern: string | RegExp,
  name: string,
  reading: TokenType | undefined,
  instead: string,
  message: string,
): Slip => ({
  token: createToken({
    name,
    pattern,
    categories: reading === undefined ? [] : [reading, ...(reading.CATEGORIES ?? [])],
  }),
  instead,
  message,
});

/** `'./path'` that does not follow a name, where the quote would be a prime. */
const matchQuoted = (text: string, offset: number): RegExpExecArray | null => {
  if (letterBefore.test(text.slice(Math.max(0, offset - 2), offset))) return null;
  const quoted = /'[^'\s()=]*'/uy;
  quoted.lastIndex = offset;
  return quoted.exec(text);
};

const Quoted: TokenType = createToken({
  name: "Quoted",
  pattern: { exec: matchQuoted },
  start_chars_hint: ["'"],
  line_breaks: false,
  categories: [StringLiteral],
});

export const OpenString: TokenType = createToken({
  name: "OpenString",
  pattern: /"[^"\n]*/,
  categories: [StringLiteral],
});

/** Skipped by the layout pass. */
export const Semicolon: TokenType = createToken({ name: "Semicolon", pattern: ";" });
export const HashComment: TokenType = createToken({ name: "HashComment", pattern: /#[^\n]*/ });

/** A comparison in an expression, and a slip where an equation has its `=`: the parser tells them apart. */
export const EqualsEquals: TokenType = createToken({
  name: "EqualsEquals",
  pattern: "==",
  categories: [Equals, Comparison],
});

/** In the order in which the lexer tries them. */
export const slips: readonly Slip[] = [
  { token: EqualsEquals, instead: "=", message: "an equation is written with one `=`" },
  slip(":=", "ColonEquals", Equals, "=", "an equation is written with `=`"),
  slip("<-", "LeftArrow", Equals, "=", "an equation is written with `=`, a distribution with `~`"),
  slip("=>", "FatArrow", Arrow, "->", "the result of a function is written with `->`"),
  slip("→", "UnicodeArrow", Arrow, "->", "the result of a function is written with `->`"),
  slip("**", "StarStar", Caret, "^", "a power is written with `^`"),
  slip(/[−–—]/, "UnicodeMinus", Minus, "-", "the minus sign is the plain hyphen"),
  slip(/[×·⋅∗]/, "UnicodeTimes", Star, "*", "a product is written with `*`"),
  slip(/[∼～]/, "UnicodeTilde", Tilde, "~", "a distribution is written with `~`"),
  slip(/[’′]/, "UnicodePrime", Prime, "'", "the prime is the plain apostrophe"),
  { token: Semicolon, instead: "", message: "statements end without `;`" },
  { token: HashComment, instead: "//", message: "a comment starts with `//`" },
  { token: Quoted, instead: '"', message: "texts stand in double quotes" },
];

const skipped: readonly TokenType[] = [
  createToken({ name: "Space", pattern: /[ \t\r\n\f\u00a0\ufeff]+/, group: Lexer.SKIPPED }),
  createToken({ name: "Doc", pattern: /\/\/\/(?!\/)[^\n]*/, group: "docs" }),
  createToken({ name: "Comment", pattern: /\/\/[^\n]*/, group: Lexer.SKIPPED }),
];

/** Reserved words; they can be fields, methods, arguments and operations but not variables. */
export const keywords: ReadonlyMap<string, TokenType> = new Map([
  ["import", Import],
  ["dim", Dim],
  ["net", Net],
  ["arch", Arch],
  ["fn", Fn],
  ["memory", Memory],
  ["state", State],
  ["let", Let],
  ["return", Return],
  ["model", Model],
  ["data", Data],
  ["shared", Shared],
  ["param", Param],
  ["guide", Guide],
  ["train", Train],
  ["yes", Yes],
  ["no", No],
]);

/** What begins a declaration with expressions in it. */
export const declarations: readonly TokenType[] = [Dim, Net, Arch, Fn, Memory, Model, Train];

/** What begins a statement or declaration, or ends a group of them. */
export const statementStarts: readonly TokenType[] = [
  ...[...keywords.values()].filter((type) => type !== Yes && type !== No && type !== Shared),
  StatementName,
  RBrace,
];

/** All token types, in the order in which the lexer tries them. */
export const vocabulary: TokenType[] = [
  ...skipped,
  ...slips.map(({ token }) => token),
  ...keywords.values(),
  From,
  Hole,
  Name,
  NumberLiteral,
  StringLiteral,
  OpenString,
  Then,
  Ellipsis,
  Arrow,
  LBrace,
  RBrace,
  LParen,
  RParen,
  LBracket,
  RBracket,
  Comma,
  Colon,
  Equals,
  Tilde,
  Dot,
  Plus,
  Minus,
  Star,
  Slash,
  At,
  Caret,
  ...comparisons,
  Prime,
  Word,
  StatementName,
  Boolean,
  Sign,
  Factor,
  Comparison,
];

const lexer = new Lexer(vocabulary, {
  positionTracking: "onlyOffset",
  skipValidations: true,
  safeMode: false,
});

/** A text cut into tokens. */
export interface Tokens {
  readonly tokens: readonly IToken[];
  /** The `///` comments. */
  readonly docs: readonly IToken[];
  /** Characters that belong to no token. */
  readonly unknown: readonly { readonly offset: number; readonly length: number }[];
}

/** Cuts a text into tokens. */
export const tokenize = (text: string): Tokens => {
  const { tokens, groups, errors } = lexer.tokenize(text);
  // The parser derives the location of a tree from both ends of its tokens; the lexer gives one.
  for (const token of tokens) token.endOffset = token.startOffset + token.image.length - 1;
  return {
    tokens,
    docs: groups["docs"] ?? [],
    unknown: errors.map(({ offset, length }) => ({ offset, length })),
  };
};

/** Offset just after a token; of one that no text stands for, where it would be. */
export const endOf = ({ startOffset, endOffset = startOffset }: IToken): number => endOffset + 1;

/** Whether a token was put where its text is missing. */
export const isMadeUp = (token: IToken): boolean =>
  endOf(token) < token.startOffset + token.image.length;
