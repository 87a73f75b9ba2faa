import type { IToken } from "chevrotain";
import { tokenMatcher } from "chevrotain";
import type { ErrorCode } from "../../diagnostics/codes.ts";
import { problemAt, type Diagnostic, type Fix } from "../../diagnostics/diagnostic.ts";
import type { ForeignEncoding } from "../../diagnostics/encoding.ts";
import { didYouMean } from "../../diagnostics/nearest.ts";
import type { Span } from "../../diagnostics/span.ts";
import type { Expr, Name } from "../ast.ts";
import type { LayoutProblem } from "./brackets.ts";
import type { Nesting } from "./nesting.ts";
import type { Respelling } from "./respell.ts";
import type { Slip } from "./tokens.ts";
import * as T from "./tokens.ts";

interface Parts {
  readonly code: ErrorCode;
  readonly message: string;
  readonly span: Span;
  readonly label: string;
  readonly help?: readonly string[];
  readonly fix?: Fix;
}

const error = ({ code, message, span, label, help = [], fix }: Parts): Diagnostic => ({
  code,
  severity: "error",
  message,
  primary: { span, text: label },
  secondary: [],
  notes: [],
  help,
  ...(fix === undefined ? {} : { fix }),
});

/** Characters as a message can show them: what cannot be seen, and what would end the quotation, by its number. */
const quoted = (text: string): string =>
  /[`\p{C}\p{Z}]/u.test(text)
    ? Array.from(text, (character) => {
        const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
        return `U+${code.padStart(4, "0")}`;
      }).join(" ")
    : `\`${text}\``;

export const unknownCharacters = (span: Span, text: string): Diagnostic =>
  error({
    code: "E0101",
    message: `${quoted(text)} is not part of the language`,
    span,
    label: "skipped",
  });

/** Said once of a whole file: each of its letters would be an error of its own. */
export const notUtf8 = (file: string, { name, at }: ForeignEncoding): Diagnostic =>
  error({
    code: "E0101",
    message: `${file} is ${name}, not in UTF-8`,
    span: { file, start: at, end: at + 1 },
    label: "no character of UTF-8",
    help: ["save the file as UTF-8"],
  });

/** The code of what is read as what it stands for. */
export const slipCode = "E0102";

export const slipped = ({ message, instead }: Slip, span: Span, image: string): Diagnostic => {
  const comment = image.startsWith("#");
  const replacement = instead === "//" || instead === '"' ? instead + image.slice(1) : instead;
  const text = image.startsWith("'") ? `"${image.slice(1, -1)}"` : replacement;
  return error({
    code: slipCode,
    message,
    span,
    label: text === "" ? "remove it" : comment ? "write `//`" : `write \`${text}\``,
    fix: { span, text },
  });
};

export const openString = (span: Span): Diagnostic =>
  error({
    code: "E0103",
    message: 'this text has no closing `"`',
    span,
    label: "texts end on the line they begin",
  });

const closing: { readonly [open: string]: string } = { "{": "}", "(": ")", "[": "]" };

export const layoutProblem = (problem: LayoutProblem, file: string): Diagnostic => {
  if (problem.kind === "reserved") return reserved(problem.word, file);
  if (problem.kind === "unopened") {
    const span = { file, start: problem.offset, end: problem.offset };
    return error({
      code: "E0107",
      message: "the lines that follow are in no braces",
      span,
      label: "`{` is missing here",
      fix: { span, text: " {" },
    });
  }
  if (problem.kind === "stray") {
    const { image, startOffset } = problem.close;
    const span = { file, start: startOffset, end: startOffset + 1 };
    const message = `this \`${image}\` closes nothing`;
    return error({
      code: "E0105",
      message,
      span,
      label: "no bracket is open here",
      fix: { span, text: "" },
    });
  }
  const { open, offset } = problem;
  const span = { file, start: open.startOffset, end: open.startOffset + 1 };
  const insertion = { file, start: offset, end: offset };
  const close = closing[open.image] ?? "";
  return {
    ...error({
      code: "E0104",
      message: `this \`${open.image}\` is never closed`,
      span,
      label: "opened here",
      help: [`add the missing \`${close}\``],
      fix: { span: insertion, text: close === "}" ? "\n}" : close },
    }),
    secondary: [{ span: insertion, text: `\`${close}\` is missing here` }],
  };
};

export const misspelt = ({ word, keyword }: Respelling): Diagnostic =>
  error({
    code: "E0106",
    message: `\`${word.text}\` is not a keyword`,
    span: word.span,
    label: "unknown here",
    help: didYouMean(word.text, [keyword], [`write \`${keyword}\``]),
    fix: { span: word.span, text: keyword },
  });

export const tooDeep = ({
  span,
  what,
  most,
}: Pick<Nesting, "span" | "what"> & Partial<Nesting>): Diagnostic =>
  error({
    code: "E0108",
    message: `${what} are nested too deeply`,
    span,
    label: most === undefined ? "somewhere in this file" : `in more than ${most} others`,
    help: ["give parts of the expression names of their own"],
  });

const reserved = ({ image, startOffset }: IToken, file: string): Diagnostic =>
  error({
    code: "E0112",
    message: `\`${image}\` is a reserved word and cannot be a name`,
    span: { file, start: startOffset, end: startOffset + image.length },
    label: "a name was expected",
    help: [`call it \`${image}_\` or something else`],
  });

/** Where the parser was when a token did not fit. */
export interface ParserPosition {
  readonly file: string;
  readonly text: string;
  /** What the grammar has there, in words. */
  readonly expectation: string;
  /** Whether that is a name, or a value, which may be one. */
  readonly wantsName: boolean;
  /** The source before the place that belongs together, like `x[t]`. */
  readonly after: string;
  readonly previous: IToken | undefined;
  /** `undefined` at the end of the file. */
  readonly actual: IToken | undefined;
}

const words: readonly string[] = [...T.keywords.keys(), "from"];

const isReserved = ({ tokenType }: IToken): boolean => [...T.keywords.values()].includes(tokenType);

export const unexpected = (place: ParserPosition): Diagnostic => {
  const { file, text, expectation, wantsName, after, previous, actual } = place;
  const end = previous === undefined ? 0 : T.endOf(previous);
  const sentence =
    after === "" ? `I expected ${expectation}` : `After \`${after}\` I expected ${expectation}`;
  const afterwards = { file, start: end, end };
  if (actual === undefined) {
    return error({
      code: "E0111",
      message: sentence,
      span: afterwards,
      label: "it ends here",
      help: suggestion(previous, undefined),
    });
  }
  const isLater = previous !== undefined && text.slice(end, actual.startOffset).includes("\n");
  const span = isLater ? afterwards : { file, start: actual.startOffset, end: T.endOf(actual) };
  if (wantsName && isReserved(actual) && !isLater) return reserved(actual, file);
  return error({
    code: "E0110",
    message: sentence,
    span,
    label: isLater ? "here" : `found \`${actual.image}\``,
    help: suggestion(previous, actual),
  });
};

const suggestion = (
  previous: IToken | undefined,
  actual: IToken | undefined,
): readonly string[] => {
  for (const token of [actual, previous]) {
    if (token === undefined || isReserved(token) || !tokenMatcher(token, T.Word)) continue;
    const help = didYouMean(token.image, words);
    if (help.length > 0) return help;
  }
  return [];
};

export const tooLarge = (span: Span, text: string): Diagnostic =>
  problemAt("E0109", `the number ${text} is too large`, span, "more than a 64-bit float can hold");

export const updateWithoutPrime = ({ text, span }: Name): Diagnostic =>
  problemAt("E0120", `\`${text} = …\` would change a value that is already there`, span, "no `'`", [
    `\`${text}' = …\` gives the state \`${text}\` its new value`,
    `\`let ${text} = …\` names a value for this block`,
  ]);

export const timeIndexShape = (span: Span, name: string): Diagnostic =>
  problemAt("E0121", "a time index is `t`, or `t` and a whole number", span, "not such an index", [
    `\`${name}[t-1]\` is the value one step before`,
  ]);

export const timeIndexOnValue = (span: Span, target: Expr): Diagnostic =>
  problemAt(
    "E0122",
    "only a variable has a time index",
    span,
    target.kind === "field" || target.kind === "method"
      ? `this is a part of a value; the index goes to the variable, like \`rnn[t].h\``
      : "this is a value, not a variable",
    ["give the value a name in an equation `v[t] = …` and write `v[t-1]`"],
  );

export const leftIndex = (span: Span, name: string): Diagnostic =>
  problemAt(
    "E0123",
    `a line defines \`${name}[t]\`, or \`${name}[0]\` before the first step`,
    span,
    "neither `t` nor `0`",
    ["other times are for reading, to the right of `=` and `~`"],
  );

export const dataIndex = (span: Span, name: string): Diagnostic =>
  problemAt("E0123", `data has the index \`[t]\` or none`, span, "not `t`", [
    `\`data ${name}[t]\` is a value for each step, \`data ${name}\` one for the whole sequence`,
  ]);

export const unknownRole = ({ text, span }: Name, operation: Name): Diagnostic =>
  problemAt(
    "E0124",
    `\`${text}\` is not a role of an operation`,
    span,
    "a role is `address`, `read` or `write`",
    didYouMean(
      text,
      ["address", "read", "write"],
      [`without a role, write \`${operation.text}(…)\``],
    ),
  );

export const initialSite = ({ text, span }: Name): Diagnostic =>
  problemAt(
    "E0125",
    `\`${text}[0]\` is a value, not a distribution`,
    span,
    "before the first step",
    [`write \`${text}[0] = …\`, or make the first value a variable of its own without an index`],
  );

export const updateAsExpression = ({ text }: Name, span: Span): Diagnostic =>
  problemAt(
    "E0126",
    `\`${text}\` has no result, so it changes the memory`,
    span,
    "a single value",
    [
      `\`${text}(…) { M' = … }\` changes the state \`M\``,
      `\`${text}(…) -> real[W] = …\` gives a value`,
    ],
  );
