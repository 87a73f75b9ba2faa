/** A program with its data and a backend: what training, evaluation and draws start from. */
import { totalmem } from "node:os";
import { dirname } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { openDataset } from "../data/open.ts";
import { failure, success, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { fitData } from "../program/bind-data.ts";
import { missingMemory, type MemoryNeed } from "../program/forecast.ts";
import type { Program } from "../program/program.ts";
import type { Backend } from "../runtime/backend.ts";
import type { Profiler } from "../runtime/profile.ts";
import { openBackend, type ChosenBackend } from "../runtime/select.ts";
import { noData, setAside, tooLargeForMachine } from "./errors.ts";

/** Everything that a trained or a training program needs. */
export interface Stage {
  readonly program: Program;
  readonly dataset: Dataset;
  /** Sizes of the dimensions that data binds. */
  readonly dims: Readonly<Record<string, number>>;
  readonly backend: Backend;
  /** The backend and why it was taken. */
  readonly backendReason: string;
  /** Where times were asked for. */
  readonly profiler?: Profiler;
  /** The stage with the next backend, where `auto` chose this one. */
  readonly next?: () => Promise<Result<Stage>>;
}

/** Where an experiment computes and finds its data. */
export interface StageOptions {
  /** A backend by name; "auto", the default, is the fastest that works here. */
  readonly backend?: string;
  /** The folder of data sets, holding `mnist/` and so on. */
  readonly dataDirectory?: string;
  /** Whether to time kernels (native backend). */
  readonly profile?: boolean;
}

/** A program with its data, and the sizes of the dimensions that the data binds. */
type Fitted = Pick<Stage, "program" | "dataset" | "dims">;

/** Opens the data that the file names; refused where it names none, or it does not fit. */
export const openData = (program: Program, dataDirectory: string | undefined): Result<Fitted> => {
  const { config, source } = program;
  if (config.data === null) return failure(noData(source.path));
  const context = {
    baseDirectory: dirname(source.path),
    fields: program.model.data.map(({ name }) => name),
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
  };
  const said = openDataset(config.data, context);
  if (!said.ok) return said;
  // Training may only be stopped by data that neither train nor test.
  const lacking = config.training.earlyStopping !== null && said.value.validation !== true;
  const { arguments: given } = config.data;
  const dataset = lacking
    ? openDataset({ ...config.data, arguments: { ...given, validation: 0.1 } }, context)
    : said;
  if (!dataset.ok) return dataset;
  const dims = fitData(program, dataset.value);
  if (!dims.ok) return dims;
  return success({ program, dataset: dataset.value, dims: dims.value }, [
    ...dataset.warnings,
    ...(lacking ? [setAside()] : []),
    ...dims.warnings,
  ]);
};

/** Opens data and backend, in this order: what is wrong with the data is said before anything heavy is loaded. */
export const setStage = async (program: Program, options: StageOptions): Promise<Result<Stage>> => {
  const fitted = openData(program, options.dataDirectory);
  if (!fitted.ok) return fitted;
  const { dataset, dims } = fitted.value;
  const memory = fitsMachine(
    (available) => success(missingMemory(program, dataset, dims, available)),
    tooLargeForMachine,
  );
  if (!memory.ok) return memory;
  const backend = await openBackend(options.backend ?? "auto", {
    profile: options.profile ?? false,
  });
  if (!backend.ok) return backend;
  return success(onBackend(fitted.value, backend.value), [...fitted.warnings, ...backend.warnings]);
};

/** The memory of the machine, or the part of it that the process may have. */
const machineMemory = (): number => {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(totalmem(), allowed) : totalmem();
};

/** Refused before it is allocated where something needs more memory than there is; `refusal` says what. */
export const fitsMachine = (
  missing: (available: number) => Result<MemoryNeed | undefined>,
  refusal: (need: MemoryNeed, available: number) => Diagnostic,
): Result<null> => {
  const available = machineMemory();
  const need = missing(available);
  if (!need.ok) return need;
  return need.value === undefined ? success(null) : failure(refusal(need.value, available));
};

const onBackend = (without: Fitted, { backend, note, profiler, next }: ChosenBackend): Stage => ({
  ...without,
  backend,
  backendReason: note.replace(/^backend /u, ""),
  ...(profiler === undefined ? {} : { profiler }),
  ...(next === undefined
    ? {}
    : {
        next: async () => {
          const chosen = await next();
          return chosen.ok ? success(onBackend(without, chosen.value)) : chosen;
        },
      }),
});

/** Whether bounds and terms are given a frame. */
export const isTemporal = ({ dataset }: Pick<Stage, "dataset">): boolean =>
  dataset.steps !== undefined;
