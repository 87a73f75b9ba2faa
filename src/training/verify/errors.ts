/** Differences as diagnostics. All wording of E074x is here. */
import { problem, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Verdict } from "./verify.ts";

const number = (x: number): string => (Number.isInteger(x) ? `${x}` : x.toPrecision(7));

/** `logWeights` of an evaluation, "the bound" of "metric/bound", "`kl.z`" of "metric/term/kl.z", "`obs.bias`". */
const outputText = (output: string): string => {
  switch (output) {
    case "metric/bound":
      return "the bound";
    case "logWeights":
      return "the log weights";
    case "metric/gradNorm":
      return "the norm of the gradient";
    default:
      return `\`${output.replace(/^metric\/term\//u, "")}\``;
  }
};

/** What does not agree with the reference: a fault of the compiler or of the backend. */
export const differences = (backend: string, verdicts: readonly Verdict[]): readonly Diagnostic[] =>
  verdicts.flatMap((verdict) => {
    if (verdict.kind !== "different") return [];
    const { program, difference } = verdict;
    const { output, sequence, found, expected, tolerance } = difference;
    const where = sequence === undefined ? "" : ` of sequence ${sequence}`;
    return [
      problem(
        "E0740",
        `the backend ${backend} computes ${outputText(output)} of the ${program} wrongly`,
        [
          `it gives ${number(found)}${where}, the reference ${number(expected)}`,
          `rounding explains a difference of ${tolerance.toPrecision(2)} at most`,
        ],
        [
          "this is a bug in gtmc, not in your model: please report it",
          "another backend may be right, such as `--backend tfjs:wasm`; `--no-verify` trains all the same",
        ],
      ),
    ];
  });
