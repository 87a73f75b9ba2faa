import { CommanderError, type Command } from "commander";
import { renderText, toJson } from "../diagnostics/render.ts";
import { encodeJson } from "../diagnostics/json.ts";
import type { Diagnostic, Sources } from "../diagnostics/diagnostic.ts";
import { printable, printableJson } from "../diagnostics/printable.ts";
import { keepReproduction, reportCrash } from "./crash.ts";
import { refusedByMachine } from "./errors.ts";
import { exitOf, exits } from "./exit.ts";
import { colors, type Io } from "./io.ts";
import { quietCommand, UsageError } from "./usage.ts";
import { wrong, type Common, type Ending, type Verb } from "./verb.ts";
import { check } from "./check.ts";
import { evaluate } from "./eval.ts";
import { explain } from "./explain.ts";
import { help } from "./help.ts";
import { info } from "./info.ts";
import { inspect } from "./inspect.ts";
import { resume } from "./resume.ts";
import { run } from "./run.ts";
import { sample } from "./sample.ts";
import { main as version } from "./version.ts";

const verbs: readonly (() => Verb)[] = [
  check,
  run,
  resume,
  evaluate,
  sample,
  info,
  inspect,
  explain,
  help,
];

const overview = `  gtmc run model.gtm --set train.steps=500     # train, evaluate and report
  gtmc explain E0502                           # what the code of an error means
  gtmc help softmax                            # what a name means, be it a verb, function or setting

One file holds model and training; gtmc makes the rest.
`;

/** Runs a command line and returns its exit code. Never throws and never exits. */
export const main = async (argv: readonly string[], io: Io): Promise<number> => {
  let json = argv.includes("--json");
  try {
    if (argv[0] === "--version") return await version(argv, io);
    const chosen: { verb?: Verb } = {};
    const program = quietCommand("gtmc")
      .description(
        "A language, compiler and inference engine for generative temporal models with memory.",
      )
      .addHelpText("before", overview)
      .helpOption("--help", "show this help")
      .helpCommand(false)
      .usage("VERB [options] FILE | RUN")
      .option("--version", "print the version")
      .configureOutput({ writeOut: io.stdout, writeErr: io.stderr });
    for (const make of verbs) {
      const verb = make();
      verb.command.configureOutput({ writeOut: io.stdout, writeErr: io.stderr });
      program.addCommand(
        verb.command.action(() => {
          json = verb.command.opts<Common>().json === true;
          chosen.verb = verb;
        }),
      );
    }
    await program.parseAsync(withVerb(argv, program), { from: "user" });
    return chosen.verb === undefined
      ? exits.done
      : finish(io, argv, await chosen.verb.act(io), json);
  } catch (error) {
    if (error instanceof UsageError) return misuse(io, error, json);
    if (error instanceof CommanderError) return error.exitCode === 0 ? exits.done : exits.usage;
    const refusal = refusedByMachine(error);
    if (refusal === undefined) return reportCrash(io, argv, error);
    return finish(io, argv, wrong([refusal]), json);
  }
};

/** The command line; where it names an unknown verb, without the wish for help, which would hide that. */
const withVerb = (argv: readonly string[], { commands }: Command): string[] => {
  const words = argv.filter((word) => !word.startsWith("-"));
  const [verb] = words;
  const known = verb === undefined || commands.some((command) => command.name() === verb);
  return known
    ? [...argv]
    : [verb, ...argv.filter((word) => word.startsWith("-") && word !== "--help")];
};

const finish = (io: Io, argv: readonly string[], ending: Ending, json: boolean): number => {
  if (ending.kind === "outcome") {
    const { exit, text, data, warnings, sources } = ending;
    if (json) {
      const diagnostics = warnings.map((one) => toJson(one, sources));
      printJson(io, { ok: exit === exits.done, exit, ...data, diagnostics });
    } else {
      if (warnings.length > 0) io.stderr(renderText(warnings, sources, { color: colors(io) }));
      io.stdout(printable(text));
    }
    return exit;
  }
  const { diagnostics, sources, configPath } = ending;
  const exit = exitOf(diagnostics, configPath);
  const shown = exit === exits.internal ? withReproduction(io, argv, diagnostics) : diagnostics;
  printProblems(io, shown, { sources, json, exit });
  return exit;
};

/** What gtmc found wrong with itself, and where all that is needed to see it again is. */
const withReproduction = (
  io: Io,
  argv: readonly string[],
  diagnostics: readonly Diagnostic[],
): readonly Diagnostic[] => {
  const kept = keepReproduction(io, argv, { diagnostics });
  const note =
    "path" in kept
      ? `a reproduction was written to ${kept.path}`
      : `no reproduction could be written: ${kept.reason}`;
  return diagnostics.map((one) => ({
    ...one,
    notes: [...one.notes, note],
  }));
};

const printProblems = (
  io: Io,
  diagnostics: readonly Diagnostic[],
  {
    sources,
    json,
    exit,
  }: { readonly sources: Sources; readonly json: boolean; readonly exit: number },
): void => {
  if (json) {
    printJson(io, { ok: false, exit, diagnostics: diagnostics.map((one) => toJson(one, sources)) });
  } else {
    io.stderr(renderText(diagnostics, sources, { color: colors(io) }));
  }
};

const printJson = (io: Io, data: Readonly<Record<string, unknown>>): void => {
  io.stdout(`${printableJson(encodeJson(data, 2))}\n`);
};

const misuse = (io: Io, { diagnostic, usage }: UsageError, json: boolean): number => {
  printProblems(io, [diagnostic], { sources: new Map(), json, exit: exits.usage });
  if (!json) io.stderr(`\n${usage}\n`);
  return exits.usage;
};
