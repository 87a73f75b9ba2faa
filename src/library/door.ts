/** Functions of the library with what their arguments must be: callers may have no types, or get around them. */
import { checkArguments, type ArgumentRule } from "../diagnostics/argument.ts";
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { renderText } from "../diagnostics/render.ts";

/**
 * Rules by path, the arguments of a function in their order: "request" is an argument, "request.batch" its member `batch`. The
 * rule for an argument comes before those for its members, which are asked only where it holds.
 */
export type ArgumentRules = Readonly<Record<string, ArgumentRule>>;

/** What was given to a function that has no result to say so by. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(renderText(diagnostics).trimEnd());
    this.diagnostics = diagnostics;
  }
}

const member = (value: unknown, key: string): unknown =>
  value === null || value === undefined
    ? undefined
    : (Object(value) as Record<string, unknown>)[key];

/** What is wrong with the arguments of a call. */
export const wrongCall = (
  of: string,
  rules: ArgumentRules,
  given: readonly unknown[],
): readonly Diagnostic[] => {
  const names = Object.keys(rules).filter((path) => !path.includes("."));
  const found: Diagnostic[] = [];
  const refused: string[] = [];
  for (const [path, rule] of Object.entries(rules)) {
    if (refused.some((outer) => path.startsWith(`${outer}.`))) continue;
    const [first = "", ...rest] = path.split(".");
    const value = rest.reduce(member, given[names.indexOf(first)]);
    const wrong = checkArguments(of, { [path]: [value, rule] });
    if (wrong.length > 0) refused.push(path);
    found.push(...wrong);
  }
  return found;
};

/** A function that gives a result: what is wrong with its arguments is one. */
export const answering =
  <A extends readonly unknown[], T>(
    of: string,
    rules: ArgumentRules,
    act: (...given: A) => Result<T>,
  ) =>
  (...given: A): Result<T> => {
    const wrong = wrongCall(of, rules, given);
    return wrong.length > 0 ? failure(...wrong) : act(...given);
  };

/** The same where the result comes later. */
export const promising =
  <A extends readonly unknown[], T>(
    of: string,
    rules: ArgumentRules,
    act: (...given: A) => Promise<Result<T>>,
  ) =>
  async (...given: A): Promise<Result<T>> => {
    const wrong = wrongCall(of, rules, given);
    return wrong.length > 0 ? failure(...wrong) : act(...given);
  };

/** A function that cannot fail but for its arguments. */
export const giving = <A extends readonly unknown[], T>(
  of: string,
  rules: ArgumentRules,
  act: (...given: A) => T,
): ((...given: A) => Result<T>) => answering(of, rules, (...given: A) => success(act(...given)));

/** The same function where a result says what is wrong with its arguments. */
export type Giving<F extends (...given: never) => unknown> = (
  ...given: Parameters<F>
) => Result<ReturnType<F>>;

/** A function that has no result, and throws before it does anything. */
export const insisting =
  <A extends readonly unknown[], T>(of: string, rules: ArgumentRules, act: (...given: A) => T) =>
  (...given: A): T => {
    const wrong = wrongCall(of, rules, given);
    if (wrong.length > 0) throw new ArgumentError(wrong);
    return act(...given);
  };
