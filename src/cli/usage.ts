import { Command, InvalidArgumentError, Option, type CommanderError } from "commander";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { didYouMean } from "../diagnostics/nearest.ts";
import { usageError } from "./errors.ts";

/** A command line that commander refused, with what was probably meant. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly diagnostic: Diagnostic;
  /** "Usage: gtmc run [options] FILE" */
  readonly usage: string;

  constructor(diagnostic: Diagnostic, usage: string) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
    this.usage = usage;
  }
}

/** A command that returns control instead of printing or exiting when it is misused. */
export const quietCommand = (name: string): Command => {
  const command = new Command(name);
  return command
    .showSuggestionAfterError(false)
    .exitOverride((error) => {
      throw translate(command, error);
    })
    .configureOutput({ outputError: () => undefined });
};

/** A verb: its help shows a worked example before anything else. */
export const verb = (name: string, summary: string, example: string): Command =>
  quietCommand(name)
    .description(summary)
    .addHelpText("before", `${example.trimEnd()}\n`)
    .helpOption("--help", "show this help")
    .option("--json", "print the result, and what is wrong, as JSON on stdout")
    .addOption(new Option("--no-json").hideHelp())
    .option("--quiet", "print nothing but the result")
    .addOption(new Option("--no-quiet").hideHelp());

/** Collects a repeatable option. */
export const repeated = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** A whole number that is at least `least`. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = /^\d+$/u.test(text) ? Number(text) : NaN;
    if (value >= least && Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to 2^53 - 1.`);
  };

const translate = (command: Command, error: CommanderError): Error => {
  if (error.exitCode === 0 || error.code === "commander.help") return error;
  const message = error.message.replace(/^error: /u, "").replaceAll("'", "`");
  const help = suggestions(command, error);
  const usage = `Usage: ${fullName(command)} ${command.usage()}`;
  return new UsageError(usageError(message, help), usage);
};

const suggestions = (command: Command, { code, message }: CommanderError): readonly string[] => {
  const [first = "", second = ""] = [...message.matchAll(/'([^']*)'/gu)].map(([, word]) => word);
  const otherwise = [`\`${fullName(command)} --help\` shows what there is`];
  switch (code) {
    case "commander.unknownOption": {
      const known = command.options.flatMap(({ long }) => long ?? []);
      return didYouMean(first.split("=")[0] ?? first, known, otherwise);
    }
    case "commander.unknownCommand":
      return didYouMean(
        first,
        command.commands.map((one) => one.name()),
        otherwise,
      );
    case "commander.invalidArgument": {
      const option = command.options.find(({ flags }) => flags === first);
      return didYouMean(second, option?.argChoices ?? [], otherwise);
    }
    default:
      return otherwise;
  }
};

const fullName = (command: Command): string =>
  command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
