/** Entries by what a user types. */
import { nearestName } from "../diagnostics/nearest.ts";
import { sourceEntries } from "./data.ts";
import type { Entry } from "./entry.ts";
import { languageEntries } from "./language.ts";
import { settingEntries } from "./settings.ts";

/** What is known of a word, or the name that was probably meant. */
export interface Answer {
  readonly entries: readonly Entry[];
  readonly nearest?: string;
}

/** Names that an entry answers to: a setting also without `train.`, a family also as a net's result, a call also as a setting's value. */
const namesOf = ({ kind, name, arguments: taken, facts }: Entry): readonly string[] => {
  if (kind === "distribution") return [name, name.toLowerCase()];
  if (kind !== "setting") return [name];
  return [
    name,
    name.replace("train.", ""),
    ...facts.flatMap(({ label }) => /^`(\w+)`$/u.exec(label)?.[1] ?? []),
    ...taken.map((one) => `${name}.${one.name}`),
  ];
};

const allEntries = (): readonly Entry[] => [
  ...Object.values(languageEntries()).flat(),
  ...settingEntries(),
  ...sourceEntries(),
];

/** What the reference says of a word; `others` are words that mean something elsewhere. */
export const lookUp = (word: string, others: readonly string[] = []): Answer => {
  const all = allEntries();
  const entries = all.filter((entry) => namesOf(entry).includes(word));
  if (entries.length > 0) return { entries };
  const nearest = nearestName(word, [...others, ...all.flatMap(namesOf)]);
  return { entries, ...(nearest === undefined ? {} : { nearest }) };
};
