/** What can be wrong with data. All wording of E06xx is here. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { nearestName } from "../diagnostics/nearest.ts";

interface Details {
  readonly severity?: Diagnostic["severity"];
  readonly notes?: readonly string[];
  readonly help?: readonly string[];
}

const problem = (code: `E06${string}`, message: string, details: Details = {}): Diagnostic => ({
  code,
  severity: details.severity ?? "error",
  message,
  secondary: [],
  notes: details.notes ?? [],
  help: details.help ?? [],
});

const suggestion = (name: string, known: readonly string[]): readonly string[] => {
  const nearest = nearestName(name, known);
  return nearest === undefined ? [] : [`did you mean \`${nearest}\`?`];
};

const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

export const unknownTask = (name: string, known: readonly string[]): Diagnostic =>
  problem("E0601", `there is no data source \`${name}\``, {
    notes: [`data sources: ${known.join(", ")}`],
    help: suggestion(name, known),
  });

export const unknownArgument = (task: string, name: string, known: readonly string[]): Diagnostic =>
  problem("E0602", `\`${task}\` has no argument \`${name}\``, {
    notes: [known.length === 0 ? "it takes no arguments" : `its arguments: ${known.join(", ")}`],
    help: suggestion(name, known),
  });

export const badArgument = (
  task: string,
  name: string,
  expected: string,
  found: string,
): Diagnostic =>
  problem("E0602", `argument \`${name}\` of \`${task}\` must be ${expected}`, {
    notes: [`found ${found}`],
  });

export const missingArgument = (task: string, name: string, expected: string): Diagnostic =>
  problem("E0602", `\`${task}\` needs the argument \`${name}\`: ${expected}`);

/** `looked` are the places, most wanted first. */
export const fileNotFound = (
  what: string,
  looked: readonly string[],
  help: readonly string[],
): Diagnostic =>
  problem("E0603", `cannot find ${what}`, {
    notes: looked.map((place) => `looked for ${place}`),
    help,
  });

export const malformedFile = (path: string, reason: string): Diagnostic =>
  problem("E0604", `cannot read ${path}: ${reason}`);

export const missingField = (
  name: string,
  expected: string,
  found: readonly string[],
): Diagnostic =>
  problem("E0605", `the data has no field \`${name}\``, {
    notes: [`the model declares \`${name}\` as ${expected}`, `the data has ${list(found)}`],
    help: suggestion(name, found),
  });

/** A warning: the run is sound without the field, but the user may have meant to declare it. */
export const extraField = (name: string, found: string): Diagnostic =>
  problem("E0606", `the model does not declare the field \`${name}\` of the data; it is ignored`, {
    severity: "warning",
    notes: [`\`${name}\` holds ${found}`],
  });

export const wrongField = (
  name: string,
  expected: string,
  found: string,
  details: Details = {},
): Diagnostic =>
  problem("E0607", `the field \`${name}\` of the data does not fit its declaration`, {
    ...details,
    notes: [`expected ${expected}`, `found    ${found}`, ...(details.notes ?? [])],
  });

export const valuesOutOfRange = (
  name: string,
  expected: string,
  found: readonly [number, number],
  help: readonly string[],
): Diagnostic =>
  problem("E0608", `the field \`${name}\` of the data has values outside ${expected}`, {
    notes: [`its values lie in [${found[0]}, ${found[1]}]`],
    help,
  });

export const tooFew = (
  what: string,
  needed: string,
  found: string,
  help: readonly string[] = [],
): Diagnostic =>
  problem("E0609", `too few ${what}`, { notes: [`needed ${needed}, found ${found}`], help });
