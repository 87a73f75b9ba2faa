import { count, printCall, printOrigin, roleNames } from "../experiment/words.ts";
import type { MemoryForecast, Program, ProgramInfo, RunConfig } from "../index.ts";
import { columns, indent, plural } from "./text.ts";

/** All facts about a program, for `gtmc info`. */
export const describeProgram = ({ info, config }: Program): string =>
  [
    `${info.model}\n`,
    section("dimensions", dimensions(info)),
    section("data", dataFields(info)),
    section("sites", sites(info)),
    section("parameters", parameters(info)),
    section("schedules", schedules(info)),
    section("gradients stop at", lines(info.gradientStops)),
    section("watched", lines(info.watches)),
    section("training", training(config)),
  ].join("");

/** The forecast, with the peak of the whole process, in bytes; or why there is none. */
export type MemoryFacts =
  (MemoryForecast & { readonly process: number }) | { readonly unknown: string };

/** What training will take on `native` or `wasm`. */
export const describeMemory = (memory: MemoryFacts): string => {
  if ("unknown" in memory)
    return section(
      "memory",
      `not known: ${memory.unknown}
`,
    );
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return section(
    "memory",
    columns([
      ["parameters and optimizer", megabytes(memory.state)],
      ["copies for checkpoints", megabytes(memory.copies)],
      ["a training step", megabytes(memory.step)],
      ["evaluation", megabytes(memory.evaluation)],
      ["the process at its peak", `about ${megabytes(memory.process)}`],
    ]),
  );
};

/** What was compiled, for the first lines of a run. */
export const describeSites = (info: ProgramInfo): string => section("sites", sites(info));

export const describeParameters = (info: ProgramInfo): string =>
  section("parameters", parameters(info));

/** `--print-config`: each value and where it came from. */
export const printSettings = ({ settings }: RunConfig): string =>
  columns(settings.map(({ path, value, origin }) => [path, value, printOrigin(origin)]));

const section = (title: string, body: string): string =>
  body === "" ? "" : `\n${title}\n${indent(body)}`;

const lines = (items: readonly string[]): string => items.map((item) => `${item}\n`).join("");

const dimensions = ({ dims }: ProgramInfo): string =>
  columns(
    Object.entries(dims).map(([name, size]) => [name, size === null ? "bound by data" : `${size}`]),
  );

const dataFields = ({ data }: ProgramInfo): string =>
  columns(
    data.map(({ name, type, per, role }) => [
      name,
      type,
      per === "shared" ? "one for the batch" : `one per ${per}`,
      role,
    ]),
  );

const sites = ({ sites: all }: ProgramInfo): string =>
  columns(
    all.map(({ name, type, prior, guide, estimator, why }) => [
      name,
      type,
      `~ ${prior}`,
      guide === undefined ? "observed" : `guide ${guide}`,
      estimator === undefined ? "" : why === undefined ? estimator : `${estimator}: ${why}`,
    ]),
  );

const parameters = ({ parameters: all }: ProgramInfo): string => {
  if (all.length === 0) return "";
  const total = all.reduce((sum, one) => sum + one.count, 0);
  return columns(
    [
      ...all.map((one) => [one.owner, count(one.count), roleNames[one.role]]),
      ["total", count(total), plural(all.length, "owner")],
    ],
    [1],
  );
};

const schedules = ({ generate, infer }: ProgramInfo): string =>
  columns([
    ["generate", generate.join(" -> ")],
    ["infer", infer.join(" -> ")],
  ]);

const training = ({ data, objective, estimator, training: options }: RunConfig): string =>
  columns([
    ["data", data === null ? "none named" : printCall(data)],
    ["objective", objective],
    ["estimator", estimator],
    ["optimizer", `${options.optimizer.kind}, lr = ${options.optimizer.learningRate.text}`],
    ["steps", `${count(options.steps)} of batch ${options.batch}, seed ${options.seed}`],
  ]);
