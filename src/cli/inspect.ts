import { Option } from "commander";
import type { CompiledStage, ExecutedStage, Program } from "../index.ts";
import { compileFile, withModelOptions, type ModelOptions } from "./source.ts";
import { verb } from "./usage.ts";
import { outcome, type Verb } from "./verb.ts";
import { sure } from "./sure.ts";

type Stage = CompiledStage | ExecutedStage;

interface InspectOptions extends ModelOptions {
  readonly stage: Stage;
}

const stages: readonly Stage[] = ["ast", "ir", "graph", "loops", "code"];

/** `gtmc inspect`: an intermediate form as text or JSON. */
export const inspect = (): Verb => {
  const command = withModelOptions(
    verb("inspect", "Print an intermediate form of a model.", example),
  )
    .addOption(
      new Option(
        "--stage <stage>",
        "syntax tree, model, optimised training step, its loops or its code",
      )
        .choices(stages)
        .default("ir"),
    )
    .argument("<FILE>", "a model file; - is standard input");
  return {
    command,
    act: async (io) => {
      const options = command.opts<InspectOptions>();
      const compiled = await compileFile(io, command.args[0] ?? "-", options);
      if ("kind" in compiled) return compiled;
      const { program, warnings } = compiled;
      const { stage } = options;
      const form = await formOf(program, stage, options.json === true ? "json" : "text");
      const rest = { warnings, sources: program.sources };
      if (options.json !== true) return outcome(form.endsWith("\n") ? form : `${form}\n`, {}, rest);
      const parsed: unknown = JSON.parse(form);
      return outcome("", { stage, [stage]: parsed }, rest);
    },
  };
};

const formOf = async (program: Program, stage: Stage, format: "text" | "json"): Promise<string> => {
  if (stage !== "loops" && stage !== "code") return program.inspect(stage, format);
  const { inspectExecuted } = await import("../index.ts");
  return sure(await inspectExecuted(program, stage, format));
};

const example = `  gtmc inspect models/vrnn.gtm --stage graph
`;
