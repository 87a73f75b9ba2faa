/** What can be wrong with data. All wording of E06xx is here. */
import type { ErrorCode } from "../diagnostics/codes.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import type { DataSpec } from "./context.ts";
import { didYouMean } from "../diagnostics/nearest.ts";

interface Details {
  readonly severity?: Diagnostic["severity"];
  readonly notes?: readonly string[];
  readonly help?: readonly string[];
}

const problem = (
  code: ErrorCode & `E06${string}`,
  message: string,
  details: Details = {},
): Diagnostic => ({
  code,
  severity: details.severity ?? "error",
  message,
  secondary: [],
  notes: details.notes ?? [],
  help: details.help ?? [],
});

const mostNamed = 12;

const list = (names: readonly string[]): string => {
  const shown = names.slice(0, mostNamed).map((name) => `\`${name}\``);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
};

/** A label at a place, where there is one. */
const at = (span: Span | undefined, text: string): Pick<Diagnostic, "primary"> =>
  span === undefined ? {} : { primary: { span, text } };

export const unknownTask = ({ name, place }: DataSpec, known: readonly string[]): Diagnostic => ({
  ...problem("E0601", `there is no data source \`${name}\``, {
    notes: [`data sources: ${known.join(", ")}`],
    help: didYouMean(name, known),
  }),
  ...at(place, "not known"),
});

export const unknownArgument = (
  { name: task, argumentPlaces }: DataSpec,
  name: string,
  known: readonly string[],
): Diagnostic => ({
  ...problem("E0602", `\`${task}\` has no argument \`${name}\``, {
    notes: [known.length === 0 ? "it takes no arguments" : `its arguments: ${known.join(", ")}`],
    help: didYouMean(name, known),
  }),
  ...at(argumentPlaces?.get(name)?.name, "not known"),
});

/** About an argument of a call that was not at hand. */
interface OfArgument extends Diagnostic {
  readonly argument: string;
}

/** The diagnostic, about this argument of the call. */
export const ofArgument = (argument: string, diagnostic: Diagnostic): OfArgument => ({
  ...diagnostic,
  argument,
});

/** Arguments that name what is read, which is what else a source finds wrong. */
const naming: readonly string[] = ["file", "images"];

/** What a source says, at the argument that it is about: else where the file or the images are named, else at the call. */
export const atArgument = (
  diagnostic: Diagnostic | OfArgument,
  { place, arguments: given, argumentPlaces }: DataSpec,
): Diagnostic => {
  if (diagnostic.primary !== undefined) return diagnostic;
  const { argument = naming.find((name) => Object.hasOwn(given, name)), ...rest } = {
    argument: undefined,
    ...diagnostic,
  };
  const span = argument === undefined ? undefined : argumentPlaces?.get(argument)?.value;
  const label = diagnostic.code === "E0602" ? "given here" : "asked for here";
  return { ...rest, ...(span === undefined ? at(place, "called here") : at(span, label)) };
};

/** Of a call, or of a source by its name where the call is not at hand. */
export const badArgument = (
  call: DataSpec | string,
  name: string,
  expected: string,
  found: string,
): Diagnostic | OfArgument => ({
  ...problem(
    "E0602",
    `argument \`${name}\` of \`${typeof call === "string" ? call : call.name}\` must be ${expected}`,
    { notes: [`found ${found}`] },
  ),
  ...(typeof call === "string"
    ? { argument: name }
    : at(call.argumentPlaces?.get(name)?.value, "given here")),
});

export const missingArgument = (
  { name: task, place }: DataSpec,
  name: string,
  expected: string,
): Diagnostic => ({
  ...problem("E0602", `\`${task}\` needs the argument \`${name}\`: ${expected}`),
  ...at(place, "without it"),
});

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

export const malformedFile = (
  path: string,
  reason: string,
  help: readonly string[] = [],
): Diagnostic => problem("E0604", `cannot read ${path}: ${reason}`, { help });

/** No fault of the file: what it holds is of another kind than numbers in sequences. */
export const notData = (path: string, reason: string, help: readonly string[] = []): Diagnostic =>
  problem("E0618", `cannot use ${path} as data: ${reason}`, { help });

