import { problemAt, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { nearestName } from "../diagnostics/nearest.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Expr, Name } from "./ast.ts";
import { printExpr } from "./print.ts";

/** The nearest name, or else all of them. */
const choice = (word: string, names: readonly string[], what: string): readonly string[] => {
  const nearest = nearestName(word, names);
  if (nearest !== undefined) return [`did you mean \`${nearest}\`?`];
  return names.length === 0 ? [] : [`${what} ${[...new Set(names)].join(", ")}`];
};

export const notDeclared = (name: Name, names: readonly string[]): Diagnostic =>
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
