/** What callers of the library give, checked before anything is done with it. */
import { problem, type Diagnostic } from "./diagnostic.ts";

/** What an argument must be; `holds` is asked of whatever a caller without types may give. */
export interface ArgumentRule {
  /** Completes "must be …". */
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

export const wholeFrom = (least: number): ArgumentRule => ({
  expected: `a whole number >= ${least}`,
  holds: (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= least,
});

export const fraction: ArgumentRule = {
  expected: "a number from 0 to 1",
  holds: (value) => typeof value === "number" && value >= 0 && value <= 1,
};

export const text: ArgumentRule = {
  expected: "a text",
  holds: (value) => typeof value === "string",
};

export const oneOf = (...words: readonly string[]): ArgumentRule => ({
  expected: `one of ${words.join(", ")}`,
  holds: (value) => words.some((word) => word === value),
});

/** The same where an argument may be left out. */
export const perhaps = ({ expected, holds }: ArgumentRule): ArgumentRule => ({
  expected,
  holds: (value) => value === undefined || holds(value),
});

const shown = (value: unknown): string => {
  if (value === null || typeof value !== "object") {
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  }
  if (Array.isArray(value)) return `a list of ${value.length}`;
  const { constructor } = value as { readonly constructor?: unknown };
  return typeof constructor === "function" ? constructor.name : "an object without a prototype";
};

export const wrongArgument = (
  of: string,
  name: string,
  expected: string,
  found: unknown,
): Diagnostic =>
  problem("E0818", `\`${name}\` of \`${of}\` must be ${expected}`, [`found ${shown(found)}`]);

/** What is wrong with the arguments of a function, by their names. */
export const checkArguments = (
  of: string,
  given: Readonly<Record<string, readonly [value: unknown, rule: ArgumentRule]>>,
): readonly Diagnostic[] =>
  Object.entries(given).flatMap(([name, [value, { expected, holds }]]) =>
    holds(value) ? [] : [wrongArgument(of, name, expected, value)],
  );
