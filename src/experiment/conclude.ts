/** What comes after the last step: pictures, report, manifest, and the numbers that matter. */
import { join } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { continuationsPng, reconstructionsPng } from "../report/pictures.ts";
import { renderReport } from "../report/render.ts";
import { readMetrics, runFiles, takeSampleName, writeManifest, writeWhole } from "../run/index.ts";
import type { TrainingState } from "../training/state.ts";
import type { Experiment } from "./experiment.ts";
import { curve, klOfRegions, recallRatio, seriesOf } from "./metrics.ts";
import { knownDims, takePictures } from "./pictures.ts";
import { boundKey, tellStory, type Pictures } from "./report.ts";
import { isTemporal } from "./stage.ts";

/** What a run came to. Bounds and divergences are nats per frame where the model has time, else nats per sequence. */
export interface Conclusion {
  readonly steps: number;
  /** Test bounds, the first and the last that were measured. */
  readonly bound: { readonly before: number | undefined; readonly after: number | undefined };
  /** The divergence of a frame by region of the task; infinite ones among them. */
  readonly kl: readonly (readonly [region: string, kl: number])[];
  /** KL at recall over KL before it: 1 without memory, 0 with a perfect one. */
  readonly recallRatio: number | undefined;
  /** The page, a path. */
  readonly report: string;
}

/**
 * Writes the report and then the manifest, which sums up all files; before it, `on` may add to the folder. What cannot be drawn
 * is a warning about a run that is whole all the same.
 */
export const concludeExperiment = (
  experiment: Experiment,
  state: TrainingState,
  on?: (conclusion: Conclusion) => void,
): { readonly conclusion: Conclusion; readonly warnings: readonly Diagnostic[] } => {
  const { program, dataset, dims, backendReason, folder, environment } = experiment;
  const lines = readMetrics(folder);
  const { pictures, warnings } = takePictures(experiment, state.parameters);
  savePictures(folder, pictures);
  const temporal = isTemporal(experiment);
  const { regions } = dataset;
  const page = tellStory({
    program,
    environment,
    backendReason,
    regions,
    temporal,
    dims: { ...knownDims(program.info.dims), ...dims },
    lines,
    pictures,
  });
  const report = join(folder, runFiles.report);
  writeWhole(report, renderReport(page));
  const bounds = curve(lines, "test", boundKey(temporal));
  const measured = seriesOf(lines.findLast(({ split }) => split === "test"));
  const conclusion = {
    steps: bounds.at(-1)?.[0] ?? 0,
    bound: { before: bounds[0]?.[1], after: bounds.at(-1)?.[1] },
    kl: klOfRegions(measured, regions),
    recallRatio: recallRatio(measured, regions),
    report,
  };
  on?.(conclusion);
  writeManifest(folder, new Date());
  return { conclusion, warnings };
};

/** Image grids of the report as files; `samples/` numbers them, since a resumed run makes new ones. */
const savePictures = (folder: string, { reconstructions, continuations }: Pictures): void => {
  const save = (target: string, png: Uint8Array): void => {
    const { name, release } = takeSampleName(folder, target);
    try {
      writeWhole(join(folder, runFiles.samples, `${name}.png`), png);
    } finally {
      release();
    }
  };
  if (reconstructions !== undefined) save("reconstruct", reconstructionsPng(reconstructions));
  if (continuations !== undefined) save("predict", continuationsPng(continuations));
};
