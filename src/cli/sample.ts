import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { DrawRequest, SampleTarget } from "../index.ts";
import { placesOf, withComputeOptions, type ComputeOptions } from "./compute.ts";
import { onlyFor } from "./errors.ts";
import { pathOf, wrongOfRun } from "./source.ts";
import { Option } from "commander";
import { checkpointOption } from "./eval.ts";
import type { Io } from "./io.ts";
import { columns } from "./text.ts";
import { verb, wholeNumber } from "./usage.ts";
import { outcome, wrong, type Common, type Ending, type Verb } from "./verb.ts";

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
    .option("--seed <n>", "seed of the draws (default: the number of the sample)", wholeNumber(0))
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
  const { openExperiment, sampleExperiment } = await import("../index.ts");
  const { checkpoint, target } = options;
  const opened = await openExperiment(pathOf(io, path), { ...placesOf(io, options), checkpoint });
  if (!opened.ok) return wrongOfRun(io, path, opened.diagnostics);
  const { program, state } = opened.value;
  const { sources } = program;
  const drawn = await sampleExperiment(opened.value, options);
  if (!drawn.ok) return wrong(drawn.diagnostics, { sources });
  const { seed, given } = drawn.value;
  const files = drawn.value.files.map(({ file, shape }) => ({ file: pathOf(io, file), shape }));
  const text = columns(
    files.map(({ file, shape }) => [file, shape === null ? "picture" : `[${shape.join(", ")}]`]),
  );
  return outcome(
    text,
    { target, seed, step: state.iteration, ...given, files },
    { warnings: [...opened.warnings, ...drawn.warnings], sources },
  );
};

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
