/** What can be wrong with a `train` block or a `--config` file. */
import { problemAt, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { didYouMean } from "../diagnostics/nearest.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Expr, Name } from "../language/ast.ts";
import { printExpr } from "../language/print.ts";

export const unknownKey = ({ text, span }: Name, keys: readonly string[]): Diagnostic =>
  problemAt(
    "E0803",
    `\`train\` has no setting \`${text}\``,
    span,
    "not known",
    didYouMean(text, keys),
    [`settings are ${keys.join(", ")}`],
  );

const wrong = (
  span: Span,
  message: string,
  help: readonly string[] = [],
  label = "not a value of this setting",
): Diagnostic => problemAt("E0804", message, span, label, help);

/** `what` completes "must be …". */
export const wrongValue = (value: Expr, name: string, what: string): Diagnostic =>
  wrong(value.span, `${name} must be ${what}, not \`${printExpr(value)}\``);

export const notHeld = (value: Expr, name: string, vanishes: boolean): Diagnostic =>
  wrong(
    value.span,
    `${name} is \`${printExpr(value)}\`, which a 32-bit float cannot hold`,
    [],
    vanishes ? "it would be 0" : "it would be infinite",
  );

/** `functions` are those that a schedule may call, where it calls another one. */
export const noSchedule = (part: Expr, functions: readonly string[]): Diagnostic =>
  wrong(part.span, `\`${printExpr(part)}\` has no value`, [
    "a schedule is a number or an expression of `step`, such as 1e-3 * 0.5^(step / 1e5) or ramp(0.1, 1, steps = 5000)",
    ...(functions.length === 0 ? [] : [`it may call ${functions.join(", ")}`]),
  ]);

const listed = (known: readonly string[]): string => known.map((name) => `\`${name}\``).join(", ");

export const notAChoice = (value: Expr, known: readonly string[]): Diagnostic =>
  wrong(value.span, `expected one of ${listed(known)}, found \`${printExpr(value)}\``);

export const unknownChoice = ({ text, span }: Name, known: readonly string[]): Diagnostic =>
  wrong(
    span,
    `unknown \`${text}\`; known are ${listed(known)}`,
    didYouMean(text, known),
    "not known",
  );

/** `name` is absent for one argument more than there are. */
export const argumentNotTaken = (
  of: string,
  span: Span,
  name: string | undefined,
  known: readonly string[],
): Diagnostic => {
  if (known.length === 0) return wrong(span, `\`${of}\` takes no arguments`, [], "not taken");
  const all = `its arguments: ${known.join(", ")}`;
  if (name === undefined) {
    return wrong(span, `\`${of}\` takes ${known.length} arguments at most`, [all], "not taken");
  }
  const help = didYouMean(name, known, [all]);
  return wrong(span, `\`${of}\` has no argument \`${name}\``, help, "not taken");
};

export const givenTwice = (span: Span, name: string, of: string): Diagnostic =>
  wrong(span, `\`${name}\` of \`${of}\` is given twice`);

export const notADataSet = (span: Span): Diagnostic =>
  wrong(span, "expected a data set such as perfect_recall(images = mnist, l = 10, k = 3)");

export const nameNeeded = (span: Span, of: string): Diagnostic =>
  wrong(span, `arguments of \`${of}\` need names: \`name = value\``, [], "without a name");

export const notAPlainValue = (span: Span): Diagnostic =>
  wrong(span, "expected a number, a name, a text or yes/no", [
    'the name of a file is a text in quotes: file = "data.csv"',
  ]);

export const badSchedule = (
  name: string,
  schedule: string,
  span: Span,
  at: { readonly step: number; readonly value: number; readonly steps: number },
): Diagnostic =>
  problemAt(
    "E0806",
    `${name} is ${Number(at.value.toPrecision(6))} at step ${at.step}`,
    span,
    "its schedule",
    [],
    [`it is \`${schedule}\`, for steps from 1 to ${at.steps}`],
  );

export const idleSchedule = (name: string, span: Span): Diagnostic =>
  problemAt("E0806", `${name} is 0 at every step`, span, "its schedule");

export const listGiven = (path: readonly Name[], span: Span): Diagnostic =>
  problemAt(
    "E0807",
    `\`${path.map((one) => one.text).join(".")}\` is given a list`,
    span,
    "no setting is one",
    ['a call is written as in a file, in quotes: "iwae(K = 8)"'],
  );

export const setTwice = (name: string, span: Span, first: Span): Diagnostic => ({
  ...problemAt("E0808", `\`${name}\` is set twice`, span, "again here"),
  secondary: [{ span: first, text: "first here" }],
});
