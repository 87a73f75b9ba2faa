import { count } from "../experiment/words.ts";
import type { OpenExperiment, TrainingOptions } from "../index.ts";
import { placesOf, withComputeOptions, type ComputeOptions } from "./compute.ts";
import { trainInFolder } from "./training.ts";
import { withVerification, type VerificationOptions } from "./verification.ts";
import { Option } from "commander";
import { describeParameters, describeSites, printSettings } from "./facts.ts";
import type { Io } from "./io.ts";
import {
  compileFile,
  withModelOptions,
  type CompiledSource,
  type ModelOptions,
  wrongOf,
} from "./source.ts";
import { startTalk } from "./talk.ts";

import { verb, wholeNumber } from "./usage.ts";
import { outcome, type Ending, type Verb } from "./verb.ts";

interface RunOptions extends ModelOptions, ComputeOptions, VerificationOptions {
  readonly out?: string;
  readonly printConfig?: boolean;
  readonly profile?: boolean;
}

/** `gtmc run`: everything that the file says. */
export const run = (): Verb => {
  const command = withVerification(
    withComputeOptions(withModelOptions(verb("run", "Train, evaluate and report.", example))),
  )
    .option("--steps <n>", "short for --set train.steps=<n>", wholeNumber(1))
    .option(
      "--out <folder>",
      "the run folder; must not exist (default: runs/<model>-<time>-s<seed>)",
    )
    .option("--print-config", "show every value and where it comes from, and stop")
    .option("--no-print-config", "train")
    .option(
      "--profile",
      "show the time that each kernel of the training step takes (native backend)",
    )
    .addOption(new Option("--no-profile").hideHelp())
    .argument("<FILE>", "a model file with a train block; - is standard input");
  return {
    command,
    act: async (io) => {
      const options = command.opts<RunOptions>();
      const compiled = await compileFile(io, command.args[0] ?? "-", options);
      if ("kind" in compiled) return compiled;
      const { program } = compiled;
      return options.printConfig === true
        ? outcome(
            printSettings(program.config),
            { settings: program.config.settings },
            { warnings: compiled.warnings, sources: program.sources },
          )
        : startRun(io, compiled, options);
    },
  };
};

const example = `  gtmc run models/introspective.gtm --set train.steps=3000 --seed 2
`;

const startRun = async (io: Io, compiled: CompiledSource, options: RunOptions): Promise<Ending> => {
  const { program } = compiled;
  const talk = startTalk(io, options.quiet === true);
  const { appendLog, startExperiment } = await import("../index.ts");
  const started = await startExperiment(program, {
    ...placesOf(io, options),
    cwd: io.cwd,
    profile: options.profile ?? false,
    ...(options.out === undefined ? {} : { folder: options.out }),
  });
  if (!started.ok) return wrongOf(started.diagnostics, program);
  const experiment = started.value;
  // A profile would count what verification runs.
  const verify = options.verify ?? (options.profile === true ? false : undefined);
  try {
    talk.logTo((text) => {
      appendLog(experiment.folder, text);
    });
    talk.say(introduce(experiment));
    return await trainInFolder(io, {
      experiment,
      talk,
      ...(verify === undefined ? {} : { verify }),
      warnings: [...compiled.warnings, ...started.warnings],
    });
  } finally {
    experiment.release();
  }
};

/** What was compiled, and where it goes. */
const introduce = ({ program, backendReason, dataset, shownFolder }: OpenExperiment): string =>
  [
    `${program.info.model} on ${dataset.name}\n`,
    describeSites(program.info),
    describeParameters(program.info),
    `\nobjective  ${program.config.objective}`,
    `\nbackend    ${backendReason}`,
    evaluated(program.config.training, dataset.sequences?.test),
    `\nrun        ${shownFolder}\n\n`,
  ].join("");

/** Which test sequences the bound is measured on, where it is not all of them. */
const evaluated = (
  { batch, evaluateBatches }: TrainingOptions,
  stored: number | undefined,
): string => {
  const seen = batch * evaluateBatches;
  return stored === undefined || stored <= seen
    ? ""
    : `\ntest bound on the first ${count(seen)} of ${count(stored)} sequences (train.evaluate_batches = ${evaluateBatches})`;
};
