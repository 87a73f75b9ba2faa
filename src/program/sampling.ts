/** The graph that draws a target. */
import type { Result } from "../diagnostics/diagnostic.ts";
import { deriveSampling } from "../inference/generate.ts";
import type { Sampling, DrawTarget } from "../inference/spec.ts";
import type { Model } from "../ir/model.ts";
import type { SampleSizes, SampleTarget } from "./program.ts";

/** As it is before any pass. */
export const samplingOf = (
  model: Model,
  target: SampleTarget,
  sizes: SampleSizes,
): Result<Sampling> =>
  deriveSampling(model, targetOf(target, sizes), {
    ...sizes,
    particles: sizes.samples,
    ragged: sizes.ragged ?? false,
  });

const targetOf = (target: SampleTarget, { prefix }: SampleSizes): DrawTarget =>
  target === "predict" ? { kind: target, prefix: prefix ?? 0 } : { kind: target };
