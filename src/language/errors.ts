/** What can be wrong with modules (E02xx) and with overrides of settings (E083x). */
import type { ErrorCode } from "../diagnostics/codes.ts";
import { problemAt, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { didYouMean } from "../diagnostics/nearest.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Expr, Name } from "./ast.ts";
import { printExpr } from "./print.ts";

interface Extra {
  readonly first?: { readonly span: Span; readonly text: string };
  readonly notes?: readonly string[];
  readonly help?: readonly string[];
}

const error = (
  code: ErrorCode,
  message: string,
  span: Span,
  text: string,
  { first, notes = [], help = [] }: Extra = {},
): Diagnostic => ({
  code,
  severity: "error",
  message,
  primary: { span, text },
  secondary: first === undefined ? [] : [first],
  notes,
  help,
});

export const unknownFile = (path: Name, resolved: string, why?: string): Diagnostic =>
  why === undefined
    ? error("E0201", `there is no file "${path.text}"`, path.span, "not found", {
        notes: [`looked for ${resolved}`],
      })
    : error("E0201", `"${path.text}" cannot be read`, path.span, why, {
        notes: [`looked at ${resolved === "" ? "." : resolved}`],
      });

export const importCycle = (path: Name, cycle: readonly string[]): Diagnostic =>
  error("E0202", "files import each other in a cycle", path.span, "closes the cycle", {
    notes: [`the cycle: ${cycle.join(" -> ")}`],
    help: ["move what both need into a third file"],
  });

export const notDeclared = (name: Name, path: Name, declared: Iterable<string>): Diagnostic => {
  const names = [...declared];
  const list = names.length === 0 ? "it declares nothing" : `it declares ${names.join(", ")}`;
  return error(
    "E0203",
    `"${path.text}" does not declare \`${name.text}\``,
    name.span,
    "not there",
    {
      help: didYouMean(name.text, names, [list]),
    },
  );
};

export const declaredTwice = (second: Name, first: Name): Diagnostic =>
  error("E0204", `\`${second.text}\` is declared twice`, second.span, "again here", {
    first: { span: first.span, text: "first here" },
  });

export const secondTrain = (second: Span, first: Span): Diagnostic =>
  error(
    "E0205",
    "a file has one `train` block",
    { ...second, end: second.start + 5 },
    "a second one",
    {
      first: { span: { ...first, end: first.start + 5 }, text: "the first" },
      help: ["put all settings into one block"],
    },
  );

export const setTwice = (second: Name, first: Name): Diagnostic =>
  error("E0206", `\`${second.text}\` is set twice`, second.span, "again here", {
    first: { span: first.span, text: "first here" },
  });

/** The nearest name, or else all of them. */
const choice = (word: string, names: readonly string[], what: string): readonly string[] =>
  didYouMean(word, names, names.length === 0 ? [] : [`${what} ${[...new Set(names)].join(", ")}`]);

export const notSettable = (name: Name, names: readonly string[]): Diagnostic =>
  problemAt(
    "E0830",
    `the file declares no \`${name.text}\` that could be set`,
    name.span,
    "not declared",
    choice(name.text, names, "what can be set:"),
  );

export const notATrainKey = (name: Name, keys: readonly string[]): Diagnostic =>
  problemAt(
    "E0830",
    `\`train\` has no setting \`${name.text}\``,
    name.span,
    "not a setting",
    choice(name.text, keys, "its settings:"),
  );

export const notAnArgument = (name: Name, callee: string, names: readonly string[]): Diagnostic =>
  problemAt(
    "E0830",
    `\`${callee}\` is given no \`${name.text}\` to look into`,
    name.span,
    "not given",
    choice(name.text, names, "it is given"),
  );

export const nothingInside = (name: Name, owner: string): Diagnostic =>
  problemAt("E0832", `${owner} is a single value`, name.span, "there is nothing inside to set");

export const trainItself = (train: Name, keys: readonly string[]): Diagnostic =>
  problemAt("E0832", "`train` is a block, its settings can be set", train.span, "which setting?", [
    `its settings: ${keys.join(", ")}`,
  ]);

export const notSetYet = (key: Name, argument: Name): Diagnostic =>
  problemAt(
    "E0832",
    `\`${key.text}\` has no value in the file`,
    argument.span,
    "nothing to change",
    [`set \`train.${key.text}\` as a whole`],
  );

/** A warning: the user knows best, but may have meant what the dimension is made of. */
export const replacesFormula = (dim: string, formula: string, span: Span): Diagnostic => ({
  ...problemAt(
    "E0809",
    `\`${dim}\` is no longer \`${formula}\``,
    span,
    "replaces what the file derives it from",
    [`set what \`${formula}\` is made of, and \`${dim}\` follows`],
  ),
  severity: "warning",
});

export const notASize = (dim: string, value: Expr): Diagnostic =>
  problemAt(
    "E0831",
    `\`${dim}\` is a dimension: a whole number ≥ 1, not \`${printExpr(value)}\``,
    value.span,
    "not a size",
  );
