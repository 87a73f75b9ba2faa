import type { Diagnostic, Sources } from "../diagnostics/diagnostic.ts";
import { renderText, toJson } from "../diagnostics/render.ts";
import type { CheckedFile } from "../index.ts";
import { exitOf, exits } from "./exit.ts";
import { colors, type Io } from "./io.ts";
import { checkSource, withModelOptions, type ModelOptions } from "./source.ts";
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
  const found = await checkSource(io, file, options);
  if ("kind" in found) {
    const { diagnostics, sources, configPath } = found;
    const exit = exitOf(diagnostics, configPath);
    return { file, ok: false, exit, diagnostics, sources, summary: "" };
  }
  const { checked, warnings } = found;
  return {
    file,
    ok: true,
    exit: exits.done,
    diagnostics: warnings,
    sources: checked.sources,
    summary: summaryOf(file, checked),
  };
};

/** A line for each model; of a library, one. */
const summaryOf = (file: string, { models, declarations }: CheckedFile): string => {
  if (models.length === 0) {
    return `${file}: well-formed: ${plural(declarations, "declaration")}, no model\n`;
  }
  return models
    .map(({ model, sites, parameters }) => {
      const total = parameters.reduce((sum, { count }) => sum + count, 0);
      return `${file}: ${model} is well-formed: ${plural(sites.length, "site")}, ${plural(total, "parameter")}\n`;
    })
    .join("");
};
