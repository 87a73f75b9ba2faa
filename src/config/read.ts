import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Argument, Expr } from "../language/ast.ts";
import { printExpr } from "../language/print.ts";
import type { ArgumentPlace, DataSpec } from "../data/context.ts";
import type { Schedule } from "../training/options.ts";
import * as errors from "./errors.ts";
import {
  constantSchedule,
  expressionSchedule,
  scheduleFunctions,
  scheduleSymbols,
} from "./schedule.ts";

/** Turns the expression of one setting into its value, or says what is wrong with it; `name` is how messages call it. */
export type Reader<T> = (value: Expr, name: string) => Result<T>;

const literal = (value: Expr): number | undefined => {
  if (value.kind === "number") return value.value;
  if (value.kind === "negate") {
    const inner = literal(value.operand);
    return inner === undefined ? undefined : -inner;
  }
  return undefined;
};

/** A number, unless a 32-bit float, as which everything is computed, makes 0 or infinity of it. */
const held = (n: number, value: Expr, name: string): Result<number> => {
  const rounded = Math.fround(n);
  if (Number.isFinite(rounded) && (rounded !== 0 || n === 0)) return success(n);
  return failure(errors.notHeld(value, name, rounded === 0));
};

/** A finite number that `holds`; `what` completes "must be …". */
export const readNumber =
  (what: string, holds: (n: number) => boolean): Reader<number> =>
  (value, name) => {
    const n = literal(value);
    return n !== undefined && Number.isFinite(n) && holds(n)
      ? held(n, value, name)
      : failure(errors.wrongValue(value, name, what));
  };

/** A whole number that is exact. */
export const readWhole = (least: number): Reader<number> =>
  readNumber(
    `a whole number from ${least} to 2^53 - 1`,
    (n) => Number.isSafeInteger(n) && n >= least,
  );

export const readCount: Reader<number> = readWhole(1);

/** `no`, or what the reader takes. */
export const orNo =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (value, name) =>
    value.kind === "boolean" && !value.value ? success(null) : reader(value, name);

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

/** What the values of a schedule must be. */
export interface Allowed {
  /** Completes "must be …". */
  readonly what: string;
  readonly holds: (value: number) => boolean;
}

/** A number or an expression of `step`; `holds` is asked of a number only. */
export const readSchedule =
  ({ what, holds }: Allowed): Reader<Schedule> =>
  (value, name) => {
    const n = literal(value);
    if (n !== undefined) {
      const number = readNumber(what, holds)(value, name);
      return number.ok ? success(constantSchedule(number.value)) : number;
    }
    const foreign = foreignPart(value);
    const schedule =
      foreign === undefined
        ? expressionSchedule(printExpr(value), printExpr(withoutArgumentNames(value)))
        : undefined;
    if (schedule !== undefined) return success(schedule);
    return failure(
      foreign === undefined
        ? errors.noSchedule(value, [])
        : errors.noSchedule(foreign, [...scheduleFunctions]),
    );
  };

/** The first part of an expression that no schedule may have. */
const foreignPart = (value: Expr): Expr | undefined => {
  if (value.kind === "number") return undefined;
  if (value.kind === "name") {
    return scheduleSymbols.has(value.text) ? undefined : value;
  }
  if (value.kind === "negate") return foreignPart(value.operand);
  if (value.kind === "binary") return foreignPart(value.left) ?? foreignPart(value.right);
  if (value.kind !== "call" || !scheduleFunctions.has(value.callee.text)) return value;
  return firstDefined(value.arguments.map((argument) => foreignPart(argument.value)));
};

const firstDefined = <T>(values: readonly (T | undefined)[]): T | undefined =>
  values.find((value) => value !== undefined);

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
  if (invocation === undefined) return failure(errors.notAChoice(value, known));
  if (known.includes(invocation.name)) return success(invocation);
  const span = value.kind === "call" ? value.callee.span : value.span;
  return failure(errors.unknownChoice({ text: invocation.name, span }, known));
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
      const span = argument.name?.span ?? argument.span;
      diagnostics.push(errors.argumentNotTaken(invocation.name, span, name, names));
      return;
    }
    if (Object.hasOwn(values, name)) {
      diagnostics.push(errors.givenTwice(argument.span, name, invocation.name));
      return;
    }
    const result = reader(argument.value, `\`${name}\` of \`${invocation.name}\``);
    if (result.ok) values[name] = result.value;
    else diagnostics.push(...result.diagnostics);
  });
  return diagnostics.length > 0 ? failure(...diagnostics) : success(values as Partial<T>);
};

/** `perfect_recall(images = mnist, l = 10)`: any call with plain values. */
export const readCall: Reader<DataSpec> = (value) => {
  if (value.kind === "name") {
    return success({ name: value.text, arguments: {}, place: value.span });
  }
  if (value.kind !== "call") {
    return failure(errors.notADataSet(value.span));
  }
  const values = new Map<string, number | string | boolean>();
  const places = new Map<string, ArgumentPlace>();
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
      diagnostics.push(errors.nameNeeded(span, value.callee.text));
    } else if (plain === undefined) {
      diagnostics.push(errors.notAPlainValue(inner.span));
    } else if (values.has(name.text)) {
      diagnostics.push(errors.givenTwice(span, name.text, value.callee.text));
    } else {
      values.set(name.text, plain);
      places.set(name.text, { name: name.span, value: inner.span });
    }
  }
  return diagnostics.length > 0
    ? failure(...diagnostics)
    : success({
        name: value.callee.text,
        arguments: Object.fromEntries(values),
        place: value.callee.span,
        argumentPlaces: places,
      });
};
