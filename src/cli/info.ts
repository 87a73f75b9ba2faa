import { placesOf, withDataOption, type DataOptions } from "./compute.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Program } from "../index.ts";
import { describeMemory, describeProgram, type MemoryFacts } from "./facts.ts";
import type { Io } from "./io.ts";
import { compileFile, withModelOptions, type ModelOptions } from "./source.ts";
import { verb } from "./usage.ts";
import { outcome, type Verb } from "./verb.ts";
import { sure } from "./sure.ts";

/** `gtmc info`: what the compiler knows about a model. */
export const info = (): Verb => {
  const command = withDataOption(
    withModelOptions(
      verb("info", "Show dimensions, data, sites, parameters, schedules and memory.", example),
    ),
  ).argument("<FILE>", "a model file; - is standard input");
  return {
    command,
    act: async (io) => {
      const options = command.opts<ModelOptions & DataOptions>();
      const compiled = await compileFile(io, command.args[0] ?? "-", options);
      if ("kind" in compiled) return compiled;
      const { program, warnings } = compiled;
      const { memory, said } = await measureMemory(io, program, options);
      return outcome(
        `${describeProgram(program)}${describeMemory(memory)}`,
        { info: program.info, settings: program.config.settings, memory },
        { warnings: [...warnings, ...said], sources: program.sources },
      );
    },
  };
};

/**
 * What the process comes to hold besides model and data when it trains: compiled graphs, koffi or workers, code, a heap that
 * grows (measured: 40 MB where native code is cached, 70 MB where it is compiled, and on wasm).
 */
const allowance = 55e6;

/** A forecast, or why there is none, and the warnings of the data. */
interface Measured {
  readonly memory: MemoryFacts;
  readonly said: readonly Diagnostic[];
}

const unknown = (reason: string): Measured => ({ memory: { unknown: reason }, said: [] });

/** The forecast where the data can be opened: its sizes decide. */
const measureMemory = async (io: Io, program: Program, options: DataOptions): Promise<Measured> => {
  if (program.config.data === null) return unknown("the file names no data");
  const before = process.memoryUsage();
  const { forecastMemory, openData } = await import("../index.ts");
  const fitted = await openData(program, placesOf(io, options).dataDirectory);
  if (!fitted.ok) return unknown(fitted.diagnostics.map(({ message }) => message).join("; "));
  // What reading left behind, training uses again; what the forecast itself leaves, training does not have.
  const data = process.memoryUsage().arrayBuffers - before.arrayBuffers;
  const forecast = sure(await forecastMemory(program, fitted.value.dataset, fitted.value.dims));
  const { state, copies, step, evaluation } = forecast;
  const memory = {
    ...forecast,
    process: before.rss + data + allowance + state + copies + step + evaluation,
  };
  return { memory, said: fitted.warnings };
};

const example = `  gtmc info models/introspective.gtm --json
`;
