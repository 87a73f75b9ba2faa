import { join } from "node:path";
import { Option } from "commander";
import type { Diagnostic, Result } from "../diagnostics/diagnostic.ts";
import type { Batch, DrawRequest, SampleTarget } from "../index.ts";
import { checkpointOption } from "./eval.ts";
import { continuationsOf, framesOf, reconstructionsOf, type Drawn } from "../experiment/figures.ts";
import type { Io } from "./io.ts";
import { reopen, type Reopened } from "../experiment/reopen.ts";
import { defaultPrefix, draw, imageField, layoutOf } from "../experiment/pictures.ts";
import { cannotPredict, drawsTooLarge, onlyFor, repeatedTest } from "./errors.ts";
import { pathOf } from "./source.ts";
import {
  fitsMachine,
  withComputeOptions,
  type ComputeOptions,
  type Stage,
} from "../experiment/stage.ts";
import { columns } from "./text.ts";
import { verb, wholeNumber } from "./usage.ts";
import { outcome, wrong, type Common, type Ending, type Verb } from "./verb.ts";
import { sure } from "./sure.ts";

type PrefixWeights = NonNullable<DrawRequest["prefixWeights"]>;

interface SampleOptions extends Common, ComputeOptions {
  readonly target: SampleTarget;
  readonly sequences: number;
  readonly samples: number;
  readonly prefix?: number;
  readonly prefixWeights?: PrefixWeights;
  readonly particles?: number;
  readonly seed?: number;
  readonly checkpoint: "latest" | "best";
}

/** `gtmc sample`: draws as arrays and pictures, beside those that are there. */
export const sample = (): Verb => {
  const command = withComputeOptions(
    verb("sample", "Draw from a trained model into the samples/ of its run.", example),
  )
    .addOption(
      new Option("--target <target>", "what to draw")
        .choices(["prior", "predict", "posterior", "reconstruct"])
        .default("prior"),
    )
    .option("--sequences <n>", "sequences, or test sequences to condition on", wholeNumber(1), 8)
    .option("--samples <n>", "draws for each sequence", wholeNumber(1), 1)
    .option(
      "--prefix <n>",
      "frames that `predict` is given (default: up to recall)",
      wholeNumber(0),
    )
    .addOption(
      new Option(
        "--prefix-weights <weights>",
        "how `predict` goes on from the frames given: from one of several particles of the guide, chosen by its importance, or from the guide unweighted (default: importance)",
      ).choices(["importance", "none"]),
    )
    .option(
      "--particles <K>",
      "particles that each draw of `predict` chooses from by importance (default: 32)",
      wholeNumber(1),
    )
    .option("--seed <n>", "of the draws (default: the number of the sample)", wholeNumber(0))
    .addOption(checkpointOption())
    .argument("<RUN>", "a run folder");
  return {
    command,
    act: (io) => sampleRun(io, command.args[0] ?? "", command.opts<SampleOptions>()),
  };
};

const example = `  gtmc sample runs/vrnn-2026-08-22T10-31-07-s1 --target predict --prefix 10
`;

const sampleRun = async (io: Io, path: string, options: SampleOptions): Promise<Ending> => {
  const misplaced = misplacedOption(options);
  if (misplaced !== undefined) return wrong([misplaced]);
  const reopened = await reopen(io, path, options);
  if ("kind" in reopened) return reopened;
  const { stage, run } = reopened;
  const { target } = options;
  const { steps } = stage.dataset;
  const prefix = target === "predict" ? (options.prefix ?? defaultPrefix(stage)) : undefined;
  if (target === "predict" && (steps === undefined || prefix === undefined || prefix >= steps)) {
    return wrong([cannotPredict(prefix ?? 0, steps)]);
  }
  const fits = await drawsFit(stage, options, prefix);
  if (!fits.ok) return wrong(fits.diagnostics, { sources: stage.program.sources });
  const { takeSampleName } = await import("../index.ts");
  const taken = takeSampleName(run.path, target);
  try {
    return await drawAs(io, taken, reopened, {
      ...options,
      ...(prefix === undefined ? {} : { prefix }),
    });
  } finally {
    taken.release();
  }
};

