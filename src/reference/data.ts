/** The data sources, as their own tables describe them. */
import { sources } from "../data/open.ts";
import { entry, fact, type Entry } from "./entry.ts";

/** A value as a `train` block has it; nothing for what means that none is given. */
const written = (value: unknown): string => {
  if (value === null || value === "") return "not given";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" && /^\w+$/u.test(value) ? value : JSON.stringify(value);
};

/** Every source with its arguments. */
export const sourceEntries = (): readonly Entry[] =>
  sources.map(({ name, meaning, gives, example, arguments: declared }) =>
    entry("data source", name, {
      meaning,
      facts: fact("Gives", gives),
      arguments: Object.entries(declared).map(([argument, { expected, otherwise, ...rest }]) => ({
        name: argument,
        takes: expected,
        ...(otherwise === "required" ? {} : { default: written(otherwise.value) }),
        meaning: rest.meaning,
      })),
      examples: [`data = ${example}`],
    }),
  );
