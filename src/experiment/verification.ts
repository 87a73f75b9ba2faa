/** How much of an experiment's programs is compared with the reference before the first step. */
import { success, type Result } from "../diagnostics/diagnostic.ts";
import type { SampleSizes, SampleTarget } from "../program/program.ts";
import { verifySampling } from "../program/verify-draws.ts";
import type { Verdict, VerifyOptions } from "../training/verify/verify.ts";
import { defaultPrefix, SHOWN, type Parameters } from "./pictures.ts";
import type { Stage } from "./stage.ts";

/** Seconds for training's programs and for draws: what nobody asked for, and what a whole verification strives to keep within. */
const UNASKED = { training: 0.4, drawing: 0.1 } as const;
const ASKED = { training: 10, drawing: 10 } as const;

/** How much of training's programs to compare, and of those that draw. */
export interface Verifying {
  readonly training: VerifyOptions;
  readonly drawing: VerifyOptions;
}

/** Seconds that compiling the draws takes where the C compiler is called. */
const CALLS = 4;

/** All of it where that is asked for, nothing where it is not wanted, else what half a second suffices for. */
export const verifying = (verify: boolean | undefined): Verifying | undefined => {
  if (verify === false) return undefined;
  const force = verify === true;
  const { training, drawing } = force ? ASKED : UNASKED;
  return { training: { seconds: training, force }, drawing: { seconds: drawing, force } };
};

/** Compares the draws of every target, at the sizes of a report's pictures. */
export const verifyDraws = (
  stage: Stage,
  parameters: Parameters,
  { drawing }: Verifying,
): Result<readonly Verdict[]> => {
  const { program, dataset, backend, dims } = stage;
  const { steps } = dataset;
  // Each would be one more call of the C compiler, a second that nobody asked for.
  if (!drawing.force && backend.name === "native") {
    return success([{ kind: "skipped", program: "draws", seconds: CALLS }]);
  }
  const prefix = defaultPrefix(stage);
  const sizes: SampleSizes = {
    batch: SHOWN,
    samples: 1,
    dims,
    ...(steps === undefined ? {} : { steps }),
  };
  const inferred = { ...sizes, ragged: dataset.ragged };
  const targets: readonly (readonly [SampleTarget, SampleSizes])[] = [
    ["prior", sizes],
    ["posterior", inferred],
    ["reconstruct", inferred],
    ...(prefix === undefined ? [] : [["predict", { ...inferred, prefix }] as const]),
  ];
  return verifySampling({ program, dataset, backend, parameters, targets, options: drawing });
};
