/** Arguments of a data source: declared once, read with their types. */
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import type { DataSpec } from "./context.ts";
import { badArgument, missingArgument, unknownArgument } from "./errors.ts";

type Given = number | string | boolean;

/** What an argument may be; `otherwise` is its value when it is not given. */
export interface ArgumentSpec<T> {
  readonly expected: string;
  /** `undefined` when the value is none of these. */
  readonly read: (given: Given) => T | undefined;
  readonly otherwise: { readonly value: T } | "required";
  /** What it says, for the reference. */
  readonly meaning: string;
}

/** The arguments of a source, by name. */
export type ArgumentSpecs = Readonly<Record<string, ArgumentSpec<unknown>>>;
/** The values of declared arguments. */
export type Values<A extends ArgumentSpecs> = {
  readonly [K in keyof A]: A[K] extends ArgumentSpec<infer T> ? T : never;
};

const withDefault = <T>(
  meaning: string,
  expected: string,
  read: (given: Given) => T | undefined,
  value: T | undefined,
): ArgumentSpec<T> => ({
  meaning,
  expected,
  read,
  otherwise: value === undefined ? "required" : { value },
});

/** A whole number of at least `least`. */
export const count = (
  meaning: string,
  value: number | undefined,
  least = 1,
): ArgumentSpec<number> =>
  withDefault(
    meaning,
    `a whole number >= ${least}`,
    (given) =>
      typeof given === "number" && Number.isInteger(given) && given >= least ? given : undefined,
    value,
  );

/** A number in [low, high]. */
export const number = (
  meaning: string,
  value: number,
  low: number = -Infinity,
  high: number = Infinity,
): ArgumentSpec<number> =>
  withDefault(
    meaning,
    low === -Infinity && high === Infinity ? "a number" : `a number in [${low}, ${high}]`,
    (given) => (typeof given === "number" && given >= low && given <= high ? given : undefined),
    value,
  );

/** A name or a text. */
export const text = (meaning: string, value?: string): ArgumentSpec<string> =>
  withDefault(
    meaning,
    "a name or a text in quotes",
    (given) => (typeof given === "string" ? given : undefined),
    value,
  );

/** One of some words. */
export const word = <W extends string>(
  meaning: string,
  words: readonly W[],
  value: W,
): ArgumentSpec<W> =>
  withDefault(
    meaning,
    `one of ${words.join(", ")}`,
    (given) => words.find((w) => w === given),
    value,
  );

/** `yes` or `no`. */
export const flag = (meaning: string, value: boolean): ArgumentSpec<boolean> =>
  withDefault(
    meaning,
    "yes or no",
    (given) => (typeof given === "boolean" ? given : undefined),
    value,
  );

/** The same argument where leaving it out means something. */
export const optional = <T>(argument: ArgumentSpec<T>): ArgumentSpec<T | null> => ({
  ...argument,
  otherwise: { value: null },
});

/** A part of a whole, or nothing said of it. */
export const part = (meaning: string): ArgumentSpec<number | null> =>
  optional(number(meaning, 0, 0, 1));

const written = (given: unknown): string =>
  typeof given === "boolean" ? (given ? "yes" : "no") : JSON.stringify(given);

/** The values of a call, or what is wrong with each of its arguments. */
export const readArguments = <A extends ArgumentSpecs>(
  call: DataSpec,
  declared: A,
): Result<Values<A>> => {
  const known = Object.keys(declared);
  const wrong: Diagnostic[] = Object.keys(call.arguments)
    .filter((name) => !known.includes(name))
    .map((name) => unknownArgument(call, name, known));
  const values: Record<string, unknown> = {};
  for (const [name, argument] of Object.entries(declared)) {
    const given = call.arguments[name];
    if (given === undefined) {
      if (argument.otherwise === "required") {
        wrong.push(missingArgument(call, name, argument.expected));
      } else values[name] = argument.otherwise.value;
      continue;
    }
    const value = argument.read(given);
    if (value === undefined) {
      wrong.push(badArgument(call, name, argument.expected, written(given)));
    } else values[name] = value;
  }
  // Every declared name was read with its own reader, or `wrong` is not empty.
  return wrong.length > 0 ? failure(...wrong) : success(values as Values<A>);
};