/** The file as such, before its content: a folder, a pipe, not permitted. */
export const cannotOpen = (path: string, reason: string): Diagnostic =>
  problem("E0610", `cannot open ${path}: ${reason}`, {
    help: ["data are read from regular files; write them to one"],
  });

/** A bound on sizes that keeps a hostile file from taking all memory. */
export const beyondLimit = (
  path: string,
  reason: string,
  help: readonly string[] = [],
): Diagnostic => problem("E0611", `${path} is more than can be read: ${reason}`, { help });

export const foreignText = (path: string, encoding: string, line: number): Diagnostic =>
  problem("E0612", `${path} is ${encoding}, not in UTF-8`, {
    notes: [`the first bytes that are not UTF-8 are on line ${line}`],
    help: ["save the file as UTF-8"],
  });

/** A number that 32 bits do not hold: too large, or a whole number that would be rounded. */
export const cannotHold = (
  path: string,
  place: string,
  text: string,
  whole: boolean,
): Diagnostic =>
  whole
    ? problem("E0613", `${path}, ${place}: the whole number ${text} cannot be held exactly`, {
        notes: ["numbers are held as 32-bit floats, in which all up to 16777216 (2^24) are exact"],
        help: [
          "number categories from 0, measure times from the first, and write large amounts in larger units",
        ],
      })
    : problem("E0613", `${path}, ${place}: ${text} is too large`, {
        notes: ["numbers are held as 32-bit floats, which end at 3.4e38"],
        help: ["rescale the data"],
      });

export const missingValue = (path: string, place: string, text: string): Diagnostic =>
  problem("E0614", `${path}, ${place}: the value is missing (${text})`, {
    notes: ["every value of a field must be there"],
    help: [
      "leave the row out or fill the value in; to learn from what is there, add a field that is 1 where a value was " +
        "observed and 0 where it was not, and weigh by it in the model",
    ],
  });

/** Names, header or separators of the columns of a table. */
export const wrongColumns = (
  path: string,
  reason: string,
  help: readonly string[] = [],
): Diagnostic => problem("E0615", `${path}: ${reason}`, { help });

/** A warning: what was decided about the first line of a table. */
export const noHeader = (path: string): Diagnostic =>
  problem("E0615", `${path}: the first line holds numbers, so that it is read as data`, {
    severity: "warning",
    help: ["say `header = no`, or `header = yes` where it holds names"],
  });

export const outOfOrder = (path: string, reason: string, help: readonly string[]): Diagnostic =>
  problem("E0616", `${path}: ${reason}`, { help });

export const emptyData = (path: string, reason: string): Diagnostic =>
  problem("E0617", `${path} is empty: ${reason}`, {
    help: ["give at least one sequence, and every sequence at least one step"],
  });

export const missingField = (
  name: string,
  expected: string,
  found: readonly string[],
): Diagnostic =>
  problem("E0605", `the data has no field \`${name}\``, {
    notes: [`the model declares \`${name}\` as ${expected}`, `the data has ${list(found)}`],
    help: didYouMean(name, found),
  });