/** Whether there is memory for as many draws as the user asks for. */
const drawsFit = async (
  { program, dataset, dims }: Stage,
  { target, sequences, samples }: SampleOptions,
  prefix: number | undefined,
): Promise<Result<null>> => {
  const { missingToDraw } = await import("../index.ts");
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
const drawAs = async (
  io: Io,
  { name, number }: { readonly name: string; readonly number: number },
  reopened: Reopened,
  options: SampleOptions,
): Promise<Ending> => {
  const { stage, run, state, warnings } = reopened;
  const { sources } = stage.program;
  const { target, sequences, samples } = options;
  const { prefix } = options;
  const { DEFAULT_PARTICLES, encodeNpy, fileNames, runFiles, writeWhole } =
    await import("../index.ts");
  const seed = options.seed ?? number;
  const weighing = weighingOf(options, DEFAULT_PARTICLES);
  const given = prefix === undefined ? {} : { prefix, ...weighing };
  const drawing = await draw(stage, state.parameters, {
    target,
    sequences,
    samples,
    seed,
    ...given,
  });
  if (!drawing.ok) return wrong(drawing.diagnostics, { sources });
  const { drawn, batch } = drawing.value;
  const stored = stage.dataset.sequences?.test ?? Infinity;
  const repeated =
    target !== "prior" && sequences > stored ? [repeatedTest(sequences, stored)] : [];
  const folder = join(run.path, runFiles.samples);
  const written: { readonly file: string; readonly shape: readonly number[] | null }[] = [];
  const names = fileNames([...drawn.keys()]);
  for (const [array, { shape, data }] of drawn) {
    const file = join(folder, `${name}.${names.get(array) ?? array}.npy`);
    writeWhole(file, sure(encodeNpy(shape, data)));
    written.push({ file: pathOf(io, file), shape });
  }
  const png = await picture(reopened, {
    target,
    drawn,
    batch,
    sequences,
    ...(prefix === undefined ? {} : { prefix }),
  });
  if (png !== undefined) {
    const file = join(folder, `${name}.png`);
    writeWhole(file, png);
    written.push({ file: pathOf(io, file), shape: null });
  }
  const text = columns(
    written.map(({ file, shape }) => [file, shape === null ? "picture" : `[${shape.join(", ")}]`]),
  );
  return outcome(
    text,
    {
      target,
      seed,
      step: state.iteration,
      ...given,
      files: written,
    },
    { warnings: [...warnings, ...repeated], sources },
  );
};

/** How latents of the prefix come about. */
const weighingOf = (
  { prefixWeights = "importance", particles }: SampleOptions,
  usual: number,
): Pick<DrawRequest, "prefixWeights" | "particles"> =>
  prefixWeights === "none" ? { prefixWeights } : { prefixWeights, particles: particles ?? usual };

/** An option that would change nothing. */
const misplacedOption = ({
  target,
  prefix,
  prefixWeights,
  particles,
}: SampleOptions): Diagnostic | undefined => {
  const given = new Map<string, unknown>([
    ["--prefix", prefix],
    ["--prefix-weights", prefixWeights],
    ["--particles", particles],
  ]);
  const option = [...given].find(([, value]) => value !== undefined)?.[0];
  if (target !== "predict" && option !== undefined) return onlyFor(option, "--target predict");
  return prefixWeights === "none" && particles !== undefined
    ? onlyFor("--particles", "--prefix-weights importance")
    : undefined;
};

interface Sampled {
  readonly target: SampleTarget;
  readonly drawn: Drawn;
  readonly batch: Batch;
  readonly sequences: number;
  readonly prefix?: number;
}

/** A picture of what was drawn, where the model draws images. */
const picture = async (
  { stage }: Reopened,
  { target, drawn, batch, sequences, prefix }: Sampled,
): Promise<Uint8Array | undefined> => {
  const image = imageField(stage);
  const means = image === undefined ? undefined : drawn.get(`${image.name}.mean`);
  if (image === undefined || means === undefined) return undefined;
  const { continuationsPng, framesPng, reconstructionsPng } = await import("../index.ts");
  const layout = layoutOf(stage, image.size, sequences, batch.lengths);
  const original = batch.fields.get(image.name);
  if (target === "prior" || original === undefined) {
    return sure(framesPng(framesOf(means, layout)));
  }
  return prefix === undefined
    ? sure(reconstructionsPng(reconstructionsOf(original, means, layout)))
    : sure(continuationsPng(continuationsOf(original, means, { prefix, layout })));
};
