import {
  failure,
  problemAt,
  success,
  type Diagnostic,
  type Result,
} from "../diagnostics/diagnostic.ts";
import { nearestName } from "../diagnostics/nearest.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Argument, Expr } from "../language/ast.ts";
import { printExpr } from "../language/print.ts";
import type { CallValue } from "../program.ts";
import type { Schedule } from "../training/options.ts";
import { constantSchedule, expressionSchedule } from "./schedule.ts";

/** Turns the expression of one setting into its value, or says what is wrong with it. */
export type Reader<T> = (value: Expr) => Result<T>;

const wrong = (
  span: Span,
  message: string,
  help: readonly string[] = [],
  label = "not a value of this setting",
): Diagnostic => problemAt("E0804", message, span, label, help);

const literal = (value: Expr): number | undefined => {
  if (value.kind === "number") return value.value;
  if (value.kind === "negate") {
    const inner = literal(value.operand);
    return inner === undefined ? undefined : -inner;
  }
  return undefined;
};

/** A number that `holds`; `what` completes "expected …". */
export const readNumber =
  (what: string, holds: (n: number) => boolean): Reader<number> =>
  (value) => {
    const n = literal(value);
    return n !== undefined && holds(n)
      ? success(n)
      : failure(wrong(value.span, `expected ${what}, found \`${printExpr(value)}\``));
  };

export const readCount: Reader<number> = readNumber(
  "a whole number >= 1",
  (n) => Number.isInteger(n) && n >= 1,
);

/** `no`, or what the reader takes. */
export const orNo =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (value) =>
    value.kind === "boolean" && !value.value ? success(null) : reader(value);

const withoutArgumentNames = (value: Expr): Expr => {
  if (value.kind === "call") {
    const positional = value.arguments.map(({ value: inner, span }) => ({
      value: withoutArgumentNames(inner),
      span,
    }));
    return { ...value, arguments: positional };
  }
  if (value.kind === "binary") {
    const { left, right } = value;
    return { ...value, left: withoutArgumentNames(left), right: withoutArgumentNames(right) };
  }
  return value.kind === "negate"
    ? { ...value, operand: withoutArgumentNames(value.operand) }
    : value;
};

export const readSchedule: Reader<Schedule> = (value) => {
  const n = literal(value);
  if (n !== undefined) return success(constantSchedule(n));
  const schedule = expressionSchedule(printExpr(value), printExpr(withoutArgumentNames(value)));
  return schedule === undefined
    ? failure(
        wrong(value.span, `\`${printExpr(value)}\` has no value`, [
          "a schedule is a number or an expression of `step`, such as 1e-3 * 0.5^(step / 1e5) or ramp(0.1, 1, steps = 5000)",
        ]),
      )
    : success(schedule);
};

/** A name or a call with a known name; the arguments are left to the caller. */
export interface Invocation {
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly span: Span;
}

export const readInvocation = (value: Expr, known: readonly string[]): Result<Invocation> => {
  const invocation =
    value.kind === "name"
      ? { name: value.text, arguments: [], span: value.span }
      : value.kind === "call"
        ? { name: value.callee.text, arguments: value.arguments, span: value.span }
        : undefined;
  const list = known.map((name) => `\`${name}\``).join(", ");
  if (invocation === undefined) {
    return failure(wrong(value.span, `expected one of ${list}, found \`${printExpr(value)}\``));
  }
  if (known.includes(invocation.name)) return success(invocation);
  const near = nearestName(invocation.name, known);
  return failure(
    wrong(
      value.kind === "call" ? value.callee.span : value.span,
      `unknown \`${invocation.name}\`; known are ${list}`,
      near === undefined ? [] : [`did you mean \`${near}\`?`],
      "not known",
    ),
  );
};

/** Reads the named arguments of an invocation; positional ones take the readers' names in order. */
export const readArguments = <T extends Readonly<Record<string, unknown>>>(
  invocation: Invocation,
  readers: { readonly [K in keyof T]: Reader<T[K]> },
): Result<Partial<T>> => {
  const names = Object.keys(readers);
  const values: Partial<Record<string, unknown>> = {};
  const diagnostics: Diagnostic[] = [];
  invocation.arguments.forEach((argument, place) => {
    const name = argument.name?.text ?? names[place];
    const reader =
      name === undefined || !Object.hasOwn(readers, name)
        ? undefined
        : (readers[name] as Reader<unknown> | undefined);
    if (name === undefined || reader === undefined) {
      const near = name === undefined ? undefined : nearestName(name, names);
      diagnostics.push(
        wrong(
          argument.name?.span ?? argument.span,
          names.length === 0
            ? `\`${invocation.name}\` takes no arguments`
            : name === undefined
              ? `\`${invocation.name}\` takes ${names.length} arguments at most`
              : `\`${invocation.name}\` has no argument \`${name}\``,
          near === undefined
            ? names.length === 0
              ? []
              : [`its arguments: ${names.join(", ")}`]
            : [`did you mean \`${near}\`?`],
          "not taken",
        ),
      );
      return;
    }
    const result = reader(argument.value);
    if (result.ok) values[name] = result.value;
    else diagnostics.push(...result.diagnostics);
  });
  return diagnostics.length > 0 ? failure(...diagnostics) : success(values as Partial<T>);
};

/** `perfect_recall(images = mnist, l = 10)`: any call with plain values. */
export const readCall: Reader<CallValue> = (value) => {
  if (value.kind === "name") return success({ name: value.text, arguments: {} });
  if (value.kind !== "call") {
    return failure(
      wrong(
        value.span,
        `expected a data set such as perfect_recall(images = mnist, l = 10, k = 3)`,
      ),
    );
  }
  const values = new Map<string, number | string | boolean>();
  const diagnostics: Diagnostic[] = [];
  for (const { name, value: inner, span } of value.arguments) {
    const n = literal(inner);
    const plain =
      n ??
      (inner.kind === "string" || inner.kind === "boolean"
        ? inner.value
        : inner.kind === "name"
          ? inner.text
          : undefined);
    if (name === undefined) {
      diagnostics.push(
        wrong(
          span,
          `arguments of \`${value.callee.text}\` need names: \`name = value\``,
          [],
          "without a name",
        ),
      );
    } else if (plain === undefined) {
      diagnostics.push(wrong(inner.span, `expected a number, a name, a text or yes/no`));
    } else {
      values.set(name.text, plain);
    }
  }
  return diagnostics.length > 0
    ? failure(...diagnostics)
    : success({ name: value.callee.text, arguments: Object.fromEntries(values) });
};
