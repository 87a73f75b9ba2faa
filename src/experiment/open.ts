/** Experiments begin: a run folder that says all that is needed to run again. */
import { join, resolve } from "node:path";
import type { Result } from "../diagnostics/diagnostic.ts";
import { success } from "../diagnostics/diagnostic.ts";
import { digestData } from "../program/digest.ts";
import { modelsDirectory } from "../program/disk.ts";
import type { Program } from "../program/program.ts";
import {
  createRun,
  describeEnvironment,
  lockRun,
  runName,
  type KeptSetting,
  type KeptSource,
  type RunContents,
} from "../run/index.ts";
import { initialState } from "../training/request.ts";
import type { OpenExperiment } from "./experiment.ts";
import { setStage, type StageOptions } from "./stage.ts";
import { printOrigin, shownPath } from "./words.ts";

/** Where an experiment begins, and with what. */
export interface StartOptions extends StageOptions {
  /** The run folder, which must not exist; by default `runs/<model>-<time>-s<seed>` in the current folder. */
  readonly folder?: string;
  /** Where relative paths and the state of git are looked up; by default the folder of the process. */
  readonly cwd?: string;
}

/** Opens data and backend, and makes the run folder. `resumeExperiment` takes over where a process ends. */
export const startExperiment = async (
  program: Program,
  options: StartOptions = {},
): Promise<Result<OpenExperiment>> => {
  const stage = await setStage(program, options);
  if (!stage.ok) return stage;
  const { backend, dataDirectory, cwd = process.cwd() } = options;
  const { set = [], ...others } = program.overrides;
  const { training, settings } = program.config;
  const environment = {
    ...describeEnvironment(stage.value.backend.name, cwd, new Date()),
    data: digestData(program, stage.value.dataset),
  };
  const made = makeFolder(cwd, options.folder, {
    model: program.info.model,
    seed: training.seed,
    sources: keptSources(program),
    settings: keptSettings(settings),
    overrides: {
      ...others,
      set,
      ...(backend === undefined ? {} : { backend }),
      ...(dataDirectory === undefined ? {} : { dataDirectory }),
    },
    graph: `${program.inspect("ir", "json")}\n`,
    environment,
  });
  if (!made.ok) return made;
  const folder = made.value;
  const shownFolder = shownPath(folder);
  const lock = lockRun(folder, shownFolder, "run");
  if (!lock.ok) return lock;
  const experiment = {
    ...stage.value,
    folder,
    shownFolder,
    environment,
    state: initialState(program.problem, training),
    release: lock.value.release,
    finished: false,
  };
  return success(experiment, stage.warnings);
};

/** The folder that is asked for, or one named by model, time and seed: of two that start in one second, one is `-2`. */
const makeFolder = (
  cwd: string,
  folder: string | undefined,
  contents: RunContents,
): Result<string> => {
  const create = (path: string): Result<string> =>
    createRun(shownPath(resolve(cwd, path)), contents);
  if (folder !== undefined) return create(folder);
  const started = new Date(contents.environment.started);
  const name = join("runs", runName(contents.model, started, contents.seed));
  for (let number = 1; ; number++) {
    const created = create(number === 1 ? name : `${name}-${number}`);
    if (created.ok || created.diagnostics[0]?.code !== "E0814") return created;
  }
};

/** Settings as a run folder keeps them. */
export const keptSettings = (settings: Program["config"]["settings"]): readonly KeptSetting[] =>
  settings.map(({ path, value, origin }) => ({ path, value, origin: printOrigin(origin) }));

const keptSources = ({ source, sources }: Program): readonly KeptSource[] => {
  const prelude = join(modelsDirectory(), "prelude");
  return [...sources]
    .filter(([path]) => !path.startsWith("--"))
    .map(([path, text]) => ({
      path,
      text,
      role: path === source.path ? "model" : path.startsWith(prelude) ? "prelude" : "import",
    }));
};