/** A warning: the run is sound without the field, but the user may have meant to declare it. */
export const extraField = (name: string, about: readonly string[]): Diagnostic =>
  problem("E0606", `the model does not declare the field \`${name}\` of the data; it is ignored`, {
    severity: "warning",
    notes: about,
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

export const tooFew = (
  what: string,
  needed: string,
  found: string,
  help: readonly string[] = [],
): Diagnostic =>
  problem("E0609", `too few ${what}`, { notes: [`needed ${needed}, found ${found}`], help });

/** One value that its field's type forbids. */
export const valueOutOfRange = (
  name: string,
  type: string,
  { value, rule, place, file }: Offence,
  help: readonly string[],
): Diagnostic =>
  problem("E0608", `\`${name}\` is declared ${type}, but ${value} ${rule}`, {
    notes: [`it is ${place}${file === undefined ? "" : ` of ${file}`}`],
    help,
  });

/** The first value that does not fit, and where it is. */
export interface Offence {
  readonly value: string;
  /** "is not above 0" */
  readonly rule: string;
  readonly place: string;
  readonly file?: string;
}

export const notFinite = (name: string, { value, place, file }: Offence): Diagnostic =>
  problem("E0620", `the field \`${name}\` of the data holds ${value}`, {
    notes: [`it is ${place}${file === undefined ? "" : ` of ${file}`}`],
    help: [
      "leave the sequence out or fill the value in; what was not observed can be marked by a field of its own, by which the model weighs",
    ],
  });

export const unboundDimension = (dim: string): Diagnostic =>
  problem("E0621", `nothing gives the dimension \`${dim}\` a size`, {
    notes: ["the file gives it no value, and no field of the data has it as an axis"],
    help: [`give it one in the file, \`dim ${dim} = …\`, or with --set ${dim}=…`],
  });

/** A model with time, of data without. */
export const withoutSteps = (): Diagnostic =>
  problem("E0621", "nothing gives the sequences a length", {
    notes: ["the model has sites at every step, and no field of the data has a value per step"],
    help: ["declare what is given or observed at every step, such as `data x[t]: real`"],
  });

/** A warning: the file's own splits are taken. */
export const unusedFractions = (names: readonly string[]): Diagnostic =>
  problem("E0622", `${names.map((name) => `\`${name}\``).join(" and ")} of the data is not used`, {
    severity: "warning",
    notes: ["the file has splits of its own, which are taken as they are"],
  });

/** A warning: what stands beside the splits of a file and is none. */
export const noSplit = (path: string, names: readonly string[]): Diagnostic =>
  problem("E0631", `${path} has ${list(names)} beside its splits, which is not used`, {
    severity: "warning",
    notes: ["splits are `train`, `test` and `validation` (or `valid`)"],
  });

/** A warning: the rows of a sequence follow each other, however far apart their times are. */
export const unevenSteps = (path: string, name: string, reason: string): Diagnostic =>
  problem("E0632", `${path}: \`${name}\` is not evenly spaced: ${reason}`, {
    severity: "warning",
    notes: ["each row is the step after the row before it, and nothing fills a gap"],
    help: [`where the distance matters, declare \`${name}\` in the model and use it there`],
  });

/** A warning: numbers of a test on what was trained on say nothing of anything else. */
export const oneForAll = (steps: number | undefined): Diagnostic =>
  problem("E0623", "the data hold one sequence, which both trains and tests", {
    severity: "warning",
    notes: [
      "test bounds then say how well the model knows this sequence, not how well it predicts",
    ],
    help:
      steps === undefined || steps < 4
        ? []
        : [
            `\`length = ${Math.max(2, Math.ceil(steps / 10))}\` cuts its ${steps} steps into pieces, of which the last ones test`,
          ],
  });

/** A warning: at least one sequence is on either side. */
export const fractionOfFew = (
  what: string,
  fraction: number,
  count: number,
  held: number,
): Diagnostic =>
  problem("E0624", `\`${what} = ${fraction}\` of ${count} sequences cannot be met`, {
    severity: "warning",
    notes: [
      `${held} of the ${count} ${held === 1 ? "is" : "are"} taken, so that both sides have one`,
    ],
  });

export const wrongBatch = (name: string, expected: string, found: string): Diagnostic =>
  problem("E0625", `a batch of the data set does not hold \`${name}\` as its fields say`, {
    notes: [`expected ${expected}`, `found    ${found}`],
  });

/** A warning: fresh noise makes something of repeated sequences, but the batch is not what it seems. */
export const repeatedSequences = (batch: number, stored: number): Diagnostic =>
  problem("E0626", `a batch of ${batch} repeats sequences: ${stored} train`, {
    severity: "warning",
    notes: ["where there are enough, a batch holds each sequence at most once"],
    help: [`set \`batch = ${stored}\` or less`],
  });

/** An axis of the model that is empty for the data's sizes. */
export const sizeBelowOne = (dim: string, size: number, span: Span | undefined): Diagnostic => ({
  ...problem("E0619", `\`${dim}\` is ${size} for these data`, {
    notes: ["a dimension is a whole number, at least 1"],
  }),
  ...at(span, `here an axis is ${size}`),
});

/** A place that the model names and the data's axis does not have. */
export const placeOutside = (
  place: number,
  dim: string,
  size: number,
  span: Span | undefined,
): Diagnostic => ({
  ...problem("E0630", `there is no place ${place} in an axis of ${size}`, {
    notes: [`the data give \`${dim}\` the size ${size}; its places are 0 to ${size - 1}`],
  }),
  ...at(span, "no such place"),
});
