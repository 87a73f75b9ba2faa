/** Pages of which the source says a part: prose stays as it is, what stands between markers is made anew. */
import { readFileSync } from "node:fs";
import { languageEntries } from "../src/reference/language.ts";
import { scheduleWords, settingEntries } from "../src/reference/settings.ts";
import { code, rows, sections, table } from "./markdown.ts";
import { evaluate } from "../src/cli/eval.ts";
import { resume } from "../src/cli/resume.ts";
import { run } from "../src/cli/run.ts";
import { sample } from "../src/cli/sample.ts";

export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Texts by the names of the markers around them. */
type Parts = Readonly<Record<string, string>>;

const begin = (name: string): string => `<!-- generated: ${name} -->`;
const end = "<!-- end -->";

/** The page with these parts; each has its place there, and no place is without its part. */
const filled = (path: string, parts: Parts): Page => {
  const places = [...readFileSync(path, "utf8").matchAll(/<!-- generated: (.*) -->/gu)];
  const named = places.map(([, name]) => name ?? "");
  const expected = Object.keys(parts);
  if (named.toSorted().join() !== expected.toSorted().join()) {
    throw new Error(`${path} has places for ${named.join()}, and its parts are ${expected.join()}`);
  }
  const text = readFileSync(path, "utf8").replace(
    /<!-- generated: ([^\n]*) -->\n.*?<!-- end -->/gsu,
    (_, name: string) => `${begin(name)}\n\n${parts[name] ?? ""}\n\n${end}`,
  );
  return { path, text };
};

const languageParts = (): Parts => {
  const entries = languageEntries();
  return {
    types: rows("type", entries.types),
    operators: rows("operator", entries.operators),
    "functions of elements": sections(4, entries["functions of elements"]),
    "functions along axes": sections(4, entries["functions along axes"]),
    distributions: sections(3, entries.distributions),
    layers: sections(4, entries.layers),
    activations: rows("activation", entries.activations),
    architectures: sections(4, entries.architectures),
    initialisers: rows("written", entries.initialisers),
    memories: sections(4, entries.memories),
    roles: rows("operation", entries.roles),
    data: rows("written", entries.data),
    guides: rows("written", entries.guides),
  };
};

const settingParts = (): Parts => {
  const { symbols, functions } = scheduleWords();
  const listed = (words: readonly string[]): string => words.map(code).join(", ");
  return {
    settings: sections(3, settingEntries()),
    schedules: table(
      ["what", "names"],
      [
        ["numbers", listed(symbols)],
        ["functions", listed(functions)],
      ],
    ),
    options: [run, resume, evaluate, sample].map((make) => optionsOf(make().command)).join("\n\n"),
  };
};

/** The options of a verb, as its help has them. */
const optionsOf = (command: ReturnType<typeof run>["command"]): string =>
  [
    `### gtmc ${command.name()}`,
    command.description(),
    table(
      ["option", "meaning", "default"],
      command.options
        .filter(({ hidden }) => !hidden)
        .map(({ flags, description, argChoices, defaultValue }) => [
          code(flags),
          argChoices === undefined ? description : `${description}: ${argChoices.join(", ")}`,
          defaultValue === undefined ? "" : code(String(defaultValue)),
        ]),
    ),
  ].join("\n\n");

/** Every page that is made, at least in part. */
export const pages = (): readonly Page[] => [
  filled("docs/language.md", languageParts()),
  filled("docs/settings.md", settingParts()),
];
