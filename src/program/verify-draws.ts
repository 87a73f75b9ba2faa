/** Whether draws are computed as their graphs say; training verifies its own programs (`TrainRequest.verify`). */
import { invariant } from "../diagnostics/invariant.ts";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Sampling } from "../inference/spec.ts";
import type { Program, SampleSizes, SampleTarget } from "./program.ts";
import { feedDraw } from "./draw-feed.ts";
import type { Backend } from "../runtime/backend.ts";
import { referenceBackend } from "../runtime/reference.ts";
import { samplingOf } from "./sampling.ts";
import type { Feed } from "../training/feed.ts";
import { openTrial } from "../training/forward.ts";
import { dataDraw } from "../training/noise.ts";
import { decisiveNoise } from "../training/verify/noise.ts";
import { differences } from "../training/verify/errors.ts";
import {
  verifyPrograms,
  type Claim,
  type Verdict,
  type VerifyOptions,
} from "../training/verify/verify.ts";

/** Which draws to compare with the reference, and how much of that to do. */
export interface VerifySamplingRequest {
  readonly program: Program;
  readonly dataset: Dataset;
  readonly backend: Backend;
  readonly parameters: Feed;
  readonly targets: readonly (readonly [SampleTarget, SampleSizes])[];
  readonly options: VerifyOptions;
}

/** What agrees with the reference and what was left out; an error (E0740) where a draw differs. */
export const verifySampling = ({
  program,
  dataset,
  backend,
  parameters,
  targets,
  options,
}: VerifySamplingRequest): Result<readonly Verdict[]> => {
  if (backend.name === referenceBackend.name) return success([]);
  const claims = targets.map(([target, sizes]) =>
    drawClaim(target, sizes, { program, dataset, backend, parameters }),
  );
  const verdicts = verifyPrograms(claims, options);
  if (!verdicts.ok) return verdicts;
  const wrong = differences(backend.name, verdicts.value);
  return wrong.length > 0 ? failure(...wrong) : verdicts;
};

const drawClaim = (
  target: SampleTarget,
  sizes: SampleSizes,
  {
    program: { model, config },
    dataset,
    backend,
    parameters,
  }: Pick<VerifySamplingRequest, "program" | "dataset" | "backend" | "parameters">,
): Claim => {
  const { seed } = config.training;
  const derive = (batch: number): Sampling => {
    const derived = samplingOf(model, target, { ...sizes, batch });
    invariant(derived.ok, `cannot draw ${target}`);
    return derived.value;
  };
  const { graph, noise } = derive(sizes.batch);
  return {
    program: `draws of ${target}`,
    batch: sizes.batch,
    // [S, B, …]
    sequenceAxis: 1,
    compiles: true,
    open: () => openTrial(backend, graph),
    feed: (attempt) => {
      const draw = dataDraw(seed, "test", attempt);
      const batch = dataset.batch("test", attempt, sizes.batch, draw);
      const given = new Map([...parameters, ...decisiveNoise(noise, seed, attempt)]);
      return feedDraw(model, graph.inputs, given, batch, sizes);
    },
    define: (batch) => derive(batch).graph,
  };
};
