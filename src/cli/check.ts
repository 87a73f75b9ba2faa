import type { Diagnostic, Sources } from "../diagnostics/diagnostic.ts";
import { renderText, toJson } from "../diagnostics/render.ts";
import { exitOf, exits } from "./exit.ts";
import { colors, type Io } from "./io.ts";
import { compileFile, withModelOptions, type ModelOptions } from "./source.ts";
import { plural } from "./text.ts";
import { verb } from "./usage.ts";
import { outcome, type Ending, type Verb } from "./verb.ts";

/** `gtmc check`: all errors of all files; needs no data and makes no graph. */
export const check = (): Verb => {
  const command = withModelOptions(
    verb("check", "Check types, shapes and causality; needs no data.", example),
  ).argument("<FILE...>", "model files; - is standard input");
  return { command, act: (io) => checkFiles(io, command.args, command.opts<ModelOptions>()) };
};

const example = `  gtmc check models/vrnn.gtm models/vae.gtm
`;

interface Checked {
  readonly file: string;
  readonly ok: boolean;
  readonly exit: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
  readonly summary: string;
}

const checkFiles = async (
  io: Io,
  files: readonly string[],
  options: ModelOptions,
): Promise<Ending> => {
  const checked: Checked[] = [];
  for (const file of files) checked.push(await checkFile(io, file, options));
  if (options.json !== true) {
    for (const { diagnostics, sources } of checked) {
      if (diagnostics.length > 0) {
        io.stderr(`${renderText(diagnostics, sources, { color: colors(io) })}\n`);
      }
    }
  }
  const good = checked.filter(({ ok }) => ok);
  const text = options.quiet === true ? "" : good.map(({ summary }) => summary).join("");
  const exit = Math.max(exits.done, ...checked.map((one) => one.exit));
  return outcome(
    text,
    {
      files: checked.map(({ file, ok, diagnostics, sources }) => ({
        file,
        ok,
        diagnostics: diagnostics.map((one) => toJson(one, sources)),
      })),
    },
    { exit },
  );
};

const checkFile = async (io: Io, file: string, options: ModelOptions): Promise<Checked> => {
  const compiled = await compileFile(io, file, options);
  if ("kind" in compiled) {
    const { diagnostics, sources, configPath } = compiled;
    const exit = exitOf(diagnostics, configPath);
    return { file, ok: false, exit, diagnostics, sources, summary: "" };
  }
  const { program, warnings } = compiled;
  const { model, sites, parameters } = program.info;
  const total = parameters.reduce((sum, { count }) => sum + count, 0);
  return {
    file,
    ok: true,
    exit: exits.done,
    diagnostics: warnings,
    sources: program.sources,
    summary: `${file}: ${model} is well-formed: ${plural(sites.length, "site")}, ${plural(total, "parameter")}\n`,
  };
};
