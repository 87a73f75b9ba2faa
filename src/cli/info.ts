import { describeProgram } from "./facts.ts";
import { compileFile, withModelOptions, type ModelOptions } from "./source.ts";
import { verb } from "./usage.ts";
import { outcome, type Verb } from "./verb.ts";

/** `gtmc info`: what the compiler knows about a model. */
export const info = (): Verb => {
  const command = withModelOptions(
    verb("info", "Show dimensions, data, sites, parameters, estimators and schedules.", example),
  ).argument("<FILE>", "a model file; - is standard input");
  return {
    command,
    act: async (io) => {
      const compiled = await compileFile(io, command.args[0] ?? "-", command.opts<ModelOptions>());
      if ("kind" in compiled) return compiled;
      const { program, warnings } = compiled;
      return outcome(
        describeProgram(program),
        { info: program.info, settings: program.config.settings },
        { warnings, sources: program.sources },
      );
    },
  };
};

const example = `  gtmc info models/introspective.gtm --json
`;
