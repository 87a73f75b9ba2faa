/** What can be wrong with a file as a whole, and with the choice of one of its models. */
import { problem, problemAt, type Diagnostic, type SourceFile } from "../diagnostics/diagnostic.ts";
import { didYouMean } from "../diagnostics/nearest.ts";
import type { Span } from "../diagnostics/span.ts";

export const emptyFile = ({ path, text }: SourceFile): Diagnostic =>
  problemAt(
    "E0220",
    `${path} declares nothing`,
    { file: path, start: 0, end: 0 },
    text.trim() === "" ? "the file is empty" : "there are only comments",
    ["a file has at least one declaration, such as `model NAME { … }`"],
  );

export const drawsNothing = (model: string, place: Span | undefined): Diagnostic => {
  const message = `\`${model}\` draws nothing, so that it has no likelihood`;
  const help = ["a site is written with `~`: `x ~ Normal(loc = 0, scale = 1)`"];
  return place === undefined
    ? problem("E0357", message, [], help)
    : problemAt("E0357", message, place, "no site", help);
};

export const noModel = (path: string): Diagnostic =>
  problem("E0805", `${path} declares no model`, [], ["add one: `model NAME { … }`"]);

export const severalModels = (path: string, names: readonly string[]): Diagnostic =>
  problem(
    "E0805",
    `${path} declares ${names.length} models`,
    [],
    [`name one of ${names.join(", ")} with --model`],
  );

export const unknownModel = (path: string, wanted: string, names: readonly string[]): Diagnostic =>
  problem(
    "E0805",
    `${path} has no model \`${wanted}\``,
    [],
    didYouMean(wanted, names, [`it declares ${names.join(", ")}`]),
  );
