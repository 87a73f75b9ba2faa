import { problemAt, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { nearestName } from "../../diagnostics/nearest.ts";
import type { Expr, Name } from "../ast.ts";

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

export const unknownRole = ({ text, span }: Name, operation: Name): Diagnostic => {
  const nearest = nearestName(text, ["address", "read", "write"]);
  return problemAt(
    "E0124",
    `\`${text}\` is not a role of an operation`,
    span,
    "a role is `address`, `read` or `write`",
    nearest === undefined
      ? [`without a role, write \`${operation.text}(…)\``]
      : [`did you mean \`${nearest} ${operation.text}(…)\`?`],
  );
};

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
