import { join } from "node:path";
import { Option } from "commander";
import type { Result } from "../diagnostics/diagnostic.ts";
import type { KeptSource, Overrides, Program, RunContents, TrainingOptions } from "../index.ts";
import { describeParameters, describeSites, printOrigin, printSettings } from "./facts.ts";
import type { Io } from "./io.ts";
import { trainInFolder } from "../experiment/train.ts";
import {
  compileFile,
  pathOf,
  withModelOptions,
  type Compiled,
  type ModelOptions,
  wrongOf,
} from "./source.ts";
import {
  dataDirectory,
  setStage,
  withComputeOptions,
  type ComputeOptions,
  type Stage,
} from "../experiment/stage.ts";
import { startTalk } from "./talk.ts";
import { count } from "./text.ts";
import { verb, wholeNumber } from "./usage.ts";
import { outcome, wrong, type Ending, type Verb } from "./verb.ts";
import { verifying, withVerification, type VerificationOptions } from "./verification.ts";

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
    .option("--profile", "show what each kernel of the training step took (native backend)")
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

const startRun = async (io: Io, compiled: Compiled, options: RunOptions): Promise<Ending> => {
  const { program } = compiled;
  const talk = startTalk(io, options.quiet === true);
  const directory = dataDirectory(io, options.dataDir);
  const stage = await setStage(program, {
    ...(options.backend === undefined ? {} : { backend: options.backend }),
    ...(directory === undefined ? {} : { dataDirectory: directory }),
    profile: options.profile ?? false,
  });
  if (!stage.ok) return wrongOf(stage.diagnostics, program, compiled.config);
  const { appendLog, describeEnvironment, digestData, initialState, lockRun } =
    await import("../index.ts");
  const started = new Date();
  const environment = {
    ...describeEnvironment(stage.value.backend.name, io.cwd, started),
    data: digestData(program, stage.value.dataset),
  };
  const overrides: Overrides = {
    ...(options.model === undefined ? {} : { model: options.model }),
    set: compiled.set,
    ...(compiled.config === undefined ? {} : { config: compiled.config }),
    ...(options.backend === undefined ? {} : { backend: options.backend }),
    ...(directory === undefined ? {} : { dataDirectory: directory }),
  };
  const folder = await makeFolder(io, options.out, {
    model: program.info.model,
    seed: program.config.training.seed,
    sources: await keptSources(program),
    settings: program.config.settings.map(({ path, value, origin }) => ({
      path,
      value,
      origin: printOrigin(origin),
    })),
    overrides,
    graph: `${program.inspect("ir", "json")}\n`,
    environment,
  });
  if (!folder.ok) return wrong(folder.diagnostics);
  const shownFolder = pathOf(io, folder.value);
  // A profile would count what verification runs.
  const wanted = options.profile !== true || options.verify === true;
  const toVerify = wanted ? verifying(options) : undefined;
  const lock = lockRun(folder.value, shownFolder, "run");
  if (!lock.ok) return wrong(lock.diagnostics);
  try {
    talk.logTo((text) => {
      appendLog(folder.value, text);
    });
    talk.say(introduce(stage.value, shownFolder));
    return await trainInFolder(io, {
      stage: stage.value,
      folder: folder.value,
      shownFolder,
      environment,
      talk,
      state: initialState(program.problem, program.config.training),
      ...(toVerify === undefined ? {} : { verifying: toVerify }),
      warnings: [...compiled.warnings, ...stage.warnings],
    });
  } finally {
    lock.value.release();
  }
};

/** What was compiled, and where it goes. */
const introduce = ({ program, backendReason, dataset }: Stage, folder: string): string =>
  [
    `${program.info.model} on ${dataset.name}\n`,
    describeSites(program.info),
    describeParameters(program.info),
    `\nobjective  ${program.config.objective}`,
    `\nbackend    ${backendReason}`,
    evaluated(program.config.training, dataset.sequences?.test),
    `\nrun        ${folder}\n\n`,
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

/** The folder that --out names, or one named by model, time and seed: of two that start in one second, one is `-2`. */
const makeFolder = async (
  io: Io,
  out: string | undefined,
  contents: RunContents,
): Promise<Result<string>> => {
  const { createRun, runName } = await import("../index.ts");
  if (out !== undefined) return createRun(pathOf(io, out), contents);
  const started = new Date(contents.environment.started);
  const name = join("runs", runName(contents.model, started, contents.seed));
  for (let number = 1; ; number++) {
    const path = pathOf(io, number === 1 ? name : `${name}-${number}`);
    const created = createRun(path, contents);
    if (created.ok || created.diagnostics[0]?.code !== "E0814") return created;
  }
};

const keptSources = async ({ source, sources }: Program): Promise<readonly KeptSource[]> => {
  const { modelsDirectory } = await import("../index.ts");
  const prelude = join(modelsDirectory(), "prelude");
  return [...sources]
    .filter(([path]) => !path.startsWith("--"))
    .map(([path, text]) => ({
      path,
      text,
      role: path === source.path ? "model" : path.startsWith(prelude) ? "prelude" : "import",
    }));
};
