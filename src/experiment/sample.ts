/** Draws from an experiment, as arrays and pictures in the samples/ of its run. */
import { join } from "node:path";
import type { Batch } from "../data/dataset.ts";
import { failure, success, type Result } from "../diagnostics/diagnostic.ts";
import type { DrawRequest } from "../program/draw.ts";
import { missingToDraw } from "../program/forecast.ts";
import { DEFAULT_PARTICLES } from "../program/prefix.ts";
import type { SampleTarget } from "../program/program.ts";
import { continuationsPng, framesPng, reconstructionsPng } from "../report/pictures.ts";
import { encodeNpy, fileNames, runFiles, takeSampleName, writeWhole } from "../run/index.ts";
import { cannotPredict, drawsTooLarge, repeatedTest } from "./errors.ts";
import type { Experiment } from "./experiment.ts";
import { continuationsOf, framesOf, reconstructionsOf, type Drawn } from "./figures.ts";
import { defaultPrefix, draw, imageField, layoutOf } from "./pictures.ts";
import { fitsMachine } from "./stage.ts";

/** What to draw, and how much of it. */
export interface SampleOptions {
  /** `prior` by default. */
  readonly target?: SampleTarget;
  /** Sequences, or test sequences to condition on; 8 by default. */
  readonly sequences?: number;
  /** Draws for each sequence; 1 by default. */
  readonly samples?: number;
  /** Frames that `predict` is given; up to recall, else half of them, by default. */
  readonly prefix?: number;
  /** How `predict` goes on from the frames given: from a particle of the guide chosen by its importance (the default), or unweighted. */
  readonly prefixWeights?: DrawRequest["prefixWeights"];
  /** Particles that each draw of `predict` chooses from. */
  readonly particles?: number;
  /** Of the draws; by default the number of the sample. */
  readonly seed?: number;
}

/** A file of draws; of a picture without a shape. */
export interface SampleFile {
  readonly file: string;
  readonly shape: readonly number[] | null;
}

/** What was drawn, and with what. */
export interface Samples {
  readonly files: readonly SampleFile[];
  readonly seed: number;
  /** How much was given to `predict`, and how its latents came about. */
  readonly given: Pick<DrawRequest, "prefix" | "prefixWeights" | "particles">;
}

/** A request with its defaults. */
type Wanted = SampleOptions & Required<Pick<SampleOptions, "target" | "sequences" | "samples">>;

/** Draws, and writes under a new number: what is there already stays. */
export const sampleExperiment = (
  experiment: Experiment,
  options: SampleOptions = {},
): Result<Samples> => {
  const { target = "prior", sequences = 8, samples = 1 } = options;
  const wanted: Wanted = { ...options, target, sequences, samples };
  const { steps } = experiment.dataset;
  const prefix =
    wanted.target === "predict" ? (wanted.prefix ?? defaultPrefix(experiment)) : undefined;
  if (
    wanted.target === "predict" &&
    (steps === undefined || prefix === undefined || prefix >= steps)
  ) {
    return failure(cannotPredict(prefix ?? 0, steps));
  }
  const fits = drawsFit(experiment, wanted, prefix);
  if (!fits.ok) return fits;
  const taken = takeSampleName(experiment.folder, wanted.target);
  try {
    return drawAs(taken, experiment, wanted, prefix);
  } finally {
    taken.release();
  }
};

/** Whether there is memory for as many draws as are asked for. */
const drawsFit = (
  { program, dataset, dims }: Experiment,
  { target, sequences, samples }: Wanted,
  prefix: number | undefined,
): Result<null> => {
  const { steps, ragged } = dataset;
  const sizes = {
    batch: sequences,
    samples,
    dims,
    ragged,
    ...(steps === undefined ? {} : { steps }),
    ...(prefix === undefined ? {} : { prefix }),
  };
  return fitsMachine(
    (available) => missingToDraw(program, target, sizes, available),
    drawsTooLarge,
  );
};

/** Draws and writes under a name. */
const drawAs = (
  { name, number }: { readonly name: string; readonly number: number },
  experiment: Experiment,
  wanted: Wanted,
  prefix: number | undefined,
): Result<Samples> => {
  const { folder, dataset, state } = experiment;
  const { target, sequences, samples, seed = number } = wanted;
  const given = prefix === undefined ? {} : { prefix, ...weighingOf(wanted) };
  const drawing = draw(experiment, state.parameters, {
    target,
    sequences,
    samples,
    seed,
    ...given,
  });
  if (!drawing.ok) return drawing;
  const { drawn, batch } = drawing.value;
  const stored = dataset.sequences?.test ?? Infinity;
  const warnings =
    target !== "prior" && sequences > stored ? [repeatedTest(sequences, stored)] : [];
  const directory = join(folder, runFiles.samples);
  const files: SampleFile[] = [];
  const names = fileNames([...drawn.keys()]);
  for (const [array, { shape, data }] of drawn) {
    const file = join(directory, `${name}.${names.get(array) ?? array}.npy`);
    writeWhole(file, encodeNpy(shape, data));
    files.push({ file, shape });
  }
  const png = picture(experiment, { target, drawn, batch, sequences, prefix });
  if (png !== undefined) {
    const file = join(directory, `${name}.png`);
    writeWhole(file, png);
    files.push({ file, shape: null });
  }
  return success({ files, seed, given }, warnings);
};

/** How latents of the prefix come about. */
const weighingOf = ({
  prefixWeights = "importance",
  particles = DEFAULT_PARTICLES,
}: SampleOptions): Pick<DrawRequest, "prefixWeights" | "particles"> =>
  prefixWeights === "none" ? { prefixWeights } : { prefixWeights, particles };

interface Sampled {
  readonly target: SampleTarget;
  readonly drawn: Drawn;
  readonly batch: Batch;
  readonly sequences: number;
  readonly prefix: number | undefined;
}

/** A picture of what was drawn, where the model draws images. */
const picture = (
  experiment: Experiment,
  { target, drawn, batch, sequences, prefix }: Sampled,
): Uint8Array | undefined => {
  const image = imageField(experiment);
  const means = image === undefined ? undefined : drawn.get(`${image.name}.mean`);
  if (image === undefined || means === undefined) return undefined;
  const layout = layoutOf(experiment, image.size, sequences, batch.lengths);
  const original = batch.fields.get(image.name);
  if (target === "prior" || original === undefined) return framesPng(framesOf(means, layout));
  return prefix === undefined
    ? reconstructionsPng(reconstructionsOf(original, means, layout))
    : continuationsPng(continuationsOf(original, means, { prefix, layout }));
};
