import type { Command } from "commander";
import type { Entry } from "../reference/entry.ts";
import { usageError } from "./errors.ts";
import { columns, indent } from "./text.ts";
import { UsageError, verb } from "./usage.ts";
import { outcome, type Ending, type Verb } from "./verb.ts";

/** `gtmc help`: what a name means, be it a verb, a function, a distribution, a setting or a data source. */
export const help = (): Verb => {
  const command = verb(
    "help",
    "Say what a name means: a verb, or any name of the language.",
    example,
  ).argument("[NAME]", "a verb, function, distribution, layer, memory, setting or data source");
  return { command, act: () => explainName(command) };
};

const example = `  gtmc help softmax
`;

const explainName = async (command: Command): Promise<Ending> => {
  const [word] = command.args;
  const program = command.parent;
  const verbs = program?.commands ?? [];
  if (word === undefined) {
    const text = helpOf(program ?? command);
    return outcome(text, { entries: [{ name: "gtmc", kind: "verb", text }] });
  }
  const known = verbs.find((one) => one.name() === word);
  if (known !== undefined) {
    const text = helpOf(known);
    return outcome(text, { entries: [{ name: word, kind: "verb", text }] });
  }
  const { lookUp } = await import("../reference/look-up.ts");
  const { entries, nearest } = lookUp(
    word,
    verbs.map((one) => one.name()),
  );
  if (entries.length > 0) {
    return outcome(entries.map(print).join("\n"), { entries });
  }
  const help =
    nearest === undefined
      ? "`gtmc --help` lists the verbs, and docs/language.md every name"
      : `did you mean \`${nearest}\`?`;
  throw new UsageError(
    usageError(`nothing is called \`${word}\``, [help]),
    `Usage: gtmc help ${command.usage()}`,
  );
};

/** The help of a command with what its verb adds before it. */
const helpOf = (command: Command): string => {
  let text = "";
  const before = command.configureOutput();
  command.configureOutput({
    writeOut: (output) => {
      text += output;
    },
  });
  command.outputHelp();
  command.configureOutput(before);
  return text;
};

const width = 80;

/** Lines of at most 80 letters, indented. */
const wrapped = (text: string, margin = "  "): string => {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && margin.length + line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line].map((one) => `${margin}${one}\n`).join("");
};

const print = ({
  name,
  kind,
  usage,
  meaning,
  facts,
  arguments: taken,
  examples,
}: Entry): string => {
  const parts = [
    usage.map((line) => `    ${line}\n`).join(""),
    wrapped(meaning),
    facts.map(({ label, text }) => wrapped(`${label}: ${text}`)).join(""),
    taken.length === 0
      ? ""
      : indent(
          columns(
            taken.map((one) => [
              one.call === undefined ? one.name : `${one.call}(${one.name})`,
              one.takes,
              one.default === undefined ? "" : `default ${one.default}`,
              one.meaning,
            ]),
          ),
        ),
    examples.map((line) => `    ${line}\n`).join(""),
  ];
  return [`${name} (${kind})\n`, ...parts.filter((part) => part !== "")].join("\n");
};
