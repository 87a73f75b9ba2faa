/** Entries of the reference as Markdown. */
import type { ArgumentEntry, Entry } from "../src/reference/entry.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** A table of cells, whose bars are escaped. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows]
    .map((row) => `| ${row.map(cell).join(" | ")} |`)
    .join("\n");

export const code = (text: string): string => (text === "" ? "" : `\`${text}\``);

/** `takes` may hold code of its own. */
const argumentsTable = (taken: readonly ArgumentEntry[]): string => {
  const called = taken.some(({ call }) => call !== undefined);
  const optional = taken.some((one) => one.default !== undefined);
  return table(
    [...(called ? ["of"] : []), "argument", "takes", ...(optional ? ["default"] : []), "meaning"],
    taken.map((one) => [
      ...(called ? [code(one.call ?? "")] : []),
      code(one.name),
      one.takes,
      ...(optional ? [one.default === undefined ? "must be given" : code(one.default)] : []),
      one.meaning,
    ]),
  );
};

const examples = ({ examples: shown }: Entry): readonly string[] =>
  shown.map((text) => `- Example: \`${text}\``);

/** A heading, the code, what it means, and what else there is to know. */
export const section = (level: number, entry: Entry): string =>
  [
    `${"#".repeat(level)} ${entry.name}`,
    entry.usage.map((line) => `    ${line}`).join("\n"),
    entry.meaning,
    [...entry.facts.map(({ label, text }) => `- ${label}: ${text}`), ...examples(entry)].join("\n"),
    entry.arguments.length === 0 ? "" : argumentsTable(entry.arguments),
  ]
    .filter((part) => part !== "")
    .join("\n\n");

export const sections = (level: number, entries: readonly Entry[]): string =>
  entries.map((entry) => section(level, entry)).join("\n\n");

/** A row for each entry: how it is written, what it means, and its facts by their labels. */
export const rows = (first: string, entries: readonly Entry[]): string => {
  const labels = [...new Set(entries.flatMap(({ facts }) => facts.map(({ label }) => label)))];
  return table(
    [first, "meaning", ...labels],
    entries.map(({ name, usage, meaning, facts }) => [
      usage.length === 0 ? name : usage.map(code).join("<br>"),
      meaning,
      ...labels.map((label) => facts.find((fact) => fact.label === label)?.text ?? ""),
    ]),
  );
};
