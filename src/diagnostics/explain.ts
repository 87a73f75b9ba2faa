/** Every code with all that there is to know of it. Loaded only where somebody asks. */
import { codes, type ErrorCode, type Fault } from "./codes.ts";
import type { Explanation } from "./explanations/explanation.ts";
import { ofModels } from "./explanations/models.ts";
import { ofRuns } from "./explanations/runs.ts";
import { ofSyntax } from "./explanations/syntax.ts";
import { ofTypes } from "./explanations/types.ts";

const explanations: { readonly [C in ErrorCode]: Explanation } = {
  ...ofSyntax,
  ...ofTypes,
  ...ofModels,
  ...ofRuns,
};

/** What a code means, with what has the fault and what has not. */
export interface Explained {
  readonly code: ErrorCode;
  readonly fault: Fault;
  readonly sentence: string;
  readonly meaning: string;
  readonly wrong?: string;
  readonly right?: string;
  readonly command?: string;
}

/** The file before and after it is mended. */
const bothOf = (file: string): Required<Pick<Explained, "wrong" | "right">> => ({
  wrong: file.replace(/«(.*?) ?→.*?»/gsu, "$1"),
  right: file.replace(/«.*?→ ?(.*?)»/gsu, "$1"),
});

export const explain = (code: ErrorCode): Explained => {
  const [fault, sentence] = codes[code];
  const { meaning, file, command } = explanations[code];
  return {
    code,
    fault,
    sentence,
    meaning,
    ...(file === undefined ? {} : bothOf(file)),
    ...(command === undefined ? {} : { command }),
  };
};

const indented = (text: string): string => text.replace(/^(?=.)/gmu, "    ");

/** An entry of the manual, as Markdown and as a terminal shows it; `exit` is the exit code, absent for a warning. */
export const printExplained = (
  { code, sentence, meaning, wrong, right, command }: Explained,
  exit: number | undefined,
): string =>
  [
    sentence,
    meaning,
    ...(wrong === undefined || right === undefined
      ? []
      : ["Wrong:", indented(wrong), "Right:", indented(right)]),
    ...(command === undefined ? [] : ["Such as:", indented(command)]),
    exit === undefined ? `${code} is a warning.` : `The exit code is ${exit}.`,
  ].join("\n\n");
